"""A server that starts from a checkpoint makes the pages of one that reads the whole log."""

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest

from segue.app import open_service
from segue.core.events import Play, Tune
from segue.core.types import Candidates, Context, Query
from segue.features import Book
from segue.jobs.examples import Replay
from segue.runs.releases import current_release
from segue.store.privacy import forget_listener
from segue.store.snapshot import open_snapshot
from segue.store.workspace import FEATURES, Workspace
from segue.surfaces.home import checkpoint
from segue.surfaces.home.taught import LiveBook

NOW = 1_790_000_000_000


@pytest.fixture
def folder(planted: Path, tmp_path: Path) -> Path:
    """A workspace with pages that were shown, some of whose cards were played."""
    copy = tmp_path / "ws"
    shutil.copytree(planted, copy)
    _live(copy, NOW)
    return copy


def _live(folder: Path, at: int) -> None:
    with open_service(folder) as service:
        for i in range(12):
            page = service.page(f"L{i % 4}", Context(now=at + i * 60_000, country="SE"))
            service.log_pages([page])
            cards = [card for shelf in page.home.shelves for card in shelf.cards[:2]]
            uris = [service.workspace.catalogue.uri(c.item) for c in cards]
            service.append(
                [Play(id=f"{at}-{i}-{n}", listener=f"L{i % 4}", item=uri, at=at + i * 60_000 + 5_000 + n,
                      ms_played=190_000) for n, uri in enumerate(uris) if ":track:" in uri]
            )  # fmt: skip


def _written(folder: Path) -> Path:
    with Workspace.open(folder) as workspace:
        release = current_release(folder, "default")
        return checkpoint.write(workspace, "default", open_snapshot(release.snapshot_folder))


def _opened(workspace: Workspace) -> LiveBook:
    release = current_release(workspace.path, "default")
    return checkpoint.opened(workspace, "default", open_snapshot(release.snapshot_folder))


def _values(book: LiveBook | Book, workspace: Workspace) -> list[np.ndarray]:
    release = current_release(workspace.path, "default")
    items = open_snapshot(release.snapshot_folder).catalogue.items
    pool = Candidates.of(items, np.zeros(len(items), np.float32), "made-for-you")
    numbers = [workspace.catalogue.listener_number("default", f"L{i}") or 0 for i in range(6)]
    return [book.values(Query("default", n, context=Context(now=NOW + 3_600_000)), pool) for n in numbers]


def test_it_goes_on_from_there_and_knows_what_one_knows_that_read_everything(folder: Path) -> None:
    _written(folder)
    _live(folder, NOW + 1_800_000)
    with Workspace.open(folder) as workspace:
        book = _opened(workspace)
        assert 0 < book.seen < workspace.log.last_seq
        old = _values(book, workspace)
        book.catch_up(workspace.log, "default")
        shutil.rmtree(folder / FEATURES)
        whole = _opened(workspace)
        assert whole.seen == 0
        whole.catch_up(workspace.log, "default")
        for a, b, before in zip(_values(book, workspace), _values(whole, workspace), old):
            np.testing.assert_array_equal(a, b)
            assert (a != before).any()


def test_made_again_it_has_the_same_bytes_and_the_one_before_is_gone(folder: Path) -> None:
    one = _written(folder)
    kept = {p.name: p.read_bytes() for p in one.iterdir()}
    shutil.rmtree(folder / FEATURES)
    again = _written(folder)
    assert again == one
    assert kept == {p.name: p.read_bytes() for p in again.iterdir()}
    _live(folder, NOW + 1_800_000)
    later = _written(folder)
    assert [p.name for p in later.parent.iterdir()] == [later.name] != [one.name]


def test_who_is_forgotten_is_not_in_it(folder: Path) -> None:
    _written(folder)
    with Workspace.open(folder) as workspace:
        forget_listener(workspace, "default", "L1")
        assert not list((folder / FEATURES).rglob("*.npy"))
        assert _opened(workspace).seen == 0


def test_one_of_other_code_or_that_lacks_a_file_is_not_taken_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = _written(folder)
    with Workspace.open(folder) as workspace:
        assert _opened(workspace).seen
        with monkeypatch.context() as other:
            other.setattr(checkpoint, "_code", lambda: "other")
            assert _opened(workspace).seen == 0
        next(made.glob("genres*")).unlink()
        assert _opened(workspace).seen == 0


def test_after_the_night_features_know_nothing_of_what_does_not_count(
    folder: Path, release_of: Callable[..., object], tmp_path: Path
) -> None:
    """A checkpoint of before is not gone on from; training sees the same; taken back, all is known again."""
    _written(folder)
    with Workspace.open(folder) as workspace:
        book = _opened(workspace)
        before, number = _values(book, workspace), workspace.catalogue.listener_number("default", "L0")
        assert number is not None
        subjects = [f"plays:genre:{g}" for g in ("rock", "jazz", "christmas music")] + ["kind:show", "kind:audiobook"]
        said = [Tune(id=f"t{s}", listener="L0", at=NOW, subject=s, value=-1) for s in subjects]
        workspace.log.append(said)
        book.catch_up(workspace.log, "default")
        assert all((a == b).all() for a, b in zip(_values(book, workspace), before))  # not before the night
    release_of(folder, tmp_path / "one")
    with Workspace.open(folder) as workspace:
        assert _opened(workspace).seen == 0
    _written(folder)
    with Workspace.open(folder) as workspace:
        book = _opened(workspace)
        assert book.seen
        live = _values(book, workspace)
        who = [i for i, name in enumerate(book.names) if name in ("heard", "maker_heard", "genre_match", "takes_60d")]
        assert len(who) == 4
        assert before[0][:, who].any(axis=0).all()
        assert not live[0][:, who].any()
        assert (live[1][:, who] == before[1][:, who]).all()  # of others what was known of them
        taken = open_snapshot(current_release(folder, "default").snapshot_folder)
        replay = Replay(Book(taken.catalogue, counts=taken.counts))
        replay.read(workspace.log, "default")
        for a, b in zip(live, _values(replay._book, workspace)):
            np.testing.assert_array_equal(a, b)
        workspace.log.append([msgspec.structs.replace(t, id=f"{t.id}b", at=NOW + 1, value=0) for t in said])
    release_of(folder, tmp_path / "two")
    _written(folder)
    with Workspace.open(folder) as workspace:
        for a, b in zip(_values(_opened(workspace), workspace), before):
            np.testing.assert_array_equal(a, b)
