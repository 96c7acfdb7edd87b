"""From what an event says to what the log keeps: strings to permanent numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pyarrow as pa

from segue.core.types import I32
from segue.store.catalogue import Catalogue
from segue.store.database import Database
from segue.store.edge import PLAYLIST_PREFIX, TYPE_NAMES, encoded
from segue.store.schema import STORED


def resolved(database: Database, catalogue: Catalogue, table: pa.Table, last: int) -> pa.Table:
    """EDGE to STORED: strings to numbers, each different one looked up once."""
    names, tenants = encoded(table["tenant"])
    own = np.array([database.tenant(name, create=True) for name in names], np.int32)[tenants]
    types, codes = encoded(table["type"])
    columns: dict[str, Any] = {
        "seq": np.arange(last + 1, last + 1 + len(table), dtype=np.int64),
        "type": np.array([TYPE_NAMES.index(t) + 1 for t in types], np.uint8)[codes],
        "tenant": own,
        "listener": _looked_up(own, table["listener"], catalogue.listener_numbers),
        "item": _looked_up(own, table["item"], catalogue.item_numbers),
        "playlist": _looked_up(own, table["context"], catalogue.item_numbers, PLAYLIST_PREFIX),
    }
    for name in STORED.names:
        if name not in columns:
            column = table[name]
            columns[name] = column.cast(STORED.field(name).type) if pa.types.is_dictionary(column.type) else column
    return pa.table([columns[name] for name in STORED.names], schema=STORED).combine_chunks()


def _looked_up(
    tenants: I32, column: pa.ChunkedArray, look_up: Callable[[int, Iterable[str]], dict[str, int]], prefix: str = ""
) -> I32:
    """(E,) numbers of a text column, 0 for null and for text without the prefix; each (tenant, text) asked for once."""
    texts, codes = encoded(column)
    out = np.zeros(len(codes), np.int32)
    for tenant in np.unique(tenants):
        mine = (tenants == tenant) & (codes >= 0)
        used = np.flatnonzero(np.bincount(codes[mine], minlength=1))
        asked = [texts[i] for i in used.tolist() if not prefix or texts[i].startswith(prefix)]
        numbers = look_up(int(tenant), asked)
        by_code = np.array([numbers.get(t, 0) for t in texts] or [0], np.int32)
        out[mine] = by_code[codes[mine]]
    return out
