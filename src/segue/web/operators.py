"""Who runs the server: operators with passwords, their sessions in the console, and the token of the first set-up.

All of it lies in one small database of the workspace, so that several processes share it. Passwords are kept by
argon2id (RFC 9106), sessions and the token by SHA-256: they are random already.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
import threading
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from segue.core.errors import InputError, SegueError, UnknownName, UsageError

FILE = "access.sqlite"
SESSION_S = 7 * 86_400
SETUP_S = 86_400  # that the token of the first set-up is good for
TRIES, TRIES_IN_S = 10, 300
"""Passwords and tokens that one address may try, and in how many seconds; all addresses together ten times that."""
SHORTEST, LONGEST = 10, 1_000  # characters of a password
LONGEST_NAME = 100
KEPT = 1_000  # sessions remembered between changes
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$c2VndWVzZWd1ZXNlZ3VlZQ$0000000000000000000000000000000000000000000"
"""A hash of nothing: a name that nobody has takes as long as a wrong password."""
TABLES = """
CREATE TABLE IF NOT EXISTS operators (name TEXT PRIMARY KEY, password TEXT NOT NULL, created INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS sessions (key TEXT PRIMARY KEY, operator TEXT NOT NULL, ends INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS setups (key TEXT PRIMARY KEY, ends INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS tries (address TEXT NOT NULL, at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS belongs (operator TEXT PRIMARY KEY, tenant TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS used (key TEXT PRIMARY KEY, at INTEGER NOT NULL);
"""
TABLES_N = TABLES.count("CREATE")


class NotSignedIn(SegueError):
    """A name, password or token that is wrong."""


class TooManyTries(SegueError):
    """So many were wrong that none is looked at for a while."""


class Operators:
    """The operators of one workspace. Nothing is written before the first of them, or a token for them, is made."""

    def __init__(self, workspace: Path) -> None:
        self.path = workspace / FILE
        self._hashing = threading.Lock()  # a hash takes 64 MB: one at a time
        self._stamp = b""
        self._tenants: dict[str, str] = {}  # by name
        self._sessions: dict[str, tuple[str, int]] = {}  # those asked for since the file changed

    # --- operators --------------------------------------------------------------------------------------------------

    def any(self) -> bool:
        return bool(self.names())

    def names(self) -> list[str]:
        self._look()
        return list(self._tenants)

    def tenant(self, name: str) -> str:
        """Whose data an operator sees; "": the server's own."""
        self._look()
        return self._tenants.get(name, "")

    def _look(self) -> None:
        """Read anew where the file has changed, as its counter of changes says: a request costs next to nothing."""
        try:
            with self.path.open("rb", buffering=0) as file:
                stamp = file.read(28)[24:]
        except FileNotFoundError:
            self._stamp, self._tenants, self._sessions = b"", {}, {}
            return
        if stamp != self._stamp:
            with self.changing() as connection:
                sql = "SELECT name, coalesce(tenant, '') FROM operators LEFT JOIN belongs ON operator = name"
                tenants = dict(sorted(connection.execute(sql).fetchall()))
            self._stamp, self._tenants, self._sessions = stamp, tenants, {}

    def add(self, name: str, password: str, tenant: str = "") -> None:
        """A new operator of a tenant, "": the server's own; UsageError where the name is taken, or a text cannot be."""
        name = _name(name)
        text = _hash(_password(password))
        with self.changing() as connection:
            if connection.execute("SELECT 1 FROM operators WHERE name = ?", (name,)).fetchone():
                raise UsageError(f"there is an operator {name!r} already")
            connection.execute("INSERT INTO operators VALUES (?, ?, ?)", (name, text, int(time.time())))
            if tenant:
                connection.execute("INSERT OR REPLACE INTO belongs VALUES (?, ?)", (name, tenant))
            connection.execute("DELETE FROM setups")

    def remove(self, name: str) -> None:
        """Take an operator away, with the sessions; UnknownName where there is none."""
        if name not in self.names():
            raise UnknownName("operator", name, self.names())
        with self.changing() as connection:
            connection.execute("DELETE FROM operators WHERE name = ?", (name,))
            connection.execute("DELETE FROM sessions WHERE operator = ?", (name,))
            connection.execute("DELETE FROM belongs WHERE operator = ?", (name,))

    # --- the first one ----------------------------------------------------------------------------------------------

    def new_setup(self) -> str:
        """A token with which the first operator is made; those before it are void."""
        text = secrets.token_urlsafe(24)
        with self.changing() as connection:
            connection.execute("DELETE FROM setups")
            connection.execute("INSERT INTO setups VALUES (?, ?)", (_key(text), int(time.time()) + SETUP_S))
        return text

    def set_up(self, token: str, name: str, password: str, address: str = "") -> str:
        """Make the first operator, and its session. NotSignedIn for a wrong token, and when there is one already."""
        name, password = _name(name), _password(password)
        self._tried(address)
        if self.any() or not self._setup_stands(token):
            raise NotSignedIn("that token does not stand; `segue serve` prints one while there is no operator")
        self.add(name, password)
        return self.new_session(name)

    def _setup_stands(self, token: str) -> bool:
        with self.changing() as connection:
            sql = "SELECT 1 FROM setups WHERE key = ? AND ends > ?"
            return connection.execute(sql, (_key(token), int(time.time()))).fetchone() is not None

    # --- sessions ---------------------------------------------------------------------------------------------------

    def sign_in(self, name: str, password: str, address: str = "") -> str:
        """A new session; NotSignedIn, in the same time, where name or password is wrong. TooManyTries: see TRIES."""
        name = unicodedata.normalize("NFKC", name).strip()
        self._tried(address)
        with self.changing() as connection:
            row = connection.execute("SELECT password FROM operators WHERE name = ?", (name,)).fetchone()
        with self._hashing:
            right = _verified(row[0] if row else _NOBODY, unicodedata.normalize("NFKC", password[:LONGEST]))
        if not (row and right):
            raise NotSignedIn("name or password is wrong")
        return self.new_session(name)

    def new_session(self, name: str) -> str:
        text, now = secrets.token_urlsafe(32), int(time.time())
        with self.changing() as connection:
            connection.execute("DELETE FROM sessions WHERE ends <= ?", (now,))
            connection.execute("INSERT INTO sessions VALUES (?, ?, ?)", (_key(text), name, now + SESSION_S))
        return text

    def signed_in(self, session: str) -> str:
        """Name of the operator whose session it is; "" where it is none, or over."""
        self._look()
        sessions, key, now = self._sessions, _key(session), int(time.time())
        if key not in sessions and self._tenants:
            with self.changing() as connection:
                row = connection.execute("SELECT operator, ends FROM sessions WHERE key = ?", (key,)).fetchone()
            if len(sessions) >= KEPT:
                sessions.clear()
            sessions[key] = row or ("", 0)
        name, ends = sessions.get(key, ("", 0))
        return name if ends > now else ""

    def sign_out(self, session: str) -> None:
        if self.path.exists():
            with self.changing() as connection:
                connection.execute("DELETE FROM sessions WHERE key = ?", (_key(session),))

    # --- limits -----------------------------------------------------------------------------------------------------

    def _tried(self, address: str) -> None:
        """Count a try; TooManyTries beyond the limit, without counting it."""
        now = int(time.time())
        with self.changing() as connection:
            connection.execute("DELETE FROM tries WHERE at <= ?", (now - TRIES_IN_S,))
            sql = "SELECT count(*), count(CASE WHEN address = ? THEN 1 END) FROM tries"
            every, own = connection.execute(sql, (address,)).fetchone()
            if own >= TRIES or every >= 10 * TRIES:
                raise TooManyTries(f"too many tries; wait {TRIES_IN_S // 60} minutes")
            connection.execute("INSERT INTO tries VALUES (?, ?)", (address, now))

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """A transaction; the file is made where it is missing, for its owner's eyes."""
        if not self.path.parent.is_dir():
            raise UsageError(f"no workspace at {self.path.parent}")
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        connection = sqlite3.connect(self.path, timeout=10, isolation_level=None)
        try:
            connection.execute("PRAGMA secure_delete = ON")
            if connection.execute("SELECT count(*) FROM sqlite_master WHERE sql IS NOT NULL").fetchone()[0] < TABLES_N:
                connection.executescript(TABLES)
            connection.execute("BEGIN")
            yield connection
            connection.execute("COMMIT")
        except sqlite3.DatabaseError as e:
            raise InputError(f"{self.path} cannot be used: {e}") from None  # damage never opens a server
        finally:
            connection.close()


def _name(name: str) -> str:
    name = unicodedata.normalize("NFKC", name).strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise UsageError(f"a name has 1 to {LONGEST_NAME} characters, all of them visible")
    return name


def _password(password: str) -> str:
    password = unicodedata.normalize("NFKC", password)
    if not SHORTEST <= len(password) <= LONGEST:
        raise UsageError(f"a password has {SHORTEST} to {LONGEST:,} characters, this one has {len(password)}")
    return password


def _key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _hash(password: str) -> str:
    from argon2 import PasswordHasher

    return PasswordHasher().hash(password)


def _verified(kept: str, password: str) -> bool:
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return PasswordHasher().verify(kept, password)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False
