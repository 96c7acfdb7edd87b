"""Random bytes that only this workspace knows: keys are derived from them, sessions and receipts signed. And files that
nobody but its owner may read."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

FILE = "keys.secret"


def workspace_secret(workspace: Path) -> bytes:
    """32 random bytes, made when they are first needed and readable by the workspace's owner alone."""
    path = workspace / FILE
    try:
        return path.read_bytes()
    except FileNotFoundError:
        with contextlib.suppress(FileExistsError):  # another process was quicker
            put_private(path, secrets.token_bytes(32), new=True)
        return path.read_bytes()


def put_private(path: Path, body: bytes, new: bool = False) -> None:
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


def make_private(database: Path) -> None:
    """An empty file for its owner's eyes, where there is none: SQLite alone would let others read what it makes.

    One that is there must not be opened beside SQLite and closed again: a process that closes a file, by whatever
    handle, gives up every lock that it has on it, those of transactions in its other threads too.
    """
    with contextlib.suppress(FileExistsError):
        os.close(os.open(database, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
