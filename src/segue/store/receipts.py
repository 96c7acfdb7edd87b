"""Erasing a listener, with a receipt that this workspace signs and can check again.

The receipt names nobody: it holds a salted hash of the listener's id, which only who knows the id can compare. It is
signed by HMAC-SHA256 (RFC 2104) under the secret of the workspace, and kept by whoever asked, not here.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from pathlib import Path

import msgspec

from segue.core.errors import UnknownName
from segue.store.privacy import Forgotten, forget_listener
from segue.store.secret import workspace_secret
from segue.store.workspace import Workspace

COPIES = "copies made by `segue backup`, and what clients, brokers and other programs keep of their own"


class Erased(msgspec.Struct, frozen=True):
    """What went from one store."""

    store: str
    removed: int


class Receipt(msgspec.Struct, frozen=True, omit_defaults=False):
    """What was done, for whoever asked for it."""

    id: str
    at: int  # UTC ms
    tenant: str
    salt: str
    listener: str  # SHA-256 of salt, tenant and the listener's id, a line each
    stores: tuple[Erased, ...]
    left: tuple[str, ...]  # files that hold the id and that the workspace needs
    retrain: tuple[str, ...]  # releases and runs that had learned from it: `segue train` replaces them
    outside: str = COPIES  # where nothing was looked for
    signature: str = ""


class Verdict(msgspec.Struct, frozen=True):
    """What is to be said of a receipt."""

    valid: bool  # this workspace signed it as it stands
    same_listener: bool | None = None  # whether it is about the id that was named; none: none was


def erase(workspace: Workspace, tenant: str, listener: str, keys: int = 0) -> Receipt:
    """Forget a listener. `keys`: of theirs that were revoked before. UnknownName where nothing at all was known."""
    try:
        done = forget_listener(workspace, tenant, listener)
    except UnknownName:
        if not keys:
            raise
        done = Forgotten(0, (), (), (), ())
    stores = {
        "event log": done.events, "dead letters": done.letters, "playlists": done.playlists,
        "quarantine": done.refused, "snapshots": len(done.snapshots), "other files": len(done.deleted), "keys": keys,
    }  # fmt: skip
    salt = secrets.token_hex(16)
    receipt = Receipt(
        secrets.token_hex(8), int(time.time() * 1000), tenant, salt, _hashed(salt, tenant, listener),
        tuple(Erased(name, n) for name, n in stores.items()), done.left, done.retrain,
    )  # fmt: skip
    return msgspec.structs.replace(receipt, signature=_signature(workspace.path, receipt))


def verify(workspace: Path, receipt: Receipt, listener: str = "") -> Verdict:
    """Whether the workspace of this folder signed a receipt, and whether it is about a listener."""
    right = _signature(workspace, receipt).encode()
    valid = hmac.compare_digest(right, receipt.signature.encode("utf-8", "replace"))
    return Verdict(valid, _hashed(receipt.salt, receipt.tenant, listener) == receipt.listener if listener else None)


def _hashed(salt: str, tenant: str, listener: str) -> str:
    return hashlib.sha256(f"{salt}\n{tenant}\n{listener}".encode("utf-8", "replace")).hexdigest()


def _signature(workspace: Path, receipt: Receipt) -> str:
    body = msgspec.json.encode(msgspec.structs.replace(receipt, signature=""), order="deterministic")
    return hmac.new(workspace_secret(workspace), b"receipt:" + body, hashlib.sha256).hexdigest()
