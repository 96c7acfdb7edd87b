"""Events as they come in, as columns: from objects, checked, and back to objects."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from segue.core.errors import InputError
from segue.core.events import (
    EVENT_TYPES,
    FIRST_AT,
    LAST_AT,
    MAX_ATTRS,
    MAX_ID,
    AnyEvent,
    Counted,
    Decided,
    Event,
    Rating,
    Search,
    Tune,
)
from segue.core.types import Kind
from segue.store.schema import EDGE, STRINGS

TYPE_NAMES: tuple[str, ...] = tuple(str(t.__struct_config__.tag) for t in EVENT_TYPES)
"""The position plus one is the stored code."""
CODES = {t: i + 1 for i, t in enumerate(EVENT_TYPES)}
WITHOUT_ITEM = (Search, Decided, Tune)
PLAYLIST_PREFIX = f"segue:{Kind.PLAYLIST.label}:"
_NUMBERS = ("ms_played", "propensity", "row", "position", "shuffle", "offline", "ordered")


def code(kind: type[Event]) -> int:
    """The stored number of an event type."""
    return CODES[kind]


def to_table(events: Sequence[AnyEvent]) -> pa.Table:
    """Events as (E,) rows of EDGE; what an event does not say is null."""
    kinds: dict[type[AnyEvent], list[int]] = {}
    for place, event in enumerate(events):
        kinds.setdefault(type(event), []).append(place)
    parts = [_of_one_type(kind, [events[i] for i in places]) for kind, places in kinds.items()]
    if len(parts) == 1:
        return parts[0]
    places = [i for part in kinds.values() for i in part]
    return pa.concat_tables([EDGE.empty_table(), *parts]).take(pa.array(np.argsort(places)))


def _of_one_type(kind: type[AnyEvent], events: Sequence[AnyEvent]) -> pa.Table:
    """The same for events of one type: whole columns at a time."""
    said = dict(zip(kind.__struct_fields__, zip(*map(msgspec.structs.astuple, events))))
    columns: dict[str, Sequence[object]] = {"type": [TYPE_NAMES[CODES[kind] - 1]] * len(events)}
    for name in ("id", "tenant", "listener", "item", "at", "v", *_NUMBERS):
        if name in said:
            columns[name] = said[name]
    for name in STRINGS:
        if any(said.get(name, ())):
            columns[name] = [text or None for text in said[name]]
    if kind is Counted or kind is Rating:
        columns["value"] = said["count" if kind is Counted else "value"]
    if kind is Tune:
        items = [getattr(event, "item", "") or None for event in events]
        columns |= {"words": said["subject"], "item": items, "value": said["value"]}
    if any(said["attrs"]):
        columns["attrs"] = [_attrs(e) if e.attrs else None for e in events]
    none = len(events)
    arrays = [pa.array(columns[f.name], f.type) if f.name in columns else pa.nulls(none, f.type) for f in EDGE]
    return pa.table(arrays, schema=EDGE)


def _attrs(event: Event) -> str:
    text = msgspec.json.encode(event.attrs).decode()
    if len(text) > MAX_ATTRS:
        raise InputError(f"event {event.id!r}: attrs of {len(text)} bytes, at most {MAX_ATTRS}")
    return text


def checked(table: pa.Table) -> pa.Table:
    """The columns of EDGE in order, missing ones filled with null, or InputError naming the column and the row."""
    unknown = set(table.column_names) - set(EDGE.names)
    if unknown:
        raise InputError(f"no event column {sorted(unknown)[0]!r}; columns are: {', '.join(EDGE.names)}")
    out = []
    for field in EDGE:
        if field.name not in table.column_names:
            if field.name == "v":
                out.append(pa.chunked_array([pa.repeat(pa.scalar(1, field.type), len(table))]))
                continue
            if not field.nullable:
                raise InputError(f"the event column {field.name!r} is missing")
            out.append(pa.chunked_array([pa.nulls(len(table), field.type)]))
            continue
        column = table[field.name]
        keep = pa.types.is_dictionary(column.type) and pa.types.is_string(field.type) and field.name != "id"
        if column.type != field.type and not keep:
            try:
                column = column.cast(field.type)
            except pa.ArrowInvalid as e:
                raise InputError(f"event column {field.name!r}: {e}") from None
        if not field.nullable and column.null_count:
            raise InputError(f"row {_first(pc.is_null(column))}: {field.name!r} is empty")
        out.append(column)
    result = pa.table(out, names=EDGE.names)
    _check_values(result)
    return result


def _check_values(table: pa.Table) -> None:
    if not len(table):
        return
    types = pc.unique(table["type"]).to_pylist()
    for name in types:
        if name not in TYPE_NAMES:
            raise InputError(f"no event type {name!r}; types are: {', '.join(TYPE_NAMES)}")
    ends = pc.min_max(table["at"]).as_py()
    if ends["min"] < FIRST_AT or ends["max"] > LAST_AT:
        wrong = pc.or_(pc.less(table["at"], FIRST_AT), pc.greater(table["at"], LAST_AT))
        raise InputError(f"row {_first(wrong)}: time {ends} is not in UTC ms from 1970 to 2100")
    lengths = pc.min_max(pc.utf8_length(table["id"])).as_py()
    if lengths["min"] < 1 or lengths["max"] > MAX_ID:
        raise InputError(f"event ids have 1 to {MAX_ID} characters, one has {lengths}")
    if table["item"].null_count:
        without = pc.is_in(table["type"].cast(pa.string()), pa.array([TYPE_NAMES[CODES[t] - 1] for t in WITHOUT_ITEM]))
        wrong = pc.and_(pc.is_null(table["item"]), pc.invert(without))
        if pc.any(wrong).as_py():
            raise InputError(f"row {_first(wrong)}: the event names no item; only a search, a decision or a tune may")


def _first(mask: pa.ChunkedArray) -> int:
    return int(pc.index(mask, True).as_py())


def encoded(column: pa.ChunkedArray) -> tuple[list[str], NDArray[np.intp]]:
    """Different values, and (E,) the position of each row's; -1 for null."""
    if pa.types.is_dictionary(column.type):
        column = column.unify_dictionaries()
    array = column.combine_chunks()
    if isinstance(array, pa.ChunkedArray):  # of dictionaries, and there is none, or several
        array = array.chunk(0) if array.num_chunks else pa.array([], column.type)
    array = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    indices = array.indices.cast(pa.int64()).fill_null(-1) if array.null_count else array.indices
    return array.dictionary.to_pylist(), indices.to_numpy().astype(np.intp)
