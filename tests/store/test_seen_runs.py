"""Dedupe keys in runs: what was taken is known, by every process, whatever is merged, undone, erased or killed."""

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.core.errors import WorkspaceError
from segue.store import seen_runs, sqlite
from segue.store.sqlite import DATABASE, SqliteDatabase


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs, merges and folding happen after a few keys."""
    monkeypatch.setattr(sqlite, "BULK", 4)
    monkeypatch.setattr(sqlite, "FULL", 10)
    monkeypatch.setattr(seen_runs, "SEVERAL", 2)
    monkeypatch.setattr(seen_runs, "AT_ONCE", 7)
    monkeypatch.setattr(seen_runs, "LARGEST", 40)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    opened = SqliteDatabase(tmp_path / DATABASE, create=True)
    yield opened
    opened.close()


def taken(database: SqliteDatabase, keys: list[bytes]) -> list[bool]:
    with database.write():
        return [bool(new) for new in database.take_unseen(b"".join(keys))]


def undone(database: SqliteDatabase, keys: list[bytes]) -> None:
    with database.write():
        database.take_unseen(b"".join(keys))
        raise RuntimeError("undone")


def known(database: SqliteDatabase, keys: list[bytes]) -> list[bool]:
    return [bool(has) for has in database.has_seen(b"".join(keys))]


def keys(rng: random.Random, count: int) -> list[bytes]:
    """Sorted, different; many have the first half of another, as those of one page do."""
    made = {
        rng.choice((b"\0" * 8, b"\xff" * 8, b"page" * 2, rng.randbytes(8))) + rng.randbytes(8) for _ in range(count)
    }
    return sorted(made)


def named(database: SqliteDatabase) -> list[str]:
    return seen_runs.files(database.connection)


def there(database: SqliteDatabase) -> list[str]:
    return sorted(path.name for path in (database.path.parent / seen_runs.FOLDER).glob("*"))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_as_a_set_would_do_it(seed: int, tmp_path_factory: pytest.TempPathFactory):
    rng, had = random.Random(seed), set[bytes]()
    path = tmp_path_factory.mktemp("set") / DATABASE
    one, other = SqliteDatabase(path, create=True), SqliteDatabase(path)  # as two processes have it
    try:
        for _ in range(rng.randrange(1, 25)):
            database = rng.choice((one, other))
            asked = sorted({*keys(rng, rng.randrange(1, 20)), *rng.sample(sorted(had), min(len(had), 3))})
            match rng.randrange(6):
                case 0:
                    with database.forgetting():
                        database.drop_seen(asked)
                    had -= set(asked)
                case 1:
                    with pytest.raises(RuntimeError, match="undone"):
                        undone(database, asked)
                case _:
                    assert taken(database, asked) == [key not in had for key in asked]
                    had |= set(asked)
            for each in (one, other):
                assert known(each, asked) == [key in had for key in asked]
            assert there(one) == sorted(named(one))
        assert known(one, sorted(had)) == [True] * len(had)
    finally:
        one.close()
        other.close()


def test_many_keys_lie_in_few_files_each_once(database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(seen_runs, "LARGEST", 10**9)
    rng, all_keys = random.Random(1), list[bytes]()
    for _ in range(200):
        batch = keys(rng, 10)
        taken(database, batch)
        all_keys += batch
    assert len(named(database)) <= 8  # about log2 of 200
    with database.read() as connection:
        lying = b"".join(database._runs.each(connection))
        assert connection.execute("SELECT count(*) FROM seen").fetchone() == (0,)
    assert sorted(lying[i : i + 16] for i in range(0, len(lying), 16)) == sorted(all_keys)
    halves = [np.fromfile(database.path.parent / "dedupe" / name, "<u8").reshape(2, -1)[0] for name in named(database)]
    assert all((np.diff(first.astype(float)) >= 0).all() for first in halves)


def test_a_file_does_not_grow_for_ever(database: SqliteDatabase):
    rng = random.Random(2)
    for _ in range(60):
        taken(database, keys(rng, 10))
    sizes = [rows for (rows,) in database.connection.execute("SELECT rows FROM seen_runs")]
    assert max(sizes) <= seen_runs.LARGEST
    assert sum(sizes) > 500


def test_single_ones_become_a_run_when_there_are_many(database: SqliteDatabase):
    made = keys(random.Random(3), 10)
    for key in made:
        assert taken(database, [key]) == [True]
    assert database.connection.execute("SELECT count(*) FROM seen").fetchone() == (0,)
    assert known(database, made) == [True] * len(made)


def test_a_file_that_nobody_names_is_an_orphan_and_one_that_is_missing_is_named(database: SqliteDatabase):
    rng = random.Random(4)
    while not named(database):
        taken(database, keys(rng, 10))
    folder = database.path.parent / seen_runs.FOLDER
    (folder / "left").write_bytes(b"")
    assert database.orphans() == [folder / "left"]
    (gone, *_) = named(database)
    with (folder / gone).open("ab") as file:
        file.write(b"more")
    with pytest.raises(WorkspaceError, match="damaged"):
        taken(database, keys(rng, 3))
    (folder / gone).unlink()
    again = SqliteDatabase(database.path)
    try:
        for ask in (known, taken):
            with pytest.raises(WorkspaceError, match=f"{gone}.*missing"):
                ask(again, keys(rng, 3))
        with pytest.raises(WorkspaceError, match="missing"), again.forgetting():
            again.drop_seen(keys(rng, 3))
    finally:
        again.close()


def test_a_file_that_does_not_go_onto_the_disk_leaves_nothing(
    database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    rng = random.Random(5)
    first, second = keys(rng, 10), keys(rng, 10)
    taken(database, first)
    before = there(database)
    with monkeypatch.context() as disk:
        disk.setattr(seen_runs, "sync", full)
        with pytest.raises(WorkspaceError, match="nothing was taken"):
            taken(database, second)
    assert there(database) == before
    assert taken(database, second) == [True] * len(second)
    assert taken(database, first) == [False] * len(first)


def test_a_file_that_cannot_be_removed_fails_nothing(database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch):
    def stays(*_: object, **__: object) -> None:
        raise PermissionError("it stays")

    rng, batches = random.Random(6), list[list[bytes]]()
    with monkeypatch.context() as disk:
        disk.setattr(Path, "unlink", stays)
        for _ in range(5):
            batches.append(keys(rng, 10))
            assert taken(database, batches[-1]) == [True] * len(batches[-1])
        with pytest.raises(RuntimeError, match="undone"):
            undone(database, keys(rng, 10))
    assert len(database.orphans()) > 1
    assert all(known(database, batch) == [True] * len(batch) for batch in batches)
