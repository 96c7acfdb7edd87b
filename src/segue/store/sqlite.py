"""The database of a workspace as one SQLite file: for one machine."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from struct import iter_unpack
from typing import Any

import numpy as np
import pyarrow as pa

from segue.core.errors import WorkspaceError
from segue.core.types import Bools
from segue.store.database import BUSY_MS, LATER, NUMBERED, TABLES, VERSION, Connection, Database
from segue.store.schema import STORED

_INSERT = f"INSERT INTO front VALUES ({', '.join('?' * len(STORED))})"


DATABASE = "store.sqlite"


class SqliteDatabase(Database):
    """WAL, synchronous=FULL: a commit is on the disk."""

    connection: sqlite3.Connection

    def __init__(self, path: Path, *, create: bool = False) -> None:
        super().__init__()
        self.path, self.name = path, str(path)
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

    def _begin(self, *locks: int) -> None:
        try:
            self.connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as e:
            raise WorkspaceError(f"{self.path} is in use by another process: {e}") from None

    def _commit(self) -> None:
        self.connection.execute("COMMIT")

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
        connection, count = self.connection, len(keys) // 16
        find = "SELECT 1 FROM seen WHERE key = ?"
        step = max(1, count // 64)
        sample = (keys[i * 16 : i * 16 + 16] for i in range(0, count, step))
        if not any(connection.execute(find, (key,)).fetchone() for key in sample):
            connection.execute("SAVEPOINT taking")
            had = connection.total_changes
            connection.executemany("INSERT OR IGNORE INTO seen VALUES (?)", iter_unpack("16s", keys))
            if connection.total_changes - had == count:
                connection.execute("RELEASE taking")
                return np.ones(count, np.bool_)
            connection.execute("ROLLBACK TO taking")
            connection.execute("RELEASE taking")
        asked = (connection.execute(find, key).fetchone() is None for key in iter_unpack("16s", keys))
        missing = np.fromiter(asked, np.bool_, count)
        new = np.frombuffer(keys, "V16")[missing].tobytes()
        connection.executemany("INSERT INTO seen VALUES (?)", iter_unpack("16s", new))
        return missing

    def put_front(self, table: pa.Table) -> None:
        self.connection.executemany(_INSERT, zip(*(c.to_pylist() for c in table.columns)))

    def close(self) -> None:
        with self.lock, self._asking:
            for connection in (self._reader, self.connection):
                if isinstance(connection, sqlite3.Connection):
                    connection.close()


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
