"""Which events the log has: 16 bytes of (tenant, id) each, in a table of the database; SQLite's keeps those of large
appends in sorted runs (`segue.store.seen_runs`).

The keys of what one page showed (ids `page:PAGE:…`) begin alike, so that they are written side by side: a hundred keys
in as many places of the table would be a hundred times the work of the disk.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from segue.core.types import Bools
from segue.store.database import Database
from segue.store.edge import encoded

PAGE = b"page:"


def keys_of(table: pa.Table) -> bytes:
    """(E,) 16 bytes each that stand for (tenant, id)."""
    names, tenants = encoded(table["tenant"])
    ids = table["id"].cast(pa.binary()).to_pylist()
    heads = [name.encode() + b"\x1f" for name in names]
    if len(heads) == 1:
        head = heads[0]
        return b"".join([_key(head, id) for id in ids])
    return b"".join([_key(heads[t], id) for t, id in zip(tenants.tolist(), ids)])


def event_keys(tenant: str, ids: Sequence[str]) -> list[bytes]:
    """The dedupe keys of a tenant's events."""
    head = tenant.encode() + b"\x1f"
    return [_key(head, id.encode()) for id in ids]


def _key(head: bytes, id: bytes) -> bytes:
    if not id.startswith(PAGE):
        return blake2b(head + id, digest_size=16).digest()
    page = id[: id.find(b":", len(PAGE))]
    return blake2b(head + page, digest_size=6).digest() + blake2b(head + id, digest_size=10).digest()


def take_unseen(database: Database, keys: bytes) -> Bools:
    """(E,) the first event of each 16-byte key that the log does not have; its key is now taken."""
    new = np.zeros(len(keys) // 16, np.bool_)
    if keys:
        order = _order(keys)
        new[order] = database.take_unseen(np.frombuffer(keys, "V16")[order].tobytes())
    return new


def first_of_each(keys: bytes) -> Bools:
    """(E,) the first event of each 16-byte key."""
    first = np.zeros(len(keys) // 16, np.bool_)
    first[_order(keys)] = True
    return first


def _order(keys: bytes) -> NDArray[np.intp]:
    """Where the first of each key stands, in the order the table keeps them in."""
    halves = np.frombuffer(keys, ">u8").reshape(-1, 2)
    order = np.lexsort((halves[:, 1], halves[:, 0]))  # stable: of equal keys the first event comes first
    ranked = halves[order]
    firsts: NDArray[np.intp] = order[np.concatenate([[True], (ranked[1:] != ranked[:-1]).any(axis=1)])]
    return firsts
