"""The database of a workspace as one SQLite file: for one machine."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from struct import iter_unpack
from typing import Any

import numpy as np
import pyarrow as pa

from segue.core.errors import WorkspaceError
from segue.core.types import Bools
from segue.store import seen_runs
from segue.store.database import BUSY_MS, LATER, NUMBERED, TABLES, Connection, Database
from segue.store.schema import STORED
from segue.store.seen_runs import SeenRuns

_INSERT = f"INSERT INTO front VALUES ({', '.join('?' * len(STORED))})"

DATABASE = "store.sqlite"
VERSION = 3
"""Of the tables, dedupe runs and sealed segments: a workspace of another version is refused. `segue.store.migrations`
leads from one to the next."""
BULK = 1_000
"""Keys that are a run of their own."""
FULL = 10_000
"""Keys of the table that become a run."""


class SqliteDatabase(Database):
    """WAL, synchronous=FULL: a commit is on the disk."""

    connection: sqlite3.Connection

    def __init__(self, path: Path, *, create: bool = False) -> None:
        super().__init__()
        self.path, self.name = path, str(path)
        self._runs = SeenRuns(path.with_name(seen_runs.FOLDER))
        self._in_table: int | None = None  # keys in `seen`, about
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
                        for statement in (TABLES + LATER + seen_runs.TABLE).split(";\n"):
                            execute(statement)
                        execute(f"PRAGMA user_version = {VERSION}")
            found = version_of(self.connection, self.path)
        except sqlite3.DatabaseError as e:
            raise WorkspaceError(f"{self.path} is not a database of Segue: {e}") from None
        if found != VERSION:
            raise WorkspaceError(_another(self.path, found))

    def _begin(self, *locks: int) -> None:
        try:
            self.connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as e:
            raise WorkspaceError(f"{self.path} is in use by another process: {e}") from None

    def _commit(self) -> None:
        self.connection.execute("COMMIT")
        self._settle()

    def _undo(self) -> None:
        super()._undo()
        self._settle()

    def _settle(self) -> None:
        """What the end of a transaction leaves to do is not a part of it: where it fails, the next opening does it."""
        with suppress(sqlite3.Error, OSError):
            self._runs.settle(self.connection)

    def _said(self, e: BaseException) -> Exception | None:
        return WorkspaceError(f"{self.path} cannot be written, nothing was taken: {e}") if _no_room(e) else None

    @contextmanager
    def sealing(self, *, wait: bool = True) -> Iterator[bool]:
        with self.write():  # nobody else does anything
            yield True

    @contextmanager
    def quiet(self) -> Iterator[bool]:
        execute = self.connection.execute
        with self.lock:
            execute("PRAGMA busy_timeout = 0")
            try:
                execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                yield False
                return
            finally:
                execute(f"PRAGMA busy_timeout = {BUSY_MS}")
            try:
                yield True
            finally:
                execute("ROLLBACK")

    @contextmanager
    def forgetting(self) -> Iterator[Connection]:
        with self.lock:
            self.connection.execute("PRAGMA secure_delete = ON")
            with self.write() as connection:
                yield connection

    def overwrite_freed(self) -> None:
        """Rebuild the file and empty the write-ahead log."""
        with self.lock, self._asking:
            self.connection.execute("VACUUM")
            busy, _, _ = self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if busy:
                raise WorkspaceError(f"{self.path} is being read by another process: stop it and run this again")

    def numbered(self, table: str, keys: Sequence[tuple[Any, ...]]) -> list[int]:
        columns, execute = list(NUMBERED[table]), self.connection.execute
        find = f"SELECT number FROM {table} WHERE {' AND '.join(f'{c} = ?' for c in columns)}"
        new = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        out = []
        for key in keys:
            row = execute(find, key).fetchone()
            out.append(int(row[0]) if row else int(execute(new, key).lastrowid or 0))
        return out

    def take_unseen(self, keys: bytes) -> Bools:
        with self._whole():
            new = ~self._runs.has(self.connection, keys)
        if new.any():
            take = self._take_at_once if int(new.sum()) >= BULK else self._take_each
            new[new] = take(_chosen(keys, new))
        return new

    def _take_at_once(self, keys: bytes) -> Bools:
        """As `take_unseen`, of keys that are in no run: they become one."""
        new: Bools = np.ones(len(keys) // 16, np.bool_)
        if self.connection.execute("SELECT 1 FROM seen LIMIT 1").fetchone():
            new = ~super().has_seen(keys)
        self._runs.add(self.connection, _chosen(keys, new))
        return new

    def _take_each(self, keys: bytes) -> Bools:
        """As `take_unseen`, of keys that are in no run: they go into the table, and that, when it is long, into one."""
        connection = self.connection
        if self._in_table is None:
            self._in_table = int(connection.execute("SELECT count(*) FROM seen").fetchone()[0])
        new = ~super().has_seen(keys)
        connection.executemany("INSERT INTO seen VALUES (?)", iter_unpack("16s", _chosen(keys, new)))
        self._in_table += int(new.sum())
        if self._in_table >= FULL:
            found = connection.execute("SELECT key FROM seen ORDER BY key")
            self._runs.add(connection, b"".join(key for (key,) in found))
            connection.execute("DELETE FROM seen")
            self._in_table = 0
        return new

    def has_seen(self, keys: bytes) -> Bools:
        try:
            return self._known(keys)
        except FileNotFoundError:  # merged by another process since the database was read
            with self._whole():
                return self._known(keys)

    def _known(self, keys: bytes) -> Bools:
        with self.read() as connection:
            known: Bools = super().has_seen(keys) | self._runs.has(connection, keys)
            return known

    def drop_seen(self, keys: Sequence[bytes]) -> None:
        super().drop_seen(keys)
        with self._whole():
            self._runs.drop(self.connection, keys)

    def orphans(self) -> list[Path]:
        return self._runs.orphans(self.connection)

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """Where every file that the database names is there."""
        try:
            yield
        except FileNotFoundError as e:
            raise WorkspaceError(f"{e.filename}: a file of dedupe keys is missing; restore it from a backup") from None

    def put_front(self, table: pa.Table) -> None:
        self.connection.executemany(_INSERT, zip(*(c.to_pylist() for c in table.columns)))

    def close(self) -> None:
        with self.lock, self._asking:
            for connection in (self._reader, self.connection):
                if isinstance(connection, sqlite3.Connection):
                    connection.close()


def _chosen(keys: bytes, mask: Bools) -> bytes:
    """Those of (E,) 16-byte keys."""
    return keys if mask.all() else np.frombuffer(keys, "V16")[mask].tobytes()


def _no_room(e: BaseException) -> bool:
    """Whether the disk would not take it: full, over a limit, or broken."""
    if isinstance(e, sqlite3.OperationalError):
        return getattr(e, "sqlite_errorname", "").startswith(("SQLITE_FULL", "SQLITE_IOERR"))
    return isinstance(e, OSError) and e.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EIO)


def connected(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(
        path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False, cached_statements=256
    )


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
