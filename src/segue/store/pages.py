"""The page last made for each listener, kept beside the log: a cache that may be deleted at any time.

One small SQLite file a tenant, which the worker processes of a server share. Nothing in it is a fact: where it cannot
be read or written, pages are made as if it were not there. It goes with all that was derived when a listener is
forgotten.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import structlog

from segue.store.secret import make_private

FILE, BEFORE = "shown.sqlite", "last.sqlite"  # its name, and that of a shape that is no longer read
KEPT_MS = 86_400_000
SWEEP_EVERY = 5_000  # pages written between two looks for old ones
LONGEST = 1 << 24  # bytes of a part, unpacked
TABLE = """
CREATE TABLE IF NOT EXISTS pages (
    listener INTEGER NOT NULL, asked TEXT NOT NULL, at INTEGER NOT NULL, front BLOB NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (listener, asked)
);
CREATE INDEX IF NOT EXISTS pages_at ON pages (at);
"""


class LastPage(NamedTuple):
    """What was put in."""

    at: int  # UTC ms
    front: bytes
    body: bytes = b""  # empty where it was not asked for


class LastPages:
    """Of one tenant. Safe for several threads. Nothing is written before the first page is put in."""

    def __init__(self, folder: Path, most: int) -> None:
        """`most`: pages kept, the newest; 0: none."""
        self._folder, self._most = folder, most
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._inode, self._closed = 0, False
        self._until_sweep = 0
        self._said = False

    def get(self, listener: int, asked: str, now: int, whole: bool = False) -> LastPage | None:
        """What was put in less than a day ago; its body, too, where the `whole` is asked for.

        asked: what else than the listener and the time it was made for.
        """
        if not self._most:
            return None
        with self._lock, self._quietly():
            if (connection := self._opened(create=False)) is not None:
                sql = f"SELECT at, front{', body' if whole else ''} FROM pages WHERE listener = ? AND asked = ?"
                row = connection.execute(sql, (listener, asked)).fetchone()
                if row is not None and now - KEPT_MS < row[0] <= now:
                    return LastPage(int(row[0]), *map(_unpacked, row[1:]))
        return None

    def put(self, listener: int, asked: str, page: LastPage) -> None:
        """In the place of the one before."""
        if not self._most:
            return
        values = (listener, asked, page.at, _packed(page.front), _packed(page.body))
        with self._lock, self._quietly():
            connection = self._opened(create=True)
            if connection is None:
                return
            if self._until_sweep <= 0:
                self._until_sweep = SWEEP_EVERY
                self._sweep(connection)
            self._until_sweep -= 1
            connection.execute("INSERT OR REPLACE INTO pages VALUES (?, ?, ?, ?, ?)", values)

    def newest(self) -> dict[int, int]:
        """When the newest page of each listener was made (UTC ms), whatever else it was made for."""
        out: dict[int, int] = {}
        with self._lock, self._quietly():
            if self._most and (connection := self._opened(create=False)) is not None:
                out.update(connection.execute("SELECT listener, max(at) FROM pages GROUP BY listener"))
        return out

    def drop(self) -> None:
        """Let go of all of them."""
        with self._lock:
            self._close()
            self._delete(FILE)
            self._delete(BEFORE)

    def close(self) -> None:
        with self._lock:
            self._close()
            self._closed = True

    def _sweep(self, connection: sqlite3.Connection) -> None:
        """Let go of what is a day old, and of the oldest where there are too many."""
        connection.execute("DELETE FROM pages WHERE at <= ?", (int(time.time() * 1000) - KEPT_MS,))
        sql = "DELETE FROM pages WHERE rowid IN (SELECT rowid FROM pages ORDER BY at DESC LIMIT -1 OFFSET ?)"
        connection.execute(sql, (self._most,))

    def _opened(self, create: bool) -> sqlite3.Connection | None:
        path = self._folder / FILE
        if self._connection is None and not self._closed and (create or path.is_file()):
            self._folder.mkdir(parents=True, exist_ok=True)
            self._delete(BEFORE)
            make_private(path)
            self._inode = path.stat().st_ino
            self._connection = sqlite3.connect(path, timeout=1.0, isolation_level=None, check_same_thread=False)
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = OFF")  # what a crash takes is made again
            self._connection.execute("PRAGMA secure_delete = ON")
            self._connection.executescript(TABLE)
        return self._connection

    def _close(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
        self._connection = None

    def _delete(self, file: str) -> None:
        for end in ("", "-wal", "-shm"):
            with contextlib.suppress(OSError):
                (self._folder / f"{file}{end}").unlink()

    def _there(self) -> bool:
        """Whether the file that was opened is still the one that others would open."""
        with contextlib.suppress(OSError):
            return (self._folder / FILE).stat().st_ino == self._inode
        return False

    @contextlib.contextmanager
    def _quietly(self) -> Iterator[None]:
        """A page that cannot be kept is none that cannot be shown. A file that is damaged is begun anew."""
        try:
            yield
        except (sqlite3.Error, OSError, ValueError) as e:
            self._close()
            damaged = isinstance(e, sqlite3.DatabaseError) and not isinstance(e, sqlite3.OperationalError)
            if damaged and self._there():
                self._delete(FILE)
            if not self._said:
                structlog.get_logger().warning("last pages not kept", reason=str(e), begun_anew=damaged)
            self._said = True


def _packed(part: bytes) -> bytes:
    """Its length, which unpacking asks for, then the part by zstd: smaller than by zlib, in half the time."""
    packed: bytes = pa.compress(part, "zstd", asbytes=True)
    return len(part).to_bytes(4, "big") + packed


def _unpacked(packed: bytes) -> bytes:
    length = int.from_bytes(packed[:4], "big")
    if length > LONGEST:
        raise ValueError(f"a page of {length:,} bytes")
    part: bytes = pa.decompress(packed[4:], length, "zstd", asbytes=True)
    return part
