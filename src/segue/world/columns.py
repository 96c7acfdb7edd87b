"""The log of a world as a table of events, as any importer would bring them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from segue.store.schema import EDGE
from segue.world.log import DEVICES, ENDS, PLAY, STARTS, TYPES

TIERS = ("free", "premium")
CLIENTS = {  # of each device, so many of ten listeners each
    "phone": {"android 9.1": 6, "ios 9.1": 3, "android 8.4": 1},
    "computer": {"web 2.3": 5, "desktop 1.2": 5},
    "speaker": {"speaker 4.0": 10},
    "tv": {"tv 3.5": 10},
    "car": {"android 9.1": 6, "ios 9.1": 4},
}
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


def about_plays(who: NDArray[Any], device: NDArray[Any], premium: NDArray[Any]) -> tuple[list[str], NDArray[Any]]:
    """The attributes of n plays, as the words there are and the position (n,) of each play's among them.

    They are what the listener pays, and the client by which they listen on a device, to which each listener keeps.
    `who` (n,) rows of `premium` (L,); `device` (n,) positions in DEVICES, -1 of what is no play.
    """
    words = [f'{{"tier":"{t}","client":"{c}"}}' for t in TIERS for of in CLIENTS.values() for c in of]
    starts = np.cumsum([0, *map(len, CLIENTS.values())])
    nth = np.array([np.repeat(np.arange(len(of)), list(of.values())) for of in CLIENTS.values()])  # (devices, 10)
    digit = (np.arange(len(premium)) * 2_654_435_761 >> 8) % 10
    return words, premium[who] * starts[-1] + starts[device] + nth[device, digit[who]]


def event_table(
    columns: dict[str, NDArray[Any]],
    head: str,
    tenant: str,
    listeners: pa.Array,
    countries: NDArray[Any],
    premium: NDArray[Any],
    codes: list[str],
    items: pa.Array,
    words: pa.Array,
) -> pa.Table:
    """Columns of a Log in the schema EDGE, text dictionary-encoded.

    `countries` (L + 1,) is the position in `codes` of each listener's country, -1 for the editors; `premium` (L + 1,)
    whether they pay; `items` the uris of all world numbers; `words` what people search for.
    """
    n = len(columns["at"])
    play = columns["type"] == PLAY
    nothing = np.full(n, -1, np.int8)
    attrs, about = about_plays(columns["who"], columns["device"], premium)
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
        "attrs": _coded(np.where(play, about, nothing), pa.array(attrs)),
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
