"""What passes: shared by processes, changed as one, gone with who is forgotten, and never in anybody's way."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import structlog

from segue.core.errors import UnknownName
from segue.core.events import Search
from segue.store import passing
from segue.store.passing import FILE, TABLES, Passing, folder_of
from segue.store.privacy import forget_listener
from segue.store.workspace import Workspace

WHO, OTHER = "quite-a-särskild-listener", "somebody else"
COUNT = """
import sys
from pathlib import Path
from segue.store import passing
passing.WAIT_S = 60
def more(connection):
    ((caption,),) = connection.execute("SELECT caption FROM devices WHERE device = 'd'").fetchall()
    connection.execute("UPDATE devices SET caption = ? WHERE device = 'd'", (str(int(caption) + 1),))
shared = passing.Passing(Path(sys.argv[1]))
for _ in range(300):
    shared.change(more)
"""
HOLD = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.readline()
"""


def name(shared: Passing, listener: str, device: str = "d", caption: str = "0") -> None:
    row = (listener, device, 1.0, caption, "mobile")
    shared.change(lambda c: c.execute("INSERT OR REPLACE INTO devices VALUES (?, ?, ?, ?, ?)", row))


def play(shared: Passing, listener: str, player: str = "p") -> None:
    row = (listener, player, 1.0, 9e9, json.dumps({"title": f"heard by {listener}"}).encode())
    shared.change(lambda c: c.execute("INSERT OR REPLACE INTO playing VALUES (?, ?, ?, ?, ?)", row))


def consent(shared: Passing, listener: str) -> None:
    shared.change(lambda c: c.execute("INSERT INTO tokens VALUES (?, 1, ?, ?)", (f"t-{listener}", "s", listener)))


def rows(shared: Passing, table: str = "devices") -> list[Any]:
    return shared.ask(lambda c: c.execute(f"SELECT listener FROM {table} ORDER BY listener").fetchall())


def holders(folder: Path, word: str) -> list[str]:
    return [p.name for p in folder.rglob("*") if p.is_file() and word.encode() in p.read_bytes()]


@pytest.fixture
def warnings() -> Iterator[list[Any]]:
    with structlog.testing.capture_logs() as logs:
        yield logs


def test_what_one_is_told_another_knows(tmp_path: Path) -> None:
    one, other, alone = Passing(tmp_path / "p"), Passing(tmp_path / "p"), Passing(None)
    assert rows(other) == []
    for shared, listener in ((one, WHO), (other, OTHER)):
        name(shared, listener)
    assert rows(one) == rows(other) == [(WHO,), (OTHER,)]
    assert rows(alone) == []
    name(alone, "nobody knows")
    assert rows(alone) == [("nobody knows",)]
    assert [p.name for p in (tmp_path / "p").iterdir() if p.stat().st_size] == [FILE]
    assert {p.stat().st_mode & 0o777 for p in (tmp_path / "p").iterdir()} == {0o600}


def test_a_tenants_place_is_the_same_before_and_after_it_has_a_number(workspace: Workspace) -> None:
    before = folder_of(workspace.path, "default")
    workspace.log.append([Search(id="s", listener=WHO, at=1_600_000_000_000, words="x")])
    assert folder_of(workspace.path, "default") == before
    assert before.parent == folder_of(workspace.path, "../../c").parent
    assert folder_of(workspace.path, "Default") != before


def test_processes_and_threads_change_it_one_after_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passing, "WAIT_S", 60)
    shared = Passing(tmp_path)
    name(shared, WHO)
    command = [sys.executable, "-c", COUNT, str(tmp_path)]
    running = [subprocess.Popen(command) for _ in range(2)]

    def more(connection: sqlite3.Connection) -> None:
        ((caption,),) = connection.execute("SELECT caption FROM devices").fetchall()
        connection.execute("UPDATE devices SET caption = ?", (str(int(caption) + 1),))

    threads = [threading.Thread(target=lambda: [shared.change(more) for _ in range(300)]) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [one.wait(60) for one in running] == [0, 0]
    assert shared.ask(lambda c: c.execute("SELECT caption FROM devices").fetchall()) == [("1200",)]


def test_nothing_is_done_where_it_raises(tmp_path: Path) -> None:
    shared = Passing(tmp_path)

    def half(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO devices VALUES ('a', 'd', 1, '', '')")
        raise UnknownName("listener", "a")

    for each in (shared, Passing(None)):
        with pytest.raises(UnknownName):
            each.change(half)
        assert rows(each) == []
        name(each, WHO)
        assert rows(each) == [(WHO,)]


def test_a_damaged_file_is_begun_anew_by_all(tmp_path: Path, warnings: list[Any]) -> None:
    one, other = Passing(tmp_path), Passing(tmp_path)
    name(one, WHO)
    assert rows(other) == [(WHO,)]
    (tmp_path / FILE).write_bytes(b"no database at all " * 2_000)
    name(other, OTHER)
    assert rows(one) == rows(other) == rows(Passing(tmp_path)) == [(OTHER,)]
    assert warnings == []


def test_a_file_that_another_process_took_away_or_replaced_is_noticed(tmp_path: Path) -> None:
    shared = Passing(tmp_path)
    name(shared, WHO)
    (tmp_path / FILE).unlink()
    assert rows(shared) == []
    name(shared, WHO)
    with closing(sqlite3.connect(tmp_path / "new")) as new:
        new.executescript(f"{TABLES}; INSERT INTO devices VALUES ('{OTHER}', 'd', 1, '', '');")
    (tmp_path / "new").replace(tmp_path / FILE)
    assert rows(shared) == [(OTHER,)]


def test_a_place_that_cannot_be_written_fails_nobody(
    tmp_path: Path, warnings: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "p").write_text("a file where the folder should be")
    shared = Passing(tmp_path / "p")
    name(shared, WHO)
    assert rows(shared) == [(WHO,)], "it remembers by itself"
    monkeypatch.setattr(passing, "AWAY_S", 0.0)
    shared._away_until = 0.0
    assert rows(shared) == [(WHO,)]
    assert [one["log_level"] for one in warnings] == ["warning"], "said once"
    (tmp_path / "p").unlink()
    assert rows(shared) == [], "what it remembered meanwhile is no longer shown beside what is shared"
    name(shared, OTHER)
    assert rows(Passing(tmp_path / "p")) == [(OTHER,)]


def test_a_disk_that_is_full_fails_nobody(tmp_path: Path, warnings: list[Any]) -> None:
    shared = Passing(tmp_path)
    name(shared, WHO)
    assert shared._connection is not None
    shared._connection.execute("PRAGMA max_page_count = 1")  # as many as there are
    name(shared, OTHER, caption="x" * 100_000)
    assert rows(shared) == [(OTHER,)]
    assert [one["reason"] for one in warnings] == ["database or disk is full"]
    shared._away_until = 0.0
    assert rows(shared) == [(WHO,)]
    name(shared, OTHER)
    assert rows(Passing(tmp_path)) == [(WHO,), (OTHER,)]


def test_a_process_that_holds_it_stops_nobody_for_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passing, "WAIT_S", 0.01)
    shared = Passing(tmp_path)
    name(shared, WHO)
    shared.close()
    shared = Passing(tmp_path)
    assert rows(shared) == [(WHO,)]
    command = [sys.executable, "-c", HOLD, str(tmp_path / FILE)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holding:
        assert holding.stdout is not None
        assert holding.stdout.readline() == "held\n"
        name(shared, OTHER)
        assert rows(shared) == [(OTHER,)]
        holding.communicate("\n", timeout=30)
    shared._away_until = 0.0
    assert rows(shared) == [(WHO,)]


def test_no_byte_is_left_of_who_is_forgotten(workspace: Workspace) -> None:
    shared, again = (Passing(folder_of(workspace.path, "default")) for _ in range(2))
    theirs = Passing(folder_of(workspace.path, "other"))
    for i in range(400):
        for listener in (WHO, f"{OTHER} {i % 50}"):
            name(shared, listener, f"{i % 90} of {listener}", f"the phone of {listener}" + "." * (i % 30))
            play(shared, listener, f"{i % 70} of {listener}")
    for one, listener in ((shared, WHO), (shared, OTHER), (theirs, WHO), (theirs, OTHER)):
        consent(one, listener)
    play(theirs, WHO)
    assert (WHO,) in rows(again)
    with pytest.raises(UnknownName, match="listener"):  # no event told of them; what passes is gone all the same
        forget_listener(workspace, "default", WHO)
    own = folder_of(workspace.path, "default")
    assert holders(own, WHO) == []
    assert holders(workspace.path, WHO) == [FILE], "a listener of another tenant may bear the same id"
    for one in (shared, again):
        assert {table: len(set(rows(one, table))) for table in ("playing", "devices")} == {"playing": 50, "devices": 50}
    assert rows(shared, "tokens") == rows(theirs, "tokens") == [(OTHER,)]
    assert rows(theirs, "playing") == [(WHO,)]
    name(shared, OTHER)
    assert (OTHER,) in rows(again), "whoever had it open still shares it"
    again.forget(OTHER)
    assert (OTHER,) not in rows(shared)


def test_what_passes_of_a_listener_is_in_their_export(workspace: Workspace) -> None:
    folder = folder_of(workspace.path, "default")
    assert passing.export(workspace.path, "default", WHO) == {"players": [], "devices": []}
    shared = Passing(folder)
    for who in (WHO, OTHER):
        name(shared, who, caption=f"Phone of {who}")
        play(shared, who)
    assert passing.export(workspace.path, "default", WHO) == {
        "players": [{"title": f"heard by {WHO}"}],
        "devices": [{"id": "d", "caption": f"Phone of {WHO}", "type": "mobile"}],
    }
    assert passing.export(workspace.path, "another", WHO) == {"players": [], "devices": []}
    shared.close()
    (folder / FILE).write_bytes(b"no database, " * 100)
    assert passing.export(workspace.path, "default", WHO) == {"players": [], "devices": []}


def test_what_cannot_be_read_goes_as_a_whole(workspace: Workspace) -> None:
    own = folder_of(workspace.path, "default")
    shared = Passing(own)
    name(shared, WHO)
    (own / FILE).write_bytes(f"damaged, but still about {WHO}".encode() * 200)
    passing.forget(workspace.path, "default", WHO)
    assert holders(workspace.path, WHO) == []
    assert rows(shared) == []
    for each in (Passing(None), shared):
        name(each, WHO)
        each.forget(WHO)
        assert rows(each) == []


def test_one_that_is_opened_beside_another_leaves_its_locks(tmp_path: Path) -> None:
    """Whoever closes a file gives up all locks that the process has on it: both are SQLite's, which knows."""
    one, other = Passing(tmp_path), Passing(tmp_path)
    name(one, WHO)

    def while_it_writes(connection: sqlite3.Connection) -> int:
        connection.execute("DELETE FROM devices")
        assert other.ask(lambda c: c.execute("SELECT count(*) FROM devices").fetchall()) == [(1,)]
        other.close()
        Passing(tmp_path).close()
        command = "import sys, sqlite3; sqlite3.connect(sys.argv[1], timeout=0).execute('BEGIN IMMEDIATE')"
        done = subprocess.run([sys.executable, "-c", command, tmp_path / FILE], check=False, capture_output=True)
        return done.returncode

    assert one.change(while_it_writes) == 1, "the lock is still there"
    one.close()
    name(one, WHO)
    assert rows(Passing(tmp_path)) == [], "what is closed changes the file no more"
