"""Who runs the server: operators with passwords, which tenants they may see, their sessions in the console, and the
token of the first set-up.

Passwords are kept by argon2id, sessions and the token by SHA-256: they are random already.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from segue.core.errors import SegueError, UsageError
from segue.web.access_file import AccessFile
from segue.web.passwords import composed, hashed, verified
from segue.web.rights import Rights, end_sessions, less, more, read_all, read_one, write

SESSION_S = 7 * 86_400
SETUP_S = 86_400  # that the token of the first set-up is good for
TRIES, TRIES_IN_S = 10, 300
"""Wrong passwords and tokens of one address, and in how many seconds; all addresses together ten times that."""
LONGEST_NAME = 100
KEPT = 1_000  # sessions remembered between changes


class NotSignedIn(SegueError):
    """A name, password or token that is wrong."""


class TooManyTries(SegueError):
    """So many were wrong that none is looked at for a while."""


class NotAllowed(UsageError):
    """Somebody who is signed in may not look there."""


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in, and at which tenant they look."""

    operator: str
    tenant: str
    rights: Rights


class Operators(AccessFile):
    """The operators of one workspace. Nothing is written before the first of them, or a token for them, is made."""

    def __init__(self, workspace: Path, own: str = "default") -> None:
        """`own`: the server's own tenant, of operators for whom none was named."""
        super().__init__(workspace)
        self.own = own
        self._hashing = threading.Lock()  # a hash takes 64 MB: one at a time
        self._stamp = b""
        self._rights: dict[str, Rights] = {}  # by name
        self._sessions: dict[str, tuple[str, int, str]] = {}  # those asked for since the file changed

    # --- operators --------------------------------------------------------------------------------------------------

    def any(self) -> bool:
        return bool(self.names())

    def names(self) -> list[str]:
        return list(self.rights())

    def rights(self) -> dict[str, Rights]:
        """Which tenants each operator may see, by name."""
        self._look()
        return self._rights

    def _look(self) -> None:
        """Read anew where the file has changed: a request costs next to nothing."""
        stamp = self.counter()
        if not stamp:
            self._stamp, self._rights, self._sessions = b"", {}, {}
        elif stamp != self._stamp:
            with self.reading() as connection:
                rights = {name: kept.named(self.own) for name, kept in read_all(connection).items()}
            self._stamp, self._rights, self._sessions = stamp, rights, {}

    def add(self, name: str, password: str, tenants: Sequence[str] = (), everywhere: bool = False) -> Rights:
        """A new operator, who sees these tenants and begins at the first; none: the server's own. `everywhere`: all.

        UsageError where the name is taken, or a text cannot be.
        """
        name = _name(name)
        text = hashed(composed(password))
        with self.changing() as connection:
            if connection.execute("SELECT 1 FROM operators WHERE name = ?", (name,)).fetchone():
                raise UsageError(f"there is an operator {name!r} already")
            connection.execute("INSERT INTO operators VALUES (?, ?, ?)", (name, text, int(time.time())))
            rights = Rights(tuple(tenants) or ("",), everywhere)
            write(connection, name, rights)
            connection.execute("DELETE FROM setups")
        return rights.named(self.own)

    def remove(self, name: str) -> None:
        """Take an operator away, with the sessions; UnknownName where there is none."""
        name = _name(name)
        with self.changing() as connection:
            read_one(connection, name)
            connection.execute("DELETE FROM operators WHERE name = ?", (name,))

    def grant(self, name: str, tenants: Sequence[str] = (), everywhere: bool = False) -> Rights:
        """Let an operator see these tenants, too, or all there are and will be; what they may see then."""
        name = _name(name)
        with self.changing() as connection:
            after = more(read_one(connection, name), self.own, tenants, everywhere)
            write(connection, name, after)
        return after.named(self.own)

    def revoke(self, name: str, tenants: Sequence[str] = (), everywhere: bool = False) -> Rights:
        """Take tenants away, or that it is all of them; sessions that look at what is gone end with it.

        UsageError, and nothing changes, where that would leave none, or take away what somebody who sees all keeps.
        """
        name = _name(name)
        with self.changing() as connection:
            before = read_one(connection, name)
            after = less(before, self.own, name, tenants, everywhere)
            end_sessions(connection, name, before, after, self.own)
            write(connection, name, after)
        return after.named(self.own)

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
        name, password = _name(name), composed(password)
        tried = self._tried(address)
        if self.any() or not self._setup_stands(token):
            raise NotSignedIn("that token does not stand; `segue serve` prints one while there is no operator")
        self._was_right(tried)
        self.add(name, password)
        return self.new_session(name)

    def _setup_stands(self, token: str) -> bool:
        with self.reading() as connection:
            sql = "SELECT 1 FROM setups WHERE key = ? AND ends > ?"
            return connection.execute(sql, (_key(token), int(time.time()))).fetchone() is not None

    # --- sessions ---------------------------------------------------------------------------------------------------

    def sign_in(self, name: str, password: str, address: str = "") -> str:
        """A new session; NotSignedIn, in the same time, where name or password is wrong. TooManyTries: see TRIES."""
        name = unicodedata.normalize("NFKC", name).strip()
        tried = self._tried(address)
        with self.reading() as connection:
            row = connection.execute("SELECT password FROM operators WHERE name = ?", (name,)).fetchone()
        with self._hashing:
            right = verified(row[0] if row else None, password)
        if not right:
            raise NotSignedIn("name or password is wrong")
        self._was_right(tried)
        return self.new_session(name)

    def new_session(self, name: str) -> str:
        text, now = secrets.token_urlsafe(32), int(time.time())
        with self.changing() as connection:
            connection.execute("DELETE FROM sessions WHERE ends <= ?", (now,))
            connection.execute("INSERT INTO sessions VALUES (?, ?, ?)", (_key(text), name, now + SESSION_S))
        return text

    def session(self, text: str) -> Session | None:
        """Whose session it is; None where it is none, or over, or looks at what its operator may not see any more."""
        self._look()
        sessions, key = self._sessions, _key(text)
        if key not in sessions and self._rights:
            sql = "SELECT operator, ends, coalesce(tenant, '') FROM sessions LEFT JOIN chosen ON session = key"
            with self.reading() as connection:
                row = connection.execute(f"{sql} WHERE key = ?", (key,)).fetchone()
            if len(sessions) >= KEPT:
                sessions.clear()
            sessions[key] = row or ("", 0, "")
        name, ends, tenant = sessions.get(key, ("", 0, ""))
        rights = self._rights.get(name)
        if rights is None or ends <= int(time.time()):
            return None
        tenant = tenant or rights.tenants[0]
        return Session(name, tenant, rights) if rights.allow(tenant) else None

    def signed_in(self, text: str) -> str:
        """Name of the operator whose session it is; "" where it is nobody's."""
        found = self.session(text)
        return found.operator if found is not None else ""

    def choose(self, text: str, tenant: str) -> None:
        """From here on a session looks at a tenant. NotSignedIn where it is none; NotAllowed where it may not."""
        found = self.session(text)
        if found is None:
            raise NotSignedIn("nobody is signed in here")
        with self.changing() as connection:
            there = connection.execute("SELECT 1 FROM sessions WHERE key = ?", (_key(text),)).fetchone()
            if not (there and read_one(connection, found.operator).named(self.own).allow(tenant)):
                raise NotAllowed(f"operator {found.operator!r} may not look at that tenant")
            connection.execute("INSERT OR REPLACE INTO chosen VALUES (?, ?)", (_key(text), tenant))

    def sign_out(self, session: str) -> None:
        if self.path.exists():
            with self.changing() as connection:
                connection.execute("DELETE FROM sessions WHERE key = ?", (_key(session),))

    # --- limits -----------------------------------------------------------------------------------------------------

    def _tried(self, address: str) -> int:
        """Count a try, and which it is; TooManyTries beyond the limit, without counting it.

        Before it is looked at, so that many at a time are no more than the limit, either.
        """
        now = int(time.time())
        with self.changing() as connection:
            connection.execute("DELETE FROM tries WHERE at <= ?", (now - TRIES_IN_S,))
            sql = "SELECT count(*), count(CASE WHEN address = ? THEN 1 END) FROM tries"
            every, own = connection.execute(sql, (address,)).fetchone()
            if own >= TRIES or every >= 10 * TRIES:
                raise TooManyTries(f"too many tries; wait {TRIES_IN_S // 60} minutes")
            tried = connection.execute("INSERT INTO tries VALUES (?, ?)", (address, now)).lastrowid
        assert tried is not None
        return tried

    def _was_right(self, tried: int) -> None:
        """Only wrong tries count."""
        with self.changing() as connection:
            connection.execute("DELETE FROM tries WHERE rowid = ?", (tried,))


def _name(name: str) -> str:
    name = unicodedata.normalize("NFKC", name).strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise UsageError(f"a name has 1 to {LONGEST_NAME} characters, all of them visible")
    return name


def _key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
