"""Who may do what: API keys with scopes, kept only as hashes in the workspace.

A key is `segue_ID_SECRET` with 256 random bits, so one SHA-256 of it is as hard to turn around as a slow hash would
be. The file is read again when it changes: a new or revoked key counts at once.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import time
from enum import StrEnum
from pathlib import Path

import msgspec

from segue.core.errors import InputError, UnknownName, UsageError

FILE = "keys.json"
PREFIX = "segue"
MAX_KEY = 200  # characters that are looked at


class Scope(StrEnum):
    """What a key allows. `admin` allows all."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


class Key(msgspec.Struct, frozen=True):
    """A key as it is kept: nothing in it opens anything."""

    id: str
    sha256: str
    scopes: tuple[Scope, ...]
    label: str = ""
    created: int = 0  # UTC ms

    def allows(self, scope: Scope) -> bool:
        return scope in self.scopes or Scope.ADMIN in self.scopes


def parse_scopes(names: str) -> tuple[Scope, ...]:
    """`read,write` as scopes, or UnknownName."""
    out = []
    for name in filter(None, (n.strip().lower() for n in names.split(","))):
        if name not in set(Scope):
            raise UnknownName("scope", name, list(Scope))
        out.append(Scope(name))
    if not out:
        raise UsageError(f"a key needs at least one scope of {', '.join(Scope)}")
    return tuple(dict.fromkeys(out))


class Keys:
    """The keys of one workspace."""

    def __init__(self, workspace: Path) -> None:
        self.path = workspace / FILE
        self._stamp: tuple[int, int, int] | None = None
        self._keys: tuple[Key, ...] = ()

    def all(self) -> tuple[Key, ...]:
        """Every key; InputError where the file is broken, so that damage never opens a server."""
        try:
            status = self.path.stat()
        except FileNotFoundError:
            self._stamp, self._keys = None, ()
            return ()
        stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
        if stamp != self._stamp:
            try:
                self._keys = msgspec.json.decode(self.path.read_bytes(), type=tuple[Key, ...])
            except (msgspec.DecodeError, OSError) as e:
                raise InputError(f"{self.path} cannot be read as keys: {e}") from None
            self._stamp = stamp
        return self._keys

    def create(self, scopes: tuple[Scope, ...], label: str = "") -> tuple[str, Key]:
        """A new key. The secret text is given back this once and is kept nowhere."""
        name, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
        text = f"{PREFIX}_{name}_{secret}"
        key = Key(name, _digest(text), scopes, label[:200], int(time.time() * 1000))
        self._write((*self.all(), key))
        return text, key

    def revoke(self, key_id: str) -> Key:
        """Take a key away, or UnknownName."""
        keys = self.all()
        gone = next((k for k in keys if k.id == key_id), None)
        if gone is None:
            raise UnknownName("key", key_id, [k.id for k in keys])
        self._write(tuple(k for k in keys if k.id != key_id))
        return gone

    def find(self, text: str) -> Key | None:
        """The key whose secret this is; takes the same time for every wrong one."""
        digest = _digest(text[:MAX_KEY])
        found = None
        for key in self.all():
            if hmac.compare_digest(key.sha256, digest):
                found = key
        return found

    def _write(self, keys: tuple[Key, ...]) -> None:
        if not self.path.parent.is_dir():
            raise UsageError(f"no workspace at {self.path.parent}")
        fresh = self.path.with_name(f".{FILE}.{secrets.token_hex(4)}")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as f:
            f.write(msgspec.json.format(msgspec.json.encode(keys)) + b"\n")
            f.flush()
            os.fsync(f.fileno())
        fresh.replace(self.path)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def bearer(header: str) -> str:
    """The key of an `Authorization: Bearer …` header; empty where there is none."""
    scheme, _, text = header.partition(" ")
    return text.strip() if scheme.lower() == "bearer" else ""
