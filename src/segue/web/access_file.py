"""The database of who may come in: operators, what they may see, sessions, tries, and when keys were used.

One small file of the workspace, so that several processes share it. Tables are only ever added, and what hangs on an
operator or a session goes with it by triggers: a server from before they were added reads and writes what it knows, and
leaves nothing behind that would be somebody else's later.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from segue.core.errors import InputError, UsageError
from segue.store.secret import make_private

FILE = "access.sqlite"
TABLES = """
CREATE TABLE IF NOT EXISTS operators (name TEXT PRIMARY KEY, password TEXT NOT NULL, created INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS sessions (key TEXT PRIMARY KEY, operator TEXT NOT NULL, ends INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS setups (key TEXT PRIMARY KEY, ends INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS tries (address TEXT NOT NULL, at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS belongs (operator TEXT PRIMARY KEY, tenant TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS used (key TEXT PRIMARY KEY, at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS also (operator TEXT NOT NULL, tenant TEXT NOT NULL, PRIMARY KEY (operator, tenant));
CREATE TABLE IF NOT EXISTS everywhere (operator TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS chosen (session TEXT PRIMARY KEY, tenant TEXT NOT NULL);
CREATE TRIGGER IF NOT EXISTS operator_gone AFTER DELETE ON operators BEGIN
  DELETE FROM belongs WHERE operator = OLD.name;
  DELETE FROM also WHERE operator = OLD.name;
  DELETE FROM everywhere WHERE operator = OLD.name;
  DELETE FROM sessions WHERE operator = OLD.name;
END;
CREATE TRIGGER IF NOT EXISTS session_gone AFTER DELETE ON sessions BEGIN
  DELETE FROM chosen WHERE session = OLD.key;
END;
"""
TABLES_N = TABLES.count("CREATE")


class AccessFile:
    """The file, made by the first change: nothing is written before."""

    def __init__(self, workspace: Path) -> None:
        self.path = workspace / FILE
        self._lock = threading.Lock()
        self._looking: dict[int, int] = {}  # by file: the descriptor it is looked at by; one at most
        weakref.finalize(self, _let_go, self._looking)

    def counter(self) -> bytes:
        """Of its changes, as SQLite counts them: reading it costs next to nothing. Empty where there is no file.

        What it is read by stays open: see `segue.store.secret.make_private`.
        """
        with self._lock:
            try:
                file = self.path.stat().st_ino
                if file not in self._looking:
                    _let_go(self._looking)  # another file took its place
                    self._looking[file] = os.open(self.path, os.O_RDONLY)
            except FileNotFoundError:
                return b""
            return os.pread(self._looking[file], 4, 24)

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that writes; all of it stays undone where it ends by an error."""
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One that keeps nobody from writing before it looks."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        """The file is made where it is missing, for its owner's eyes, and gets the tables it lacks, all or none."""
        if not self.path.parent.is_dir():
            raise UsageError(f"no workspace at {self.path.parent}")
        make_private(self.path)
        connection = sqlite3.connect(self.path, timeout=10, isolation_level=None)
        try:
            connection.execute("PRAGMA secure_delete = ON")
            if connection.execute("SELECT count(*) FROM sqlite_master WHERE sql IS NOT NULL").fetchone()[0] < TABLES_N:
                connection.executescript(f"BEGIN IMMEDIATE; {TABLES} COMMIT;")
            connection.execute(begin)
            yield connection
            connection.execute("COMMIT")
        except sqlite3.DatabaseError as e:
            raise InputError(f"{self.path} cannot be used: {e}") from None  # damage never opens a server
        finally:
            connection.close()


def _let_go(looking: dict[int, int]) -> None:
    while looking:
        os.close(looking.popitem()[1])
