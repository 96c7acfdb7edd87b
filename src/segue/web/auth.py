"""Who may do what: API keys with scopes, kept only as hashes in the workspace.

A key is `segue_ID_SECRET` with 256 random bits, so one SHA-256 of it is as hard to turn around as a slow hash would
be. The file is read again when it changes: a new or revoked key counts at once. Keys that clients prove by an MD5 are
the exception: decision 0023. What each scope opens, and whose keys: decision 0025.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import msgspec

from segue.core.errors import UnknownName, UsageError, WorkspaceError
from segue.runs.turns import taken
from segue.store.secret import put_private, workspace_secret
from segue.web.last_use import LastUse
from segue.web.operators import Operators

FILE, LOCK = "keys.json", "keys.lock"
PREFIX = "segue"
MAX_KEY = 200  # characters that are looked at
LOOK_S, LONGEST_S = 0.01, 10.0
"""How often, and how long, a change waits for that of another process: one takes milliseconds."""


class Scope(StrEnum):
    """What a key allows. `admin` allows all."""

    INGEST = "ingest"  # tell what listeners did
    READ = "read"  # ask for anybody
    LISTENER = "listener"  # both, of one listener alone
    ADMIN = "admin"

    @classmethod
    def _missing_(cls, value: object) -> Scope | None:
        return cls.INGEST if value == "write" else None  # as it was called before


def allows(scopes: tuple[Scope, ...], listener: str, scope: Scope) -> bool:
    """Whether scopes allow one; a listener's own key never allows what is about all."""
    if listener:
        return scope is not Scope.ADMIN and (scope in scopes or bool({Scope.LISTENER, Scope.ADMIN} & set(scopes)))
    return scope in scopes or Scope.ADMIN in scopes


class Key(msgspec.Struct, frozen=True):
    """A key as it is kept: nothing in it opens anything."""

    id: str
    sha256: str
    scopes: tuple[Scope, ...]
    label: str = ""
    created: int = 0  # UTC ms
    listener: str = ""  # whose it is, and nobody else's; "": of a program that speaks for all
    digest: bool = (
        False  # may be proven by an MD5 of it: made from the workspace's secret, so that it can be made again
    )
    tenant: str = ""  # whose data it opens; "": the server's own, as of keys from before they had tenants

    def allows(self, scope: Scope) -> bool:
        return allows(self.scopes, self.listener, scope)

    def caller(self) -> Caller:
        return Caller(self.scopes, self.listener, self.id, self.tenant)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as a key, a session or its absence tells."""

    scopes: tuple[Scope, ...]
    listener: str = ""  # whose own it is; "": it speaks for any listener
    key: str = ""  # id of the key; "": the interface is open, or it is an operator
    tenant: str = ""  # that it is for; "": the server's own
    operator: str = ""  # name of who is signed in
    runs: bool = False  # an operator who may see the server's own tenant, wherever they look now

    def allows(self, scope: Scope) -> bool:
        return allows(self.scopes, self.listener, scope)

    def may_be(self, listener: str) -> bool:
        """Whether it may speak for a listener."""
        return bool(listener) and self.listener in ("", listener)


def is_open(keys: Keys | None) -> bool:
    """Whether nothing is asked of callers: there is no key in the workspace, and no operator."""
    return keys is None or not (keys.closed or keys.all() or keys.operators.any())


def caller_of(keys: Keys | None, text: str, session: str = "") -> Caller | None:
    """Who a key is, or without one a session of the console; None: nobody. Anybody, where the interface is open.

    The one place where a token becomes a tenant, a listener and scopes.
    """
    if keys is None or is_open(keys):
        return Caller((Scope.INGEST, Scope.READ, Scope.ADMIN))
    if text:
        key = keys.find(text)
        return key.caller() if key else None
    found = keys.operators.session(session) if session else None
    if found is None:
        return None
    runs = found.rights.allow(keys.tenant)
    return Caller((Scope.ADMIN,), tenant=found.tenant, operator=found.operator, runs=runs)


def parse_scopes(names: str) -> tuple[Scope, ...]:
    """`read,ingest` as scopes, or UnknownName."""
    out = []
    for name in filter(None, (n.strip().lower() for n in names.split(","))):
        try:
            out.append(Scope(name))
        except ValueError:
            raise UnknownName("scope", name, list(Scope)) from None
    if not out:
        raise UsageError(f"a key needs at least one scope of {', '.join(Scope)}")
    return tuple(dict.fromkeys(out))


class Keys:
    """The keys of one workspace, of all tenants; each opens its own tenant alone.

    `tenant`: of those that are made here, and of those that name none, from before keys had one. `closed`: the door
    stays shut when the last key is revoked, as it must where others can reach it.
    """

    def __init__(self, workspace: Path, tenant: str = "default", closed: bool = False) -> None:
        self.path, self.tenant, self.closed = workspace / FILE, tenant, closed
        self.operators = Operators(workspace, tenant)
        self.last_use = LastUse(self.operators)
        self._turn = threading.Lock()  # of changes
        # The stamp of the file and what it held: set in one step, or a thread would keep old keys under a new stamp.
        self._seen: tuple[tuple[int, int, int] | None, tuple[Key, ...]] = (None, ())

    def all(self) -> tuple[Key, ...]:
        """Every key; WorkspaceError where the file is broken, so that damage never opens a server."""
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return ()
        stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
        seen, keys = self._seen
        if stamp != seen:
            keys = self._read()
            self._seen = (stamp, keys)
        return keys

    def _read(self) -> tuple[Key, ...]:
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=tuple[Key, ...])
        except FileNotFoundError:
            return ()
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OSError) as e:
            why = e.strerror if isinstance(e, OSError) else e  # callers are told, and need not know where the file is
            raise WorkspaceError(f"{FILE} of the workspace cannot be read as keys: {why}") from None

    def tenants(self, stored: Iterable[str]) -> list[str]:
        """Those of which something is stored, and those that have a key or an operator."""
        opened = [key.tenant or self.tenant for key in self.all()]
        seen = [tenant for rights in self.operators.rights().values() for tenant in rights.tenants]
        return list(dict.fromkeys([*stored, *opened, *seen]))

    def create(
        self, scopes: tuple[Scope, ...], label: str = "", listener: str = "", digest: bool = False
    ) -> tuple[str, Key]:  # fmt: skip
        """A new key of this tenant. The secret text is given back this once and is kept nowhere.

        With `digest` it can be made again from the secret of the workspace, for clients that send an MD5 of it.
        UsageError where scopes and listener do not go together.
        """
        if Scope.LISTENER in scopes and not listener:
            raise UsageError("scope listener is of one listener: say which with --listener")
        if Scope.ADMIN in scopes and listener:
            raise UsageError("a listener's own key cannot be admin")
        name = secrets.token_hex(4)
        text = self._derived(name) if digest else f"{PREFIX}_{name}_{secrets.token_urlsafe(32)}"
        now = int(time.time() * 1000)
        key = Key(name, _digest(text), scopes, label[:200], now, listener, digest, self.tenant)
        with self._changing() as keys:
            self._write((*keys, key))
        return text, key

    def texts(self, listener: str) -> list[tuple[Key, str]]:
        """The keys that speak for a listener and can be made again, with their texts: to hold a digest against."""
        mine = [k for k in self.all() if k.digest and k.listener in ("", listener)]
        return [(k, self._derived(k.id)) for k in mine]

    def text(self, key_id: str) -> str:
        """The text of a key that can be made again; "" where there is no such key."""
        return next((self._derived(k.id) for k in self.all() if k.digest and k.id == key_id), "")

    def _derived(self, name: str) -> str:
        return f"{PREFIX}_{name}_{hmac.new(self.secret(), f'key:{name}'.encode(), hashlib.sha256).hexdigest()}"

    def secret(self) -> bytes:
        """Random bytes of this workspace."""
        return workspace_secret(self.path.parent)

    def revoke(self, key_id: str) -> Key:
        """Take a key away, or UnknownName."""
        with self._changing() as keys:
            gone = next((k for k in keys if k.id == key_id), None)
            if gone is None:
                raise UnknownName("key", key_id, [k.id for k in keys])
            self._write(tuple(k for k in keys if k.id != key_id))
        self.last_use.forget([key_id])
        return gone

    def revoke_of(self, listener: str, tenant: str) -> int:
        """Take away the keys of a tenant that are a listener's own; how many went."""

        def theirs(key: Key) -> bool:
            return bool(listener) and key.listener == listener and (key.tenant or self.tenant) == tenant

        if not any(map(theirs, self.all())):
            return 0
        with self._changing() as keys:
            gone = [k for k in keys if theirs(k)]
            self._write(tuple(k for k in keys if not theirs(k)))
        if gone:
            self.last_use.forget([k.id for k in gone])
        return len(gone)

    def find(self, text: str) -> Key | None:
        """The key whose secret this is; takes the same time for every wrong one."""
        digest = _digest(text[:MAX_KEY])
        found = None
        for key in self.all():
            if hmac.compare_digest(key.sha256, digest):
                found = key
        return found

    @contextmanager
    def _changing(self) -> Iterator[tuple[Key, ...]]:
        """The keys as the file has them, which no other thread or process changes while the block lasts."""
        if not self.path.parent.is_dir():
            raise UsageError(f"no workspace at {self.path.parent}")
        with self._turn, _held(self.path.with_name(LOCK)):
            yield self._read()

    def _write(self, keys: tuple[Key, ...]) -> None:
        put_private(self.path, msgspec.json.format(msgspec.json.encode(keys)) + b"\n")


@contextmanager
def _held(lock: Path) -> Iterator[None]:
    """While the block lasts nobody else holds this file. WorkspaceError where another process does not let go of it.
    Where there are no such locks, threads alone take turns.

    It is a file of its own: one that is replaced by every change would be another for each who waits.
    """
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        until = time.monotonic() + LONGEST_S
        while not taken(descriptor):
            if time.monotonic() >= until:
                raise WorkspaceError(f"the keys are being changed by another process, which holds {LOCK}: try again")
            time.sleep(LOOK_S)
        yield
    finally:
        os.close(descriptor)  # which gives the lock up


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def bearer(header: str) -> str:
    """The key of an `Authorization: Bearer …` header; empty where there is none."""
    scheme, _, text = header.partition(" ")
    return text.strip() if scheme.lower() == "bearer" else ""
