"""What passes: what players say that is no event. What plays now, names of devices, tokens on their way to a session.

One small SQLite file a tenant, which the worker processes of a server share: whichever of them is told, all know. Where
the file cannot be read or written, a process remembers by itself for a while; nobody's request fails for it.

It has a rollback journal and no write-ahead log: a listener who is forgotten is gone from every byte at once, while
others go on, and there is no second file whose locks could be given up by who looks at it.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import structlog

from segue.store.secret import make_private
from segue.store.workspace import PASSING

T = TypeVar("T")
FILE = "passing.sqlite"
WAIT_S = 0.25  # for another process; the event loop waits meanwhile
FORGET_S = 5.0  # of whoever forgets a listener
AWAY_S = 5.0  # without the file, after it failed
TABLES = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS playing (
    listener TEXT NOT NULL, player TEXT NOT NULL, at REAL NOT NULL, ends REAL NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (listener, player)
);
CREATE INDEX IF NOT EXISTS playing_at ON playing (at);
CREATE TABLE IF NOT EXISTS devices (
    listener TEXT NOT NULL, device TEXT NOT NULL, at REAL NOT NULL, caption TEXT NOT NULL, type TEXT NOT NULL,
    PRIMARY KEY (listener, device)
);
CREATE INDEX IF NOT EXISTS devices_at ON devices (at);
CREATE TABLE IF NOT EXISTS tokens (
    token TEXT PRIMARY KEY, at REAL NOT NULL, session TEXT NOT NULL, listener TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS tokens_at ON tokens (at);
COMMIT;
"""
OF_A_TENANT, OF_THE_SERVER = ("playing", "devices"), ("tokens",)
"""Tables of listeners: of the tenant that the file is of, and of whoever asks, whose tenant is not known yet."""


class Passing:
    """Of one tenant. Safe for several threads; `None` for a folder remembers in this process alone."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._alone: sqlite3.Connection | None = None  # what is remembered without the file
        self._inode, self._away_until = 0, 0.0
        self._closed = self._said = False

    def ask(self, call: Callable[[sqlite3.Connection], T]) -> T:
        """`call` reads; it may be called again where the file fails."""
        with self._lock:
            if self._folder is not None and not self._closed and time.monotonic() >= self._away_until:
                for again in (True, False):
                    try:
                        out = call(self._opened(self._folder))
                    except (sqlite3.Error, OSError) as e:
                        if not self._failed(self._folder, e, again):
                            break
                    else:
                        self._alone = None  # it was for a while only
                        return out
            if self._alone is None:
                self._alone = _connected(":memory:", 0)
            return call(self._alone)

    def change(self, call: Callable[[sqlite3.Connection], T]) -> T:
        """`call` reads and writes as one: no other process does between. None of it is done where it raises."""
        return self.ask(lambda connection: _as_one(connection, call))

    def forget(self, listener: str) -> None:
        """No byte of the file is about a listener when this returns."""
        self.ask(lambda connection: _forget(connection, listener, (*OF_A_TENANT, *OF_THE_SERVER)))

    def close(self) -> None:
        with self._lock:
            self._close()
            self._alone, self._closed = None, True

    def _opened(self, folder: Path) -> sqlite3.Connection:
        if self._connection is not None and _inode(folder) != self._inode:
            self._close()  # another process took it away, or put another there
        if self._connection is None:
            folder.mkdir(parents=True, exist_ok=True)
            make_private(folder / FILE)
            self._inode = _inode(folder)
            self._connection = _connected(folder / FILE, WAIT_S)
        return self._connection

    def _failed(self, folder: Path, e: Exception, again: bool) -> bool:
        """Whether to try again: the file was damaged and is deleted, or it went away meanwhile."""
        inode = self._inode
        self._close()
        if _is_damaged(e) and _inode(folder) == inode:
            _delete(folder)
        if again and inode and _inode(folder) != inode:
            return True
        self._away_until = time.monotonic() + AWAY_S
        if not self._said:
            structlog.get_logger().warning("what players say is not shared by workers", reason=str(e))
        self._said = True
        return False

    def _close(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
        self._connection, self._inode = None, 0


def folder_of(workspace: Path, tenant: str) -> Path:
    """Where a tenant's is. The same before and after anything of the tenant is stored, which has no number until then:
    processes that were started then and now share one.
    """
    return workspace / PASSING / hashlib.sha256(tenant.encode("utf-8", "replace")).hexdigest()[:16]


def export(workspace: Path, tenant: str, listener: str) -> dict[str, list[dict[str, Any]]]:
    """What is known of a listener in passing: what their players play or played last, and names of their devices.

    Tokens are secrets, and soon gone. Nothing where there is no file, or none that can be read.
    """
    file, out = folder_of(workspace, tenant) / FILE, {"players": list[dict[str, Any]](), "devices": []}
    if not file.is_file():
        return out
    with contextlib.suppress(sqlite3.Error, msgspec.DecodeError), contextlib.closing(_connected(file, FORGET_S)) as own:
        of = "WHERE listener = ? ORDER BY at"
        rows = own.execute(f"SELECT device, caption, type FROM devices {of}", (listener,)).fetchall()
        out["devices"] = [{"id": id, "caption": caption, "type": type} for id, caption, type in rows]
        rows = own.execute(f"SELECT body FROM playing {of}", (listener,)).fetchall()
        out["players"] = [msgspec.json.decode(body) for (body,) in rows]
    return out


def forget(workspace: Path, tenant: str, listener: str) -> None:
    """Let go of what passes of a listener, whichever processes serve meanwhile. The tokens of all tenants lie in the
    file of the server's own.
    """
    own = folder_of(workspace, tenant)
    for file in sorted((workspace / PASSING).glob(f"*/{FILE}")):
        tables = (*OF_A_TENANT, *OF_THE_SERVER) if file.parent == own else OF_THE_SERVER
        try:
            with contextlib.closing(_connected(file, FORGET_S)) as connection:
                _forget(connection, listener, tables)
        except sqlite3.Error:
            _delete(file.parent)  # all of it, rather than nothing


def _inode(folder: Path) -> int:
    """Of the file that whoever opens it now would get; 0 where there is none."""
    with contextlib.suppress(OSError):
        return (folder / FILE).stat().st_ino
    return 0


def _is_damaged(e: Exception) -> bool:
    code = getattr(e, "sqlite_errorcode", 0) & 0xFF
    return isinstance(e, sqlite3.DatabaseError) and code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _connected(path: Path | str, wait_s: float) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=wait_s, isolation_level=None, check_same_thread=False)
    try:
        for pragma in ("journal_mode = TRUNCATE", "synchronous = OFF", "secure_delete = ON"):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        if not connection.execute("SELECT 1 FROM sqlite_master").fetchall():
            connection.executescript(TABLES)
    except BaseException:
        connection.close()
        raise
    return connection


def _as_one(connection: sqlite3.Connection, call: Callable[[sqlite3.Connection], T]) -> T:
    connection.execute("BEGIN IMMEDIATE")
    try:
        out = call(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return out


def _forget(connection: sqlite3.Connection, listener: str, tables: tuple[str, ...]) -> None:
    def gone(connection: sqlite3.Connection) -> None:
        for table in tables:
            connection.execute(f"DELETE FROM {table} WHERE listener = ?", (listener,))

    _as_one(connection, gone)
    connection.execute("VACUUM")  # where a page was split, what was moved may lie there still


def _delete(folder: Path) -> None:
    for end in ("", "-journal"):  # in this order: SQLite plays no journal back into a new file
        with contextlib.suppress(OSError):
            (folder / f"{FILE}{end}").unlink()
