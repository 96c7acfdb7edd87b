"""A workspace that the first version of the store wrote (version_1.sql: a dump of it), up to date and back."""

import sqlite3
from pathlib import Path

import pytest

from segue.core.errors import UnknownName, UsageError, WorkspaceError
from segue.core.events import Play
from segue.store import migrations, seen_runs
from segue.store.delivery import Refused
from segue.store.delivery.dead_letters import DeadLetters
from segue.store.migrations import MIGRATIONS, migrate
from segue.store.privacy import forget_listener
from segue.store.seen_runs import SeenRuns
from segue.store.sqlite import DATABASE, VERSION
from segue.store.workspace import Workspace

OLD = Path(__file__).with_name("version_1.sql")


def facts(folder: Path) -> list[object]:
    """What all versions hold: events, items with all but the names made of titles, and dedupe keys."""
    connection = sqlite3.connect(folder / DATABASE)
    try:
        parts = ("* FROM front", "number, kind, namespace, id, title FROM items", "* FROM listeners", "* FROM credits")
        keys = [key for (key,) in connection.execute("SELECT key FROM seen")]
        if "seen_runs" in tables(folder):
            runs = b"".join(SeenRuns(folder / seen_runs.FOLDER).each(connection))
            keys += [runs[i : i + 16] for i in range(0, len(runs), 16)]
        return [sorted(keys), *(connection.execute(f"SELECT {part} ORDER BY 1").fetchall() for part in parts)]
    finally:
        connection.close()


def tables(folder: Path) -> set[str]:
    connection = sqlite3.connect(folder / DATABASE)
    try:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")}
    finally:
        connection.close()


@pytest.fixture
def old(tmp_path: Path) -> Path:
    connection = sqlite3.connect(tmp_path / DATABASE)
    connection.executescript(OLD.read_text())
    connection.close()
    return tmp_path


def test_an_older_one_is_refused_until_it_is_migrated(old: Path):
    with pytest.raises(WorkspaceError, match="segue migrate"):
        Workspace.open(old)
    before = facts(old)
    done = migrate(old)
    assert (done.before, done.after) == (1, VERSION)
    assert facts(old) == before
    with Workspace.open(old) as workspace:
        assert workspace.log.count("default") == 13
        assert [m.why for m in workspace.catalogue.merges("default")]
        assert DeadLetters(workspace.database, "default", 10).counts()[0] == 0
        again = workspace.log.append(list(_events()))
        assert (again.accepted, again.duplicates) == (1, 1)  # dedupe keys held
    assert migrate(old).copies == ()


def test_a_migrated_one_has_the_tables_of_a_new_one(old: Path, tmp_path_factory: pytest.TempPathFactory):
    new = tmp_path_factory.mktemp("new")
    Workspace.create(new).close()
    migrate(old)
    assert tables(old) == tables(new)


def test_back_and_up_again_keeps_every_fact(old: Path):
    before, first = facts(old), tables(old)
    migrate(old)
    with Workspace.open(old) as workspace:
        workspace.log.append(list(_events()))
        with workspace.database.write():
            DeadLetters(workspace.database, "default", 10).put([Refused(0, "no", "", b"{}")], "someone")
    middle = facts(old)
    done = migrate(old, back=True)
    assert (done.before, done.after) == (VERSION, VERSION - 1)
    assert facts(old) == middle != before
    done = migrate(old, back=True)
    assert (done.before, done.after) == (VERSION - 1, VERSION - 2)
    assert facts(old) == middle
    assert tables(old) - {"sounds"} == first
    copy = sqlite3.connect(done.copies[0])
    assert copy.execute("SELECT count(*) FROM dead_letters").fetchone() == (1,)  # what version 1 has no place for
    copy.close()
    assert migrate(old).after == VERSION
    assert facts(old) == middle


@pytest.mark.parametrize("at_once", [7, 1_000_000])
def test_the_ids_of_very_many_events_go_up_and_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int):
    monkeypatch.setattr(migrations, "AT_ONCE", 7)
    monkeypatch.setattr(seen_runs, "AT_ONCE", at_once)
    monkeypatch.setattr(seen_runs, "LARGEST", 20)
    Workspace.create(tmp_path).close()
    plays = [Play(id=f"e{i}", listener="L1", item="segue:track:a:2", at=1, ms_played=1) for i in range(70)]
    with Workspace.open(tmp_path) as workspace:
        workspace.log.append(plays)
    before = facts(tmp_path)
    for _ in range(2):
        assert migrate(tmp_path, back=True).after == VERSION - 1
        assert facts(tmp_path) == before
        assert migrate(tmp_path).after == VERSION
        assert facts(tmp_path) == before
    with Workspace.open(tmp_path) as workspace:
        assert workspace.database.connection.execute("SELECT count(*) FROM seen").fetchone() == (0,)
        assert workspace.log.append(plays).duplicates == 70
        assert not workspace.database.orphans()


def test_a_step_that_fails_leaves_all_as_it_was(old: Path, monkeypatch: pytest.MonkeyPatch):
    def broken(connection: sqlite3.Connection, _: Path) -> None:
        connection.execute("DROP TABLE seen")
        raise RuntimeError("the power went")

    before = facts(old)
    monkeypatch.setitem(MIGRATIONS, 2, migrations.Migration(2, "", broken, broken))
    with pytest.raises(RuntimeError):
        migrate(old)
    assert facts(old) == before
    with pytest.raises(WorkspaceError, match="version 1"):
        Workspace.open(old)


def test_refused_while_it_is_open_elsewhere_where_it_is_newer_and_where_there_is_no_version_before(old: Path):
    reader = sqlite3.connect(old / DATABASE)
    reader.execute("PRAGMA journal_mode = WAL")
    reader.execute("SELECT * FROM items").fetchall()
    with pytest.raises(WorkspaceError, match="stop the server"):
        migrate(old)
    reader.close()
    with pytest.raises(UsageError, match="none before"):
        migrate(old, back=True)
    other = sqlite3.connect(old / DATABASE)
    other.execute("PRAGMA user_version = 99")
    other.close()
    with pytest.raises(WorkspaceError, match="newer"):
        migrate(old)
    with pytest.raises(WorkspaceError, match="no workspace"):
        migrate(old / "nowhere")


def test_forgetting_removes_the_copies(old: Path):
    copies = migrate(old).copies
    with Workspace.open(old) as workspace:
        with pytest.raises(UnknownName):
            forget_listener(workspace, "default", "nobody")
        assert len(copies) == VERSION - 1
        assert all(copy.is_file() for copy in copies)
        forget_listener(workspace, "default", "L1")
    assert not any(copy.exists() for copy in copies)


def _events():
    yield Play(id="e1", listener="L1", item="segue:track:a:2", at=1_700_000_001_000, ms_played=100_000)
    yield Play(id="new", listener="L1", item="segue:track:a:2", at=1_700_000_001_000, ms_played=100_000)
