"""What a workspace knows, as tables with transactions: one contract, kept by SQLite and by PostgreSQL.

Catalogue, events, dedupe keys and the manifest of sealed segments share a database so that one import batch is one
commit. Several processes may have it open: readers see the last commit, writers take turns.

SQL is written once, in what both understand: `?` and `?1` stand for values, conflicts name their columns, numbers are
whole and come from RETURNING. Where they differ much, or each row would cost a way over the network, is a method here.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from segue.core.types import Bools
from segue.store.schema import STORED

BUSY_MS = 60_000  # how long one writer waits for another
KEYS_AT_ONCE = 500
WRITING, SEALING = 0x5E60E1, 0x5E60E2
"""Locks: of who adds to the log and the catalogue, and of who writes sealed files anew. A file has one for both."""


class Cursor(Protocol):
    """The answer of a statement."""

    @property
    def rowcount(self) -> int: ...

    def fetchone(self) -> Any: ...

    def fetchmany(self, size: int, /) -> list[Any]: ...

    def fetchall(self) -> list[Any]: ...

    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """A connection, for one thread at a time."""

    @property
    def in_transaction(self) -> bool: ...

    def execute(self, sql: str, values: Sequence[Any] = ..., /) -> Cursor: ...

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> Cursor: ...


def _front_columns() -> str:
    kinds = {pa.string(): "TEXT", pa.float32(): "REAL"}
    return ", ".join(
        f'"{f.name}" {kinds.get(f.type, "INTEGER")}{"" if f.nullable else " NOT NULL"}'
        for f in STORED
        if f.name != "seq"
    )


TABLES = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('last_seq', 0), ('forgotten', 0), ('songs_named', 1);
CREATE TABLE tenants (number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE);
CREATE TABLE listeners (
  number INTEGER PRIMARY KEY AUTOINCREMENT, tenant INTEGER NOT NULL REFERENCES tenants, id TEXT NOT NULL,
  UNIQUE (tenant, id));
CREATE TABLE items (
  number INTEGER PRIMARY KEY AUTOINCREMENT, tenant INTEGER NOT NULL REFERENCES tenants,
  kind INTEGER NOT NULL, namespace TEXT NOT NULL, id TEXT NOT NULL,
  kept INTEGER NOT NULL DEFAULT 0,
  title TEXT NOT NULL DEFAULT '', name TEXT NOT NULL DEFAULT '', description TEXT NOT NULL DEFAULT '',
  album INTEGER NOT NULL DEFAULT 0, duration_ms INTEGER NOT NULL DEFAULT 0, released INTEGER NOT NULL DEFAULT 0,
  explicit INTEGER NOT NULL DEFAULT 0, language TEXT NOT NULL DEFAULT '', countries TEXT NOT NULL DEFAULT '',
  available_from INTEGER NOT NULL DEFAULT 0,
  UNIQUE (tenant, kind, namespace, id));
CREATE INDEX items_name ON items (tenant, kind, name) WHERE name != '';
CREATE INDEX items_kept ON items (kept) WHERE kept != 0;
CREATE TABLE credits (
  item INTEGER NOT NULL REFERENCES items, position INTEGER NOT NULL, artist INTEGER NOT NULL REFERENCES items,
  PRIMARY KEY (item, position)) WITHOUT ROWID;
CREATE TABLE tags (
  item INTEGER NOT NULL REFERENCES items, tag TEXT NOT NULL, genre INTEGER NOT NULL,
  PRIMARY KEY (item, tag)) WITHOUT ROWID;
CREATE TABLE aliases (
  tenant INTEGER NOT NULL REFERENCES tenants, id TEXT NOT NULL, item INTEGER NOT NULL REFERENCES items,
  PRIMARY KEY (tenant, id, item)) WITHOUT ROWID;
CREATE INDEX aliases_item ON aliases (item);
CREATE TABLE merges (
  id INTEGER PRIMARY KEY AUTOINCREMENT, tenant INTEGER NOT NULL REFERENCES tenants,
  kept INTEGER NOT NULL REFERENCES items, gone INTEGER NOT NULL REFERENCES items,
  why TEXT NOT NULL, at INTEGER NOT NULL, undone INTEGER NOT NULL DEFAULT 0);
CREATE TABLE front (seq INTEGER PRIMARY KEY, {_front_columns()});
CREATE TABLE segments (
  path TEXT PRIMARY KEY, tenant INTEGER NOT NULL REFERENCES tenants, rows INTEGER NOT NULL,
  first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL);
CREATE TABLE seen (key BLOB PRIMARY KEY) WITHOUT ROWID;
"""
LATER = """
CREATE INDEX IF NOT EXISTS merges_pair ON merges (kept, gone);
CREATE TABLE IF NOT EXISTS sounds (item INTEGER PRIMARY KEY, folder TEXT NOT NULL, file TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS dead_letters (
  id INTEGER PRIMARY KEY AUTOINCREMENT, tenant INTEGER NOT NULL REFERENCES tenants, key BLOB NOT NULL,
  at INTEGER NOT NULL, times INTEGER NOT NULL, reason TEXT NOT NULL, field TEXT NOT NULL, form TEXT NOT NULL,
  client TEXT NOT NULL, raw BLOB NOT NULL, whole INTEGER NOT NULL, UNIQUE (tenant, key));
CREATE TABLE IF NOT EXISTS audit_hours (
  tenant INTEGER NOT NULL REFERENCES tenants, client TEXT NOT NULL, hour INTEGER NOT NULL, highest INTEGER NOT NULL,
  duplicates INTEGER NOT NULL, refused INTEGER NOT NULL, PRIMARY KEY (tenant, client, hour)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS audit_stretches (
  tenant INTEGER NOT NULL REFERENCES tenants, client TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
  PRIMARY KEY (tenant, client, first)) WITHOUT ROWID;
"""
"""What came with version 2; programs of version 1 made some of it where it was missing."""
NUMBERED = {
    "listeners": {"tenant": int, "id": str},
    "items": {"tenant": int, "kind": int, "namespace": str, "id": str},
}
"""Tables whose rows are numbered as they come, by the columns that tell them apart."""


class Database(ABC):
    """A connection to write and one to ask, each for one thread at a time: who asks waits for no writer."""

    name: str
    """The file, or the address without its password: for messages."""
    connection: Connection  # that writes
    _reader: Connection

    def __init__(self) -> None:
        self.lock = threading.RLock()  # of the writing connection
        self.on_rollback: list[Callable[[], None]] = []
        self._writing = 0  # the thread that is in a write transaction
        self._asking = threading.RLock()
        self._tenants: dict[str, int] = {}  # numbers of those that are there to stay: none ever goes

    # --- transactions -----------------------------------------------------------------------------------------------

    def write(self) -> AbstractContextManager[Connection]:
        """A transaction that is on disk when the block ends; inside another one, part of that one.

        WorkspaceError, and nothing is taken, where another process does not end, or the disk or the server is gone.
        """
        return self._transaction(WRITING)

    @property
    def writing(self) -> bool:
        """Whether this thread is in a write transaction."""
        return self._writing == threading.get_ident()

    @contextmanager
    def _transaction(self, *locks: int) -> Iterator[Connection]:
        with self.lock:
            if self.writing:
                yield self.connection
                return
            self._begin(*locks)
            self._writing = threading.get_ident()
            try:
                yield self.connection
                self._commit()
            except BaseException as e:
                self._undo()
                for forget in self.on_rollback:
                    forget()
                said = self._said(e)
                if said is None:
                    raise
                raise said from e
            finally:
                self._writing = 0

    @contextmanager
    def attempt(self) -> Iterator[Connection]:
        """A part of a write transaction that leaves nothing behind where it fails."""
        with self.write() as connection:
            connection.execute("SAVEPOINT attempt")
            try:
                yield connection
            except BaseException as e:
                if connection.in_transaction:  # a full disk ends all of it
                    connection.execute("ROLLBACK TO attempt")
                    connection.execute("RELEASE attempt")
                for forget in self.on_rollback:
                    forget()
                said = self._said(e)
                if said is None:
                    raise
                raise said from e
            connection.execute("RELEASE attempt")

    @contextmanager
    def asking(self) -> Iterator[Connection]:
        """For single statements: the last commit, or one's own transaction from within it."""
        if self.writing:
            yield self.connection
            return
        with self._asking:
            self._look()
            try:
                yield self._reader
            except Exception as e:
                said = self._said(e)
                if said is None:
                    raise
                raise said from e

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view over several statements."""
        with self.asking() as connection:
            if connection.in_transaction:
                yield connection
                return
            connection.execute(self.VIEW)
            try:
                yield connection
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    VIEW = "BEGIN"
    """Begins a transaction that reads."""

    @abstractmethod
    def _begin(self, *locks: int) -> None:
        """Begin to write, alone in what the locks stand for."""

    @abstractmethod
    def _commit(self) -> None: ...

    def _undo(self) -> None:
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")

    def _look(self) -> None:  # noqa: B027 - a file is always there
        """Before somebody asks: is the connection still there?"""

    @abstractmethod
    def _said(self, e: BaseException) -> Exception | None:
        """An error of the database as one of ours; None where it is one's own."""

    # --- one writer for the files -----------------------------------------------------------------------------------

    @abstractmethod
    def sealing(self, *, wait: bool = True) -> AbstractContextManager[bool]:
        """A transaction in which nobody else seals, or removes sealed files; False where somebody does and one does not
        `wait`: then nothing may be written."""

    @abstractmethod
    def quiet(self) -> AbstractContextManager[bool]:
        """While the block lasts nobody writes anything; False where somebody does."""

    @abstractmethod
    def forgetting(self) -> AbstractContextManager[Connection]:
        """A transaction in which nobody else writes or seals; what it deletes, `overwrite_freed` makes unreadable."""

    @abstractmethod
    def overwrite_freed(self) -> None:
        """Make what was deleted unreadable. WorkspaceError while another process reads."""

    # --- what each does in its own way ------------------------------------------------------------------------------

    @abstractmethod
    def numbered(self, table: str, keys: Sequence[tuple[Any, ...]]) -> list[int]:
        """(K,) numbers of rows of a table of NUMBERED, created where missing. Within a write transaction."""

    @abstractmethod
    def take_unseen(self, keys: bytes) -> Bools:
        """(E,) which different 16-byte keys, in order, were not there; they are now. Within a write transaction."""

    @abstractmethod
    def put_front(self, table: pa.Table) -> None:
        """Add (E,) stored events to the front. Within a write transaction."""

    @abstractmethod
    def close(self) -> None: ...

    def drop_seen(self, keys: Sequence[bytes]) -> None:
        """Events with these 16-byte keys are new again. Within a write transaction."""
        self.connection.executemany("DELETE FROM seen WHERE key = ?", [(key,) for key in keys])

    def orphans(self) -> list[Path]:
        """Files of the database that a crash left; a server looks after its own."""
        return []

    def has_seen(self, keys: bytes) -> Bools:
        """(E,) which 16-byte keys are there."""
        split = [keys[i : i + 16] for i in range(0, len(keys), 16)]
        found: set[bytes] = set()
        with self.asking() as connection:
            for start in range(0, len(split), KEYS_AT_ONCE):
                part = split[start : start + KEYS_AT_ONCE]
                marks = ", ".join("?" * len(part))
                found |= {
                    bytes(key) for (key,) in connection.execute(f"SELECT key FROM seen WHERE key IN ({marks})", part)
                }
        return np.fromiter((key in found for key in split), np.bool_, len(split))

    # --- small facts ------------------------------------------------------------------------------------------------

    def meta(self, key: str) -> int:
        with self.asking() as connection:
            return int(connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()[0])

    def set_meta(self, key: str, value: int) -> None:
        self.connection.execute("UPDATE meta SET value = ? WHERE key = ?", (value, key))

    def tenants(self) -> list[str]:
        """Names of the tenants of which anything was stored, oldest first."""
        with self.asking() as connection:
            return [str(name) for (name,) in connection.execute("SELECT name FROM tenants ORDER BY number").fetchall()]

    def tenant(self, name: str, *, create: bool = False) -> int:
        """Number of a tenant; 0 where nobody knows it. Created only within a write transaction."""
        if name in self._tenants:
            return self._tenants[name]
        with self.asking() as connection:
            row = connection.execute("SELECT number FROM tenants WHERE name = ?", (name,)).fetchone()
            if row and not self.writing:  # else it may be one that is undone
                self._tenants[name] = int(row[0])
            if row or not create:
                return int(row[0]) if row else 0
            made = connection.execute("INSERT INTO tenants (name) VALUES (?) RETURNING number", (name,))
            return int(made.fetchone()[0])
