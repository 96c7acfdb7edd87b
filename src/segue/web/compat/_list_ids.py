"""Ids in the form of MusicBrainz's for the lists that are made for listeners: nothing needs to be kept."""

from __future__ import annotations

import hashlib
import hmac
import uuid

from segue.core.errors import UnknownName
from segue.surfaces.library import Library
from segue.surfaces.made_for import LISTS


def list_id(number: int, listener: str, name: str) -> str:
    """The id of a list, from the number and the name of its listener."""
    check = hashlib.blake2b(f"{number}\x1f{listener}\x1f{name}".encode(), digest_size=11).digest()
    return str(uuid.UUID(bytes=number.to_bytes(4, "big") + bytes([list(LISTS).index(name)]) + check))


def list_of(library: Library, id: str) -> tuple[str, str]:
    """Listener and name of a list; both "" where the id is of none."""
    try:
        raw = uuid.UUID(id).bytes
        listener = library.workspace.catalogue.listener_id(int.from_bytes(raw[:4], "big"))
        name = list(LISTS)[raw[4]]
    except (ValueError, IndexError, UnknownName):
        return "", ""
    number = library.number(listener)
    known = number is not None and hmac.compare_digest(list_id(number, listener, name), str(uuid.UUID(id)))
    return (listener, name) if known else ("", "")
