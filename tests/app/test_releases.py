"""A release is taken up whole, under load, or not at all."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from tests.app.planted import NOW, cards, play

from segue.app import Service, open_service
from segue.core.errors import NotReady
from segue.core.events import Item, Play
from segue.core.types import Context, Kind
from segue.runs.releases import Release, current_release, promote, write_release
from segue.store.workspace import Workspace
from segue.surfaces.cards import AT_ONCE
from segue.surfaces.listening import Listening


def test_an_item_newer_than_the_release_is_taken_but_not_shown(service: Service, now: Context) -> None:
    before = service.home("L0", now)
    service.workspace.catalogue.add("default", [Item(uri="segue:track:t:fresh", title="Fresh")])
    assert service.append([play("segue:track:t:fresh")]).accepted == 1
    assert cards(service.home("L0", now)) == cards(before)


def test_a_new_release_is_taken_up_and_a_broken_one_is_not(
    service: Service, now: Context, tmp_path: Path, release_of: Callable[[Path, Path], Release]
) -> None:
    old = service.release
    service.append([play("segue:track:t:a1t0", "L0")])
    release = release_of(service.workspace.path, tmp_path / "models")
    assert service.reload()
    assert service.release == release.id != old
    assert not service.reload()
    history = [c.uri for c in service.history("L0")]
    assert history.count("segue:track:t:a1t0") == 1
    broken = msgspec.structs.replace(release.manifest, snapshot="gone", populations=())
    bad = write_release(service.workspace.path, broken, {})
    promote(service.workspace.path, "default", bad.id)
    assert not service.reload()
    assert service.release == release.id
    assert service.home("L0", now).shelves


def test_nothing_released_says_how(tmp_path: Path) -> None:
    Workspace.create(tmp_path / "ws").close()
    with pytest.raises(NotReady, match="segue train"):
        open_service(tmp_path / "ws")


def test_serving_loads_no_training_code(planted: Path) -> None:
    code = (
        "import sys, json, segue.app; s = segue.app.open_service(sys.argv[1]); s.home('L0'); s.close(); "
        "print(json.dumps([m for m in sys.modules if m.startswith(('torch', 'segue.models', 'segue.jobs'))]))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(planted)], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_a_reload_under_way_never_mixes_releases(service, release_of, tmp_path):
    """Every answer is wholly of one release: its items and points stand together."""
    folder = service.workspace.path
    first = current_release(folder, "default")
    with Workspace.open(folder) as workspace:
        workspace.log.append([Play(id=f"n{i}", listener=f"L{i}", item=f"segue:track:t:a{i % 12}t{i % 8}",
                                   at=NOW + i, ms_played=200_000) for i in range(30)])  # fmt: skip
    second = release_of(folder, tmp_path / "more")
    assert second.id != first.id
    want = {}
    for release in (first, second):
        promote(folder, "default", release.id)
        with open_service(folder) as alone:
            view = alone.path("a0t1", "a1t2", n=8)
            want[release.id] = ([c.id for c in view.items], view.steps)
    assert want[first.id] != want[second.id]
    seen, wrong, stop = set[str](), list[object](), threading.Event()

    def ask() -> None:
        while not stop.is_set():
            view = service.path("a0t1", "a1t2", n=8)
            seen.add(view.release)
            if ([c.id for c in view.items], view.steps) != want[view.release]:
                wrong.append(view)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for t in threads:
        t.start()
    for turn in range(6):
        promote(folder, "default", (first, second)[turn % 2].id)
        assert service.reload() or turn == 0
    stop.set()
    for t in threads:
        t.join()
    assert not wrong
    assert seen == {first.id, second.id}


def test_cards_of_what_is_taken_most_are_made_before_anybody_asks(
    service: Service, tmp_path: Path, release_of: Callable[[Path, Path], Release]
) -> None:
    first = service._serving
    likely = first.likely(20)
    taken = first.snapshot.interactions(Kind.TRACK)
    counts = dict(zip(taken.items.tolist(), np.bincount(taken.rows, minlength=len(taken.items)).tolist()))
    assert [counts.get(n) for n in likely.tolist()] == sorted(counts.values(), reverse=True)[:20]
    nobody = replace(first, listening=Listening(first.snapshot, ()))
    assert nobody.likely(20).tolist() == []
    service.warm()
    assert set(likely.tolist()) <= set(first.cards._cards)
    assert len(first.cards._cards) == len(first.likely(10**6))
    service.append([play("segue:track:t:a1t0", "L0")])
    release_of(service.workspace.path, tmp_path / "models")
    assert service.reload()
    assert set(likely.tolist()) <= set(service._serving.cards._cards)
    service.append([play("segue:track:t:a1t1", "L1", "another")])
    service.erase("L1")  # nothing is made for it that others would wait for
    assert len(service._serving.cards._cards) == AT_ONCE < len(first.cards._cards)


def test_making_cards_takes_a_share_of_the_time_and_ends_when_it_is_told_to(service: Service) -> None:
    cards, numbers = service._serving.cards, service._serving.likely(10**6)
    clock, cards._cards = time.perf_counter(), {}
    begun = time.thread_time()
    cards.make(numbers, 0.2)
    worked, lasted = time.thread_time() - begun, time.perf_counter() - clock
    assert lasted > 3 * worked
    cards._cards = {}
    cards.make(numbers, 1.0, lambda: True)
    assert len(cards._cards) == AT_ONCE < len(numbers)
