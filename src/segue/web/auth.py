"""Who may do what: API keys with scopes, kept only as hashes in the workspace.

A key is `segue_ID_SECRET` with 256 random bits, so one SHA-256 of it is as hard to turn around as a slow hash would
be. The file is read again when it changes: a new or revoked key counts at once. Keys that clients prove by an MD5 are
the exception: decision 0023.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import msgspec

from segue.core.errors import InputError, UnknownName, UsageError

FILE = "keys.json"
SECRET = "keys.secret"  # noqa: S105  # the name of its file
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
    listener: str = ""  # whose it is, and nobody else's; "": of a program that speaks for all
    digest: bool = (
        False  # may be proven by an MD5 of it: made from the workspace's secret, so that it can be made again
    )

    def allows(self, scope: Scope) -> bool:
        return scope in self.scopes or Scope.ADMIN in self.scopes


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as a key or its absence tells."""

    scopes: tuple[Scope, ...]
    listener: str = ""  # whose own it is; "": it speaks for any listener
    key: str = ""  # id of the key; "": the interface is open
    tenant: str = ""  # that it is for; "": the one that is served

    def allows(self, scope: Scope) -> bool:
        return scope in self.scopes or Scope.ADMIN in self.scopes

    def may_be(self, listener: str) -> bool:
        """Whether it may speak for a listener."""
        return bool(listener) and self.listener in ("", listener)


def caller_of(keys: Keys | None, text: str) -> Caller | None:
    """Who a token is; None: nobody. Without any key in the workspace the interface is open, and every token is good.

    The one place where a token becomes a tenant, a listener and scopes.
    """
    if keys is None or not keys.all():
        return Caller(tuple(Scope))
    key = keys.find(text) if text else None
    return Caller(key.scopes, key.listener, key.id) if key else None


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

    def create(
        self, scopes: tuple[Scope, ...], label: str = "", listener: str = "", digest: bool = False
    ) -> tuple[str, Key]:  # fmt: skip
        """A new key. The secret text is given back this once and is kept nowhere.

        With `digest` it can be made again from the secret of the workspace, for clients that send an MD5 of it.
        """
        name = secrets.token_hex(4)
        text = self._derived(name) if digest else f"{PREFIX}_{name}_{secrets.token_urlsafe(32)}"
        key = Key(name, _digest(text), scopes, label[:200], int(time.time() * 1000), listener, digest)
        self._write((*self.all(), key))
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
        """Random bytes of this workspace, made when they are first needed and readable by its owner alone."""
        path = self.path.with_name(SECRET)
        try:
            return path.read_bytes()
        except FileNotFoundError:
            with contextlib.suppress(FileExistsError):  # another process was quicker
                _put(path, secrets.token_bytes(32), new=True)
            return path.read_bytes()

    def revoke(self, key_id: str) -> Key:
        """Take a key away, or UnknownName."""
        keys = self.all()
        gone = next((k for k in keys if k.id == key_id), None)
        if gone is None:
            raise UnknownName("key", key_id, [k.id for k in keys])
        self._write(tuple(k for k in keys if k.id != key_id))
        return gone

    def revoke_of(self, listener: str) -> int:
        """Take away the keys that are a listener's own; how many went."""
        keys = self.all()
        kept = tuple(k for k in keys if k.listener != listener or not listener)
        if len(kept) < len(keys):
            self._write(kept)
        return len(keys) - len(kept)

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
        _put(self.path, msgspec.json.format(msgspec.json.encode(keys)) + b"\n")


def _put(path: Path, body: bytes, new: bool = False) -> None:
    """A file for its owner's eyes, whole or not at all. With `new`, FileExistsError where it is there already."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as f:
        f.write(body)
        f.flush()
        os.fsync(f.fileno())
    if not new:
        fresh.replace(path)
        return
    try:
        os.link(fresh, path)
    finally:
        fresh.unlink()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def bearer(header: str) -> str:
    """The key of an `Authorization: Bearer …` header; empty where there is none."""
    scheme, _, text = header.partition(" ")
    return text.strip() if scheme.lower() == "bearer" else ""
