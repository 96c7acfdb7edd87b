"""The columns of an event, at the edge (strings) and in the log (numbers)."""

from __future__ import annotations

import pyarrow as pa

STRINGS = ("context", "reason_start", "reason_end", "device", "country", "page", "shelf", "policy", "release", "words")

_BODY = [
    pa.field("at", pa.int64(), nullable=False),  # UTC ms
    pa.field("v", pa.uint8(), nullable=False),
    pa.field("ms_played", pa.int32()),
    pa.field("value", pa.float32()),  # a rating, or a count
    pa.field("propensity", pa.float32()),
    pa.field("row", pa.int16()),
    pa.field("position", pa.int16()),
    pa.field("shuffle", pa.bool_()),
    pa.field("offline", pa.bool_()),
    pa.field("ordered", pa.bool_()),
    *(pa.field(name, pa.string()) for name in STRINGS),
    pa.field("attrs", pa.string()),  # JSON object, or null
]

EDGE = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("type", pa.string(), nullable=False),
        pa.field("tenant", pa.string(), nullable=False),
        pa.field("listener", pa.string(), nullable=False),
        pa.field("item", pa.string()),  # uri; null for a search
        *_BODY,
    ]
)
"""What comes in, as columns: the bulk form of `segue.core.events`. Text columns may be dictionary-encoded."""

STORED = pa.schema(
    [
        pa.field("seq", pa.int64(), nullable=False),  # order of arrival, from 1
        pa.field("id", pa.string(), nullable=False),
        pa.field("type", pa.uint8(), nullable=False),  # position in EVENT_TYPES plus one
        pa.field("tenant", pa.int32(), nullable=False),
        pa.field("listener", pa.int32(), nullable=False),
        pa.field("item", pa.int32(), nullable=False),  # 0: none
        pa.field("playlist", pa.int32(), nullable=False),  # number of the playlist in `context`; 0: none
        *_BODY,
    ]
)
"""What the log keeps and gives back."""
