"""While more pages are asked for than can be made, a listener is shown the one last made, if it still may be."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from segue.app import Service, open_service
from segue.core.events import Play, Rating, Remove, Save, Tune
from segue.core.types import Context
from segue.runs.releases import Release
from segue.store.decisions import read_slates
from segue.store.workspace import PAGES
from segue.surfaces.home import last
from segue.surfaces.home.told import PageMade
from segue.surfaces.views import HomeText, HomeView

NOW = 1_790_000_000_000
LATER = NOW + 3_600_000


@pytest.fixture
def busy(planted: Path, tmp_path: Path) -> Iterator[tuple[Service, list[PageMade]]]:
    """A service that is asked for more pages than it can make, and what it tells; L0 and L1 were there before."""
    folder = tmp_path / "ws"
    shutil.copytree(planted, folder)
    told: list[PageMade] = []
    with open_service(folder, keep_pages=True) as service:
        for listener in ("L0", "L1"):
            service.home(listener, Context(now=NOW, country="SE"))
        service.on_page, service.pressed = told.append, lambda: True
        yield service, told


def play(service: Service, item: str, at: int = NOW + 1) -> None:
    service.append([Play(id=f"p{at}", listener="L0", item=item, at=at, ms_played=200_000)])


def test_it_is_the_page_last_made(busy: tuple[Service, list[PageMade]], now: Context) -> None:
    service, told = busy
    before = service.home("L0", now)  # kept: nothing has happened
    play(service, before.shelves[0].cards[0].uri)
    after = service.home("L0", replace(now, now=LATER))
    assert [(t.kept, t.last) for t in told] == [(True, False), (False, True)]
    assert (after.shelves, after.decision, after.release) == (before.shelves, before.decision, before.release)
    assert (after.listener, after.made, after.known) == ("L0", NOW, True)
    assert after.page != before.page
    service.pressed = lambda: False
    anew = service.home("L0", replace(now, now=LATER))
    assert (anew.made, told[-1].last) == (LATER, False)
    assert anew.shelves != before.shelves
    assert told[-1].took > 0
    service.pressed = lambda: True
    assert service.home("L0", replace(now, now=LATER + 3_600_000)).shelves == anew.shelves


def test_behind_it_the_next_one_is_made(busy: tuple[Service, list[PageMade]], now: Context) -> None:
    service, told = busy
    before = service.home("L0", now)
    play(service, before.shelves[0].cards[0].uri)
    assert service.home("L0", replace(now, now=NOW + 30_000)).made == NOW  # it is of this minute
    time.sleep(0.1)
    assert service.home("L0", replace(now, now=LATER)).made == NOW
    until = time.monotonic() + 10
    while (next_ := service.home("L0", replace(now, now=LATER + 1))).made == NOW and time.monotonic() < until:
        time.sleep(0.05)
    assert next_.made in (LATER, LATER + 1)
    assert next_.shelves != before.shelves
    assert all(t.last for t in told[1:])


@pytest.mark.parametrize("listener", ["L0", "L2"])
def test_what_is_written_is_what_was_decided(busy: tuple[Service, list[PageMade]], now: Context, listener: str) -> None:
    service, _ = busy
    view = service.home(listener, replace(now, now=LATER), log_impressions=True)
    assert view.short == (listener == "L2")
    service._write_impressions()
    slates = read_slates(service.workspace.log, service.tenant)
    assert set(slates.page) == {view.page}
    shown = slates.items[slates.chosen_row.argsort(kind="stable")]
    numbers = [service.workspace.catalogue.number(service.tenant, c.uri) for s in view.shelves for c in s.cards]
    assert shown.tolist() == numbers
    assert tuple(slates.release) == (view.decision.release,) * len(view.shelves)


def test_what_is_sent_is_what_would_be_written_now(
    busy: tuple[Service, list[PageMade]], now: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, told = busy
    monkeypatch.setattr(service._behind, "put", lambda _key, _job: None)
    later = replace(now, now=LATER)
    before = service.home("L0", now)
    play(service, before.shelves[0].cards[0].uri)  # no longer the page just made

    def sent() -> HomeView:
        for log in (False, True):
            page = service.home_to_send("L0", later, log_impressions=log)
            assert told[-1].last
            kinds.append(type(page))
            view = msgspec.json.decode(msgspec.json.encode(page), type=HomeView)
        return view

    kinds: list[type] = []
    again, written = service.home_to_send("L0", later), msgspec.structs.replace(before, page="")
    assert msgspec.json.encode(msgspec.structs.replace(again, page="")) == msgspec.json.encode(written)
    assert HomeText.__struct_fields__ == HomeView.__struct_fields__
    assert (sent().shelves, sent().decision, set(kinds)) == (before.shelves, before.decision, {HomeText})
    card = before.shelves[1].cards[1].uri
    service.append([Save(id="s", listener="L0", item=card, at=NOW + 2)])
    kinds.clear()
    assert ({c.uri for s in sent().shelves for c in s.cards if c.saved}, set(kinds)) == ({card}, {HomeView})
    service.append([Remove(id="r", listener="L0", item=card, at=NOW + 3)])
    kinds.clear()
    assert (sent().shelves, set(kinds)) == (before.shelves, {HomeText})
    monkeypatch.setattr(last, "__version__", "another")
    kinds.clear()
    assert (sent().shelves, set(kinds)) == (before.shelves, {HomeView})


QUICK = {"jump-back-in", "because", "popular"}


def rows(view: HomeView) -> set[str]:
    return {s.key.partition(":")[0] for s in view.shelves}


def test_who_has_none_sees_a_short_one_until_theirs_is_made(
    busy: tuple[Service, list[PageMade]], now: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, told = busy
    waiting: list[Callable[[], object]] = []
    monkeypatch.setattr(service._behind, "put", lambda _key, job: waiting.append(job))
    assert not service.home("L2", replace(now, activity="focus")).short  # shelves for that take their time
    brief = service.home("L2", now)
    assert (brief.short, told[-1].short, told[-1].last) == (True, True, False)
    assert told[-1].took > 0
    assert rows(brief) == QUICK
    assert all(len(s.cards) >= 3 for s in brief.shelves)
    assert service.home("L2", now).shelves == brief.shelves
    service.pressed = lambda: False
    whole = service.home("L2", now)  # a short one is not kept, though nothing has happened
    assert (whole.short, told[-1].short) == (False, False)
    assert rows(whole) > QUICK
    service.pressed = lambda: True
    assert service.home("L3", now).short
    waiting[-1]()  # behind it the whole one is made
    theirs = service.home("L3", now)
    assert (theirs.short, told[-1].last) == (False, True)
    assert rows(theirs) > QUICK


def test_a_short_one_follows_the_rules_and_is_none_where_it_would_be_empty(
    busy: tuple[Service, list[PageMade]], now: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, _ = busy
    monkeypatch.setattr(service._behind, "put", lambda _key, _job: None)
    card = service.home("L2", now).shelves[0].cards[0].uri
    service.append([Rating(id="r", listener="L2", item=card, at=NOW - 1, value=-1)])
    after = service.home("L2", now)
    assert after.short
    assert card not in [c.uri for s in after.shelves for c in s.cards]
    service.append([Tune(id=f"t{k}", listener="L2", subject=f"shelf:{k}", at=NOW - 1, value=-1) for k in QUICK])
    after = service.home("L2", now)
    assert not after.short
    assert after.shelves
    assert not rows(after) & QUICK


@pytest.mark.parametrize("hidden", ["card", "shelf"])
def test_a_page_with_something_that_is_not_wanted_is_made_anew(
    busy: tuple[Service, list[PageMade]], now: Context, hidden: str
) -> None:
    service, told = busy
    before = service.home("L0", now)
    item, row = before.shelves[1].cards[1].uri, before.shelves[1].key.partition(":")[0]
    if hidden == "card":
        service.append([Rating(id="r", listener="L0", item=item, at=NOW + 1, value=-1)])
    else:
        service.append([Tune(id="t", listener="L0", subject=f"shelf:{row}", at=NOW + 1, value=-1)])
    after = service.home("L0", replace(now, now=LATER))
    assert (told[-1].last, after.short) == (False, False)
    assert after.made == LATER
    if hidden == "card":
        assert item not in [c.uri for s in after.shelves for c in s.cards]
    else:
        assert row not in [s.key.partition(":")[0] for s in after.shelves]
    assert service.home("L1", replace(now, now=LATER)).made == NOW  # nobody else's


def test_other_questions_have_other_pages(busy: tuple[Service, list[PageMade]], now: Context) -> None:
    service, told = busy
    later, items = replace(now, now=LATER), [c.uri for s in service.home("L0", now).shelves for c in s.cards]
    theirs = service.home("L1", now).shelves[0].cards[0].uri
    every = [f"segue:track:t:a{a}t{t}" for a in range(12) for t in range(8)]
    stranger = next(uri for uri in every if uri not in items)
    assert service.home("L0", replace(later, exclude=(f"item:{stranger}",))).made == NOW
    assert service.home("L0", replace(later, now=NOW + 86_399_999)).made == NOW
    assert service.home("L0", replace(later, now=NOW + 86_400_000)).made == NOW + 86_400_000
    for context, kinds in (
        (replace(later, country="DE"), None), (replace(later, explicit=False), None), (later, ["show"]),
        (replace(later, clock=8 * 60), None), (replace(later, exclude=(f"item:{theirs}",)), None),
    ):  # fmt: skip
        service.home("L1", context, kinds)
        assert not told[-1].last, (context, kinds)
    service.home("nobody who is known", later)
    assert not told[-1].last


def test_a_new_release_shows_it_too_and_whoever_is_erased_takes_it_along(
    busy: tuple[Service, list[PageMade]], now: Context, release_of: Callable[..., Release], tmp_path: Path
) -> None:
    service, told = busy
    before = service.home("L0", now)
    play(service, before.shelves[0].cards[0].uri)
    release_of(service.workspace.path, tmp_path / "models")
    assert service.reload()
    after = service.home("L0", replace(now, now=LATER))
    assert told[-1].last
    assert (after.release, after.shelves) == (before.release, before.shelves)
    folder = service.workspace.derived(PAGES, service.tenant)
    assert list(folder.iterdir())
    service.erase("L1")
    assert not list(folder.glob("*"))
    assert service.home("L0", replace(now, now=LATER)).made == LATER
    assert not told[-1].last


def test_a_service_that_is_no_server_keeps_none(service: Service, now: Context) -> None:
    service.home("L0", now)
    assert not (service.workspace.path / PAGES).exists()
