"""A column of a batch, of whatever type, as `Values`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from segue.checks.statistics.columns import Type
from segue.checks.statistics.hashing import LONGEST, Bytes, hashed_numbers, hashed_whole
from segue.checks.statistics.tops import SIZE
from segue.checks.statistics.values import Arrays, Values
from segue.core.types import I64, Bools

SHOWN = 200
"""Characters of a value that are kept of it."""
NARROW = 4096
"""Whole numbers no further apart than this are counted by their place."""
PROBED = 4096
"""Rows that tell whether a column has few different values, or numbers in its texts."""
FEW = 512
"""Different values among those rows; the whole column may turn out to have more."""
BINS = 1 << 17
"""Of hashes, to find the frequent ones."""


def read_column(column: pl.Series, is_time: bool = False) -> Values:
    """`is_time`: numbers that are UTC milliseconds."""
    kind = type_of(column.dtype, is_time)
    missing = column.null_count()
    if missing == len(column):
        return Values(column.name, kind, len(column), known=np.zeros(len(column), np.bool_))
    column = column.rechunk()
    known = column.is_not_null().to_numpy() if missing else None
    values = Values(column.name, kind, len(column), known=known, examples=_examples(column))
    read: Callable[[Values, pl.Series], Values] = _READ.get(kind, _others)
    return read(values, _plain(column, kind))


def type_of(dtype: pl.DataType, is_time: bool = False) -> Type:
    if isinstance(dtype, pl.Datetime | pl.Date) or (is_time and dtype.is_numeric()):
        return "time"
    if dtype.is_integer() or isinstance(dtype, pl.Duration | pl.Time):
        return "int"
    if dtype.is_float() or dtype.is_decimal():
        return "float"
    if isinstance(dtype, pl.Boolean):
        return "bool"
    if isinstance(dtype, pl.String | pl.Categorical | pl.Enum):
        return "text"
    if isinstance(dtype, pl.List | pl.Array):
        return "list"
    return "null" if isinstance(dtype, pl.Null) else "other"


def as_text(value: object) -> str:
    """A value as slices and top values name it: true, 12, SE."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)[:SHOWN]


def _examples(column: pl.Series) -> tuple[str, ...]:
    """Of the first values. Of long texts and lists only the beginning is touched."""
    some = column.head(100).drop_nulls().head(3)
    if not len(some):
        some = column.drop_nulls().head(3)
    if isinstance(some.dtype, pl.String):
        some = some.str.head(SHOWN)
    elif isinstance(some.dtype, pl.Binary):
        some = some.bin.slice(0, SHOWN // 4)
    elif isinstance(some.dtype, pl.List | pl.Array | pl.Object):
        return ()
    return tuple(map(as_text, some.to_list()))


def _plain(column: pl.Series, kind: Type) -> pl.Series:
    """In one of the types that are read below; times, durations and times of day in milliseconds."""
    dtype = column.dtype
    if isinstance(dtype, pl.Date):
        return column.to_physical().cast(pl.Int64) * 86_400_000
    if isinstance(dtype, pl.Datetime | pl.Duration):
        if dtype.time_unit == "ms":
            return column.to_physical()
        column = column.to_physical().cast(pl.Float64) / {"us": 1e3, "ns": 1e6}[dtype.time_unit]
        return column if kind == "time" else column.round().cast(pl.Int64)
    if isinstance(dtype, pl.Time):
        return column.to_physical() // 1_000_000
    if kind == "float" or (kind == "time" and dtype.is_float()):
        return column.cast(pl.Float64)
    if kind in ("int", "time"):
        return column.cast(pl.Int64, strict=False) if dtype != pl.UInt64 else column.reinterpret(signed=True)
    if kind == "text":
        return column.cast(pl.String)
    return column.arr.to_list() if isinstance(dtype, pl.Array) else column


def _bools(values: Values, column: pl.Series) -> Values:
    codes = column.cast(pl.UInt8).fill_null(2).to_numpy()
    hashes = hashed_numbers(np.array([0.0, 1.0]))
    return replace(values, few=True, codes=codes, labels=("false", "true"), arrays=Arrays(hashes))


def _whole(values: Values, column: pl.Series) -> Values:
    low, high = int(column.min()), int(column.max())  # type: ignore[arg-type]
    if high - low < NARROW:
        codes = (column - low).cast(pl.UInt16).fill_null(high - low + 1).to_numpy()
        return _few_whole(values, codes, np.arange(low, high + 1))
    x = column.fill_null(low).to_numpy()
    if _seem_few(column):
        different, codes = np.unique(x, return_inverse=True)
        if values.known is not None:
            codes = np.where(values.known, codes, len(different))
        return _few_whole(values, codes, different)
    arrays = Arrays(hashed_whole(x), x.astype(np.float64))
    return _with_frequent(values, arrays, column)


def _few_whole(values: Values, codes: NDArray[Any], different: I64) -> Values:
    arrays = Arrays(hashed_whole(different), different.astype(np.float64))
    return replace(values, few=True, codes=codes, labels=tuple(map(str, different.tolist())), arrays=arrays)


def _floats(values: Values, column: pl.Series) -> Values:
    x = column.fill_null(0.0).to_numpy()
    return replace(values, arrays=Arrays(hashed_numbers(x), x))


def _times(values: Values, column: pl.Series) -> Values:
    if column.dtype == pl.Int64:
        at = column.fill_null(0).to_numpy()
        return replace(values, arrays=Arrays(hashed_whole(at), at=at))
    x = column.fill_null(0.0).to_numpy()
    finite = np.isfinite(x) & (np.abs(x) < 2.0**62)  # floats that are said to be times may hold anything
    if not finite.all():
        values = replace(values, known=finite if values.known is None else values.known & finite)
        x = np.where(finite, x, 0.0)
    return replace(values, arrays=Arrays(hashed_numbers(x), at=np.floor(x).astype(np.int64)))


def _texts(values: Values, column: pl.Series) -> Values:
    short = int(column.str.len_bytes().max() or 0) <= LONGEST  # type: ignore[arg-type]
    if short and _seem_few(column):
        categories = pl.Categories.random()
        coded = column.cast(pl.Categorical(categories))
        different = categories.to_series().rechunk()  # while `coded` is there
        labels = tuple(different.str.head(SHOWN).to_list())
        return replace(
            values,
            few=True,
            codes=coded.to_physical().fill_null(len(labels)).to_numpy(),
            labels=labels,
            arrays=_text_arrays(different),
        )
    return _with_frequent(values, _text_arrays(column, values.known), column)


def _text_arrays(column: pl.Series, known: Bools | None = None) -> Arrays:
    raw = Bytes.of(column, known)
    hashes, plain = raw.hashes()
    plain = plain and int(raw.lengths.max(initial=0)) <= LONGEST
    lengths = raw.lengths if plain else column.str.len_chars().fill_null(0).cast(pl.Int64).to_numpy()
    some = column.gather_every(max(1, len(column) // PROBED)).cast(pl.Float64, strict=False)
    numeric: Bools | None = None
    if some.null_count() < len(some):
        numeric = column.cast(pl.Float64, strict=False).is_not_null().to_numpy()
    return Arrays(hashes, lengths=lengths, numeric=numeric)


def _lists(values: Values, column: pl.Series) -> Values:
    lengths = column.list.len().fill_null(0).cast(pl.Int64).to_numpy()
    items = read_column(column.drop_nulls().explode(empty_as_null=False))
    return replace(values, arrays=Arrays(lengths=lengths), items=items, examples=items.examples)


def _others(values: Values, column: pl.Series) -> Values:
    """Bytes by their length; structs in lists and objects as they are written."""
    if isinstance(column.dtype, pl.Binary):
        raw = Bytes.of(column, values.known)
        return replace(values, arrays=Arrays(raw.hashes()[0], lengths=raw.lengths))
    if isinstance(column.dtype, pl.Struct):
        written = column.struct.json_encode()
    else:
        written = pl.Series([None if v is None else as_text(v) for v in column.to_list()], dtype=pl.String)
    return replace(values, arrays=Arrays(Bytes.of(written, values.known).hashes()[0]))


_READ: Mapping[Type, Callable[[Values, pl.Series], Values]] = {
    "bool": _bools, "int": _whole, "float": _floats, "time": _times, "text": _texts, "list": _lists
}  # fmt: skip


def _seem_few(column: pl.Series) -> bool:
    """By rows from all over the column."""
    if len(column) <= PROBED:
        return True
    return column.gather_every(len(column) // PROBED).n_unique() <= FEW


def _with_frequent(values: Values, arrays: Arrays, column: pl.Series) -> Values:
    """Codes of the values that have more than one in 2 SIZE of the rows.

    A value cannot be frequent unless the bin that its hash falls into is, and few bins are: only their rows are sorted.
    """
    hashes, most = arrays.hashes, 1 if values.rows < BINS // 4 else values.rows // (2 * SIZE)
    assert hashes is not None
    bins = (hashes & np.uint64(BINS - 1)).astype(np.int32)
    known = values.known
    full = np.bincount(bins if known is None else bins[known], minlength=BINS) > most
    if not full.any():
        return replace(values, arrays=arrays, codes=np.zeros(values.rows, np.uint8), short=most)
    here = full[bins] if known is None else full[bins] & known
    (rows,) = here.nonzero()
    _, first, which, counts = np.unique(hashes[rows], return_index=True, return_inverse=True, return_counts=True)
    (kept,) = (counts > most).nonzero()
    place = np.full(len(counts), len(kept), np.int32)
    place[kept] = np.arange(len(kept))
    codes = np.full(values.rows, len(kept), np.int32)
    codes[rows] = place[which]
    frequent = column.gather(rows[first[kept]])
    labels = frequent.str.head(SHOWN) if isinstance(frequent.dtype, pl.String) else frequent.cast(pl.String)
    return replace(values, arrays=arrays, codes=codes, labels=tuple(labels.to_list()), short=most)
