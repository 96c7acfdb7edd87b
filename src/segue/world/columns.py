"""The log of a world as a table of events, as any importer would bring them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from segue.store.schema import EDGE
from segue.world.log import DEVICES, ENDS, PLAY, STARTS, TYPES

HEX = np.frombuffer(b"0123456789abcdef", np.uint8)


def event_ids(head: str, n: int) -> pa.Array:
    """`n` ids of 16 characters: the world's 8 and the running number in hex."""
    number = np.arange(n, dtype=np.uint32)[:, None] >> np.arange(28, -4, -4, dtype=np.uint32) & np.uint32(15)
    text = np.empty((n, 16), np.uint8)
    text[:, :8] = np.frombuffer(head.encode(), np.uint8)
    text[:, 8:] = HEX[number]
    offsets = np.arange(n + 1, dtype=np.int32) * 16
    return pa.StringArray.from_buffers(n, pa.py_buffer(offsets), pa.py_buffer(text))


def _coded(codes: NDArray[Any], words: pa.Array) -> pa.Array:
    """A dictionary-encoded column; -1 is null."""
    indices = pa.array(codes.astype(np.int32), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(indices, words)


def event_table(
    columns: dict[str, NDArray[Any]],
    head: str,
    tenant: str,
    listeners: pa.Array,
    countries: NDArray[Any],
    codes: list[str],
    items: pa.Array,
    words: pa.Array,
) -> pa.Table:
    """Columns of a Log in the schema EDGE, text dictionary-encoded.

    `countries` (L + 1,) is the position in `codes` of each listener's country, -1 for the editors; `items` the uris of
    all world numbers; `words` what people search for.
    """
    n = len(columns["at"])
    play = columns["type"] == PLAY
    nothing = np.full(n, -1, np.int8)
    given: dict[str, pa.Array] = {
        "id": event_ids(head, n),
        "type": _coded(columns["type"], pa.array(TYPES)),
        "tenant": _coded(np.zeros(n, np.int8), pa.array([tenant])),
        "listener": _coded(columns["who"], listeners),
        "item": _coded(columns["item"], items),
        "at": pa.array(columns["at"]),
        "v": pa.array(np.ones(n, np.uint8)),
        "ms_played": pa.array(columns["ms"], mask=~play),
        "shuffle": pa.array(columns["shuffle"] > 0, mask=~play),
        "offline": pa.array(columns["offline"] > 0, mask=~play),
        "reason_start": _coded(columns["start"], pa.array(STARTS)),
        "reason_end": _coded(columns["end"], pa.array(ENDS)),
        "context": _coded(columns["context"], items),
        "device": _coded(columns["device"], pa.array(DEVICES)),
        "country": _coded(np.where(play, countries[columns["who"]], nothing), pa.array(codes)),
        "words": _coded(columns["words"], words),
    }
    arrays, fields = [], []
    for field in EDGE:
        array = given.get(field.name)
        if array is None:
            array = (
                _coded(nothing, pa.array([], pa.string()))
                if pa.types.is_string(field.type)
                else pa.nulls(n, field.type)
            )
        arrays.append(array)
        fields.append(pa.field(field.name, array.type, field.nullable))
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))
