"""Events that wait to be sent: a small SQLite file of one producer."""

from __future__ import annotations

import sqlite3
import threading
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

Fsync = Literal["each", "some", "never"]
"""each: durable when `put` returns; some: as SQLite's log is folded in, the last second may be lost with the power;
never: as the system likes. A killed process loses nothing in any of them."""
_PRAGMA: dict[Fsync, str] = {"each": "FULL", "some": "NORMAL", "never": "OFF"}


_TABLES = ("events (number INTEGER PRIMARY KEY AUTOINCREMENT, body BLOB NOT NULL)", "client (id TEXT NOT NULL)")
_SIZE = "SELECT count(*), total(length(body)) FROM events"


class BufferFull(Exception):
    """There is no room for another event."""


class Buffer:
    """Numbered events, oldest first. Safe for several threads; for one process at a time."""

    def __init__(self, path: Path, fsync: Fsync = "each") -> None:
        if fsync not in _PRAGMA:
            raise ValueError(f"no fsync {fsync!r}; there are: {', '.join(_PRAGMA)}")
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=1.0)
        try:
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute(f"PRAGMA synchronous = {_PRAGMA[fsync]}")
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute(
                "CREATE TABLE IF NOT EXISTS events (number INTEGER PRIMARY KEY AUTOINCREMENT, body BLOB NOT NULL)"
            )
            self._db.execute("CREATE TABLE IF NOT EXISTS client (id TEXT NOT NULL)")
            if self._db.execute("SELECT 1 FROM client").fetchone() is None:
                self._db.execute("INSERT INTO client VALUES (?)", (uuid.uuid4().hex,))
            self._db.execute("COMMIT")
        except sqlite3.DatabaseError as e:
            self._db.close()
            raise OSError(f"{path} cannot be a buffer of events; is another producer using it? {e}") from None
        self.client = str(self._db.execute("SELECT id FROM client").fetchone()[0])
        self.count, self.size = map(
            int, self._db.execute("SELECT count(*), total(length(body)) FROM events").fetchone()
        )

    def add(self, bodies: Sequence[bytes]) -> int:
        """Keep events; the number of the last one."""
        with self._lock:
            self._db.execute("BEGIN")
            try:
                self._db.executemany("INSERT INTO events (body) VALUES (?)", [(body,) for body in bodies])
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            self.count += len(bodies)
            self.size += sum(map(len, bodies))
            return self._last()

    def _last(self) -> int:
        row = self._db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").fetchone()
        return int(row[0]) if row else 0

    def oldest(self, most: int, size: int) -> tuple[int, list[bytes], int]:
        """The number of the first event that waits, a run of events from it on, and the last number ever given."""
        with self._lock:
            rows = self._db.execute("SELECT number, body FROM events ORDER BY number LIMIT ?", (most,)).fetchall()
            bodies: list[bytes] = []
            for i, (number, body) in enumerate(rows):
                if number != rows[0][0] + i or (bodies and size < len(body)):
                    break
                bodies.append(body)
                size -= len(body) + 1
            return (int(rows[0][0]) if rows else 0), bodies, self._last()

    def remove(self, first: int, count: int) -> int:
        """Events from a number on are gone; how many there were."""
        with self._lock:
            where, numbers = "number >= ? AND number < ?", (first, first + count)
            n, size = self._db.execute(
                f"SELECT count(*), total(length(body)) FROM events WHERE {where}", numbers
            ).fetchone()
            self._db.execute(f"DELETE FROM events WHERE {where}", numbers)
            self.count -= int(n)
            self.size -= int(size)
            return int(n)

    def close(self) -> None:
        with self._lock:
            self._db.close()
