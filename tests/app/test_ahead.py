"""Pages made ahead are what a server shows while more are asked for than it can make."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from segue.app import Service, ahead, open_service
from segue.app.ahead import make_pages
from segue.core.events import Play
from segue.core.types import Context
from segue.runs.releases import Release
from segue.store.pages import LastPages
from segue.store.privacy import forget_listener
from segue.store.workspace import PAGES, Workspace
from segue.surfaces.home import last
from segue.surfaces.home.told import PageMade

LONG = 36_500.0  # days: everybody
TRACK = "segue:track:t:a1t1"


@pytest.fixture
def folder(planted: Path, tmp_path: Path) -> Path:
    shutil.copytree(planted, tmp_path / "ws")
    return tmp_path / "ws"


@pytest.fixture
def service(folder: Path) -> Iterator[Service]:
    with open_service(folder, keep_pages=True) as opened:
        yield opened


def play(service: Service, listener: str, at: int) -> None:
    service.append([Play(id=f"p{at}", listener=listener, item=TRACK, at=at, ms_played=200_000)])


def test_a_server_under_load_shows_them(folder: Path) -> None:
    seen: list[tuple[int, int]] = []
    began = int(time.time() * 1000)
    done = make_pages(folder, "default", LONG, 2, progress=lambda made, due: seen.append((made, due)))
    assert (done.due, done.made, done.failed, done.had, done.stopped) == (30, 30, 0, 0, False)
    assert seen[0] == (0, 30)
    assert seen[-1] == (30, 30)
    told: list[PageMade] = []
    with open_service(folder, keep_pages=True) as service:
        service.on_page, service.pressed = told.append, lambda: True
        later = Context(now=int(time.time() * 1000) + 3_600_000)
        for device in ("", "phone"):  # a page for no device in particular is for all
            page = service.home("L7", replace(later, device=device))
            assert told.pop().last
            assert began <= page.made < later.now
            assert page.shelves
            assert page.known
        assert not told
        service.home("L7", replace(later, activity="focus"))  # it was made for no activity
        assert not told.pop().last
        service.pressed = lambda: False
        assert service.home("L7", later).made == later.now


def test_those_that_are_there_stand(folder: Path, tmp_path: Path, release_of: Callable[..., Release]) -> None:
    make_pages(folder, "default", LONG, 1)
    again = make_pages(folder, "default", LONG, 1)
    assert (again.due, again.made, again.had) == (0, 0, 30)
    with open_service(folder) as service:
        play(service, "L3", int(time.time() * 1000))
    release_of(folder, tmp_path / "models")
    assert make_pages(folder, "default", LONG, 1).made == 30


def test_it_ends_when_the_time_is_over_and_goes_on_the_next_time(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "PART", 4)
    first = make_pages(folder, "default", LONG, 1, seconds=0)
    assert first.stopped
    assert 4 <= first.made < 30
    second = make_pages(folder, "default", LONG, 1)
    assert (second.made, second.had, second.stopped) == (30 - first.made, first.made, False)


def test_who_played_something_last_comes_first(service: Service) -> None:
    now = int(time.time() * 1000)
    for n, listener in enumerate(("L3", "new here", "L5")):
        play(service, listener, now - 3_000 + n)
    everybody, had = service.awaited(0)
    assert everybody[:3] == ("L5", "new here", "L3")
    assert sorted(everybody) == sorted({f"L{n}" for n in range(30)} | {"new here"})
    assert had == 0
    assert service.awaited(now - 3_000)[0] == ("L5", "new here", "L3")
    assert service.awaited(now - 2_999)[0] == ("L5", "new here")
    assert service.make_ahead("new here")
    assert service.awaited(now - 3_000) == (("L5", "L3"), 1)
    assert not service.make_ahead("nobody who is known")


def test_a_page_is_for_the_hour_at_which_they_listen(
    service: Service, planted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    night = 1_795_564_800_000 + 4 * 3_600_000  # four in the morning of a Wednesday, where the clock is UTC
    monkeypatch.setattr("segue.app.live.now_ms", lambda: night)
    monkeypatch.setattr("segue.app.service.now_ms", lambda: night)
    for days in range(1, 41):
        play(service, "early", night - days * 86_400_000 + 3 * 3_600_000 + days)
        play(service, "late", night - days * 86_400_000 + 17 * 3_600_000 + days)
    for listener, hour in (("early", 7), ("late", 21)):
        assert service.make_ahead(listener)
        _, number, context = service._begin(listener, None)
        page = last.kept(service._last, number, last.asked(context, None), night, whole=True)
        assert page is not None
        assert page.body is not None
        assert (page.body.moment["hour"], page.body.moment["now"], page.front.made) == (hour, night, night)
        service.pressed = lambda: True
        assert service.home(listener, Context(now=night + 3_600_000)).made == night
        service.pressed = lambda: False


def test_no_more_than_are_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGUE_PAGES_KEPT", "4")
    assert make_pages(folder, "default", LONG, 1).made == 4


def test_whoever_is_erased_while_their_page_is_made_leaves_none(
    folder: Path, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = Service._built

    def erased_meanwhile(self, *args):
        page = built(self, *args)
        with Workspace.open(folder) as workspace:
            forget_listener(workspace, "default", "L4")
        return page

    with monkeypatch.context() as patch:
        patch.setattr(Service, "_built", erased_meanwhile)
        service.make_ahead("L4")
    assert not list((folder / PAGES).rglob("*.sqlite*"))
    assert service.make_ahead("L5")
    assert len(LastPages(service.workspace.derived(PAGES, "default"), 100).newest()) == 1


def test_a_page_that_cannot_be_made_does_not_keep_back_the_others(
    folder: Path, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = Service.make_ahead

    def some(self: Service, listener: str) -> bool:
        if listener == "L1":
            raise ValueError("of no use")
        return make(self, listener)

    monkeypatch.setattr(Service, "make_ahead", some)
    monkeypatch.setattr(ahead, "_service", service)
    assert ahead._make(["L0", "L1", "L2", "nobody"]) == (2, 1)


def test_a_process_that_is_killed_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "_open", _killed)
    with pytest.raises(ahead.Ended, match="after 0 pages"):
        make_pages(folder, "default", LONG, 1)


def _killed(_path: Path, _tenant: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_process_that_may_not_be_nice_makes_pages_all_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(_by: int) -> int:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.nice", forbidden)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setattr(ahead, "threadpool_limits", lambda _: None)
    monkeypatch.setattr(ahead, "_service", None)
    ahead._open(folder, "default")
    assert ahead._service is not None
    with ahead._service:
        assert ahead._make(["L1"]) == (1, 0)
