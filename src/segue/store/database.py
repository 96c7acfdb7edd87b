"""The one SQLite database of a workspace: its tables, its connection, its transactions.

Catalogue, events, dedupe keys and the manifest of sealed segments share it so that one import batch is one commit.
Several processes may have it open: readers see the last commit, writers take turns.
"""

from __future__ import annotations

import errno
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from segue.core.errors import WorkspaceError
from segue.store.names import song_name
from segue.store.schema import STORED

DATABASE = "store.sqlite"
VERSION = 2
"""Of the tables below and of the sealed segments: a workspace of another version is refused. `segue.store.migrations`
leads from one to the next."""
BUSY_MS = 60_000  # how long one writer waits for another


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


class Database:
    """A connection to write and one to ask, each for one thread at a time: who asks waits for no writer."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self.path = path
        self.lock = threading.RLock()  # of the writing connection
        self.on_rollback: list[Callable[[], None]] = []
        self._writing = 0  # the thread that is in a write transaction
        self._asking = threading.RLock()
        self.connection = connected(path)
        self._reader = connected(path)
        try:
            self._prepare(create)
        except BaseException:
            self.close()
            raise

    def _prepare(self, create: bool) -> None:
        execute = self.connection.execute
        try:
            execute("PRAGMA journal_mode = WAL")
            for connection in (self.connection, self._reader):
                for pragma in (
                    "synchronous = FULL", "foreign_keys = ON", f"busy_timeout = {BUSY_MS}", "cache_size = -65536",
                    "temp_store = MEMORY",
                ):  # fmt: skip
                    connection.execute(f"PRAGMA {pragma}")
            self._reader.execute("PRAGMA query_only = ON")
            if create and version_of(self.connection, self.path) == 0:
                with self.write():
                    if version_of(self.connection, self.path) == 0:  # nobody else was quicker
                        for statement in (TABLES + LATER).split(";\n"):
                            execute(statement)
                        execute(f"PRAGMA user_version = {VERSION}")
            found = version_of(self.connection, self.path)
        except sqlite3.DatabaseError as e:
            raise WorkspaceError(f"{self.path} is not a database of Segue: {e}") from None
        if found != VERSION:
            raise WorkspaceError(_another(self.path, found))

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A transaction that is on disk when the block ends; inside another one, part of that one."""
        with self.lock:
            if self.connection.in_transaction:
                yield self.connection
                return
            try:
                self.connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as e:
                raise WorkspaceError(f"{self.path} is in use by another process: {e}") from None
            self._writing = threading.get_ident()
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException as e:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                for forget in self.on_rollback:
                    forget()
                if _no_room(e):
                    raise WorkspaceError(f"{self.path} cannot be written, nothing was taken: {e}") from e
                raise
            finally:
                self._writing = 0

    @contextmanager
    def attempt(self) -> Iterator[sqlite3.Connection]:
        """A part of a write transaction that leaves nothing behind where it fails."""
        with self.write() as connection:
            connection.execute("SAVEPOINT attempt")
            try:
                yield connection
            except BaseException:
                if connection.in_transaction:  # a full disk ends all of it
                    connection.execute("ROLLBACK TO attempt")
                    connection.execute("RELEASE attempt")
                for forget in self.on_rollback:
                    forget()
                raise
            connection.execute("RELEASE attempt")

    @contextmanager
    def asking(self) -> Iterator[sqlite3.Connection]:
        """For single statements: the last commit, or one's own transaction from within it."""
        if self._writing == threading.get_ident():
            yield self.connection
            return
        with self._asking:
            yield self._reader

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """One consistent view over several statements."""
        with self.asking() as connection:
            if connection.in_transaction:
                yield connection
                return
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.execute("ROLLBACK")

    def meta(self, key: str) -> int:
        with self.asking() as connection:
            return int(connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()[0])

    def set_meta(self, key: str, value: int) -> None:
        self.connection.execute("UPDATE meta SET value = ? WHERE key = ?", (value, key))

    def tenant(self, name: str, *, create: bool = False) -> int:
        """Number of a tenant; 0 where nobody knows it. Created only within a write transaction."""
        with self.asking() as connection:
            row = connection.execute("SELECT number FROM tenants WHERE name = ?", (name,)).fetchone()
            if row:
                return int(row[0])
            if not create:
                return 0
            return int(connection.execute("INSERT INTO tenants (name) VALUES (?)", (name,)).lastrowid or 0)

    def overwrite_freed(self) -> None:
        """Make what was deleted unreadable: rebuild the file and empty the write-ahead log."""
        with self.lock, self._asking:
            self.connection.execute("VACUUM")
            busy, _, _ = self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if busy:
                raise WorkspaceError(f"{self.path} is being read by another process: stop it and run this again")

    def close(self) -> None:
        with self.lock, self._asking:
            self._reader.close()
            self.connection.close()


def _no_room(e: BaseException) -> bool:
    """Whether the disk would not take it: full, over a limit, or broken."""
    if isinstance(e, sqlite3.OperationalError):
        return getattr(e, "sqlite_errorname", "").startswith(("SQLITE_FULL", "SQLITE_IOERR"))
    return isinstance(e, OSError) and e.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EIO)


def connected(path: Path) -> sqlite3.Connection:
    """A connection with the functions that statements of the store use."""
    connection = sqlite3.connect(
        path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False, cached_statements=256
    )
    connection.create_function("fold", 1, str.casefold, deterministic=True)
    connection.create_function("song_name", 2, song_name, deterministic=True)
    return connection


def version_of(connection: sqlite3.Connection, path: Path) -> int:
    """The version that a database is of; 0: nothing is in it yet."""
    try:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.DatabaseError as e:
        raise WorkspaceError(f"{path} is not a database of Segue: {e}") from None


def _another(path: Path, found: int) -> str:
    if found > VERSION:
        return (
            f"{path} is a workspace of version {found}, newer than this program's {VERSION}: update Segue, or take it "
            "back with the newer one (segue migrate --back)"
        )
    if found == 0:
        return f"{path} is empty: make a workspace with `segue init`"
    return (
        f"{path} is a workspace of version {found}, this is version {VERSION}: `segue migrate` brings it up to date "
        "(it keeps a copy, and `segue migrate --back` undoes it)"
    )
