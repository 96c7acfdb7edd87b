"""One pass over a table, batch by batch: statistics of every column, and of every slice that was asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce

import numpy as np
import polars as pl

from segue.checks.statistics.columns import HOUR, ColumnStatistics, Times, Type, numbers_of
from segue.checks.statistics.tables import TableStatistics, merged, slice_name
from segue.checks.statistics.tops import Tops
from segue.checks.statistics.uniques import Uniques, hashed
from segue.core.types import I64

SLICES = 64
"""Slices kept for one column or pair; the smaller ones are left out."""


def gather(
    batches: Iterable[pl.DataFrame],
    name: str,
    *,
    slices: Sequence[Sequence[str]] = (),
    times: Sequence[str] = (),
) -> TableStatistics:
    """Statistics of all batches together, which are read once and let go.

    `slices` are columns, or pairs of columns, to slice by: [["tier"], ["tier", "shuffle"]]. `times` are integer columns
    that hold UTC milliseconds; columns of a time type are known by themselves.
    """
    empty = TableStatistics(name=name, rows=0, columns={}, sliced=tuple(", ".join(sorted(s)) for s in slices))
    return reduce(merged, (of_frame(batch, name, slices, frozenset(times)) for batch in batches), empty)


def of_frame(
    frame: pl.DataFrame, name: str, slices: Sequence[Sequence[str]] = (), times: frozenset[str] = frozenset()
) -> TableStatistics:
    """Statistics of one batch."""
    found: dict[str, TableStatistics] = {}
    for by in slices:
        present = [c for c in by if c in frame.columns]
        if len(present) < len(by):
            continue
        for values, part in frame.partition_by(present, as_dict=True).items():
            if None not in values:
                label = slice_name({c: _text(v) for c, v in zip(present, values)})
                found[label] = of_frame(part, label, (), times)
    return TableStatistics(
        name=name,
        rows=frame.height,
        columns={c.name: of_column(c, c.name in times) for c in frame.iter_columns()},
        slices=found,
        sliced=tuple(", ".join(sorted(s)) for s in slices),
    )


def of_column(column: pl.Series, is_time: bool = False) -> ColumnStatistics:
    """Statistics of one column of one batch."""
    known = column.drop_nulls()
    kind = type_of(column.dtype, is_time)
    numbers = lengths = when = top = None
    nans = infinite = 0
    if kind in ("int", "float"):
        values = known.cast(pl.Float64).to_numpy()
        finite = np.isfinite(values)
        nans = int(np.isnan(values).sum())
        infinite = len(values) - nans - int(finite.sum())
        numbers = numbers_of(values[finite])
    if kind == "text":
        lengths = numbers_of(known.cast(pl.String).str.len_chars().to_numpy())
    if kind == "list":
        lengths = numbers_of(known.list.len().to_numpy())
        known = known.explode(empty_as_null=False)
    if kind == "time" and len(known):
        at = _milliseconds(known)
        hours, rows = np.unique(at // HOUR, return_counts=True)
        when = Times(first=int(at.min()), last=int(at.max()), hours=dict(zip(hours.tolist(), rows.tolist())))
    if kind in ("text", "bool", "int", "list") and len(known):
        counts = known.value_counts(name="count")
        top = Tops.of(zip(map(_text, counts[:, 0].to_list()), counts["count"].to_list()))
    return ColumnStatistics(
        name=column.name,
        type=kind,
        rows=len(column),
        missing=column.null_count(),
        nans=nans,
        infinite=infinite,
        unique=Uniques.of(hashed(known.cast(pl.String, strict=False).hash().to_numpy())),
        top=top,
        numbers=numbers,
        lengths=lengths,
        times=when,
        examples=tuple(map(_text, known.head(3).to_list())),
    )


def type_of(dtype: pl.DataType, is_time: bool = False) -> Type:
    if is_time or dtype.is_temporal():
        return "time"
    if dtype.is_integer():
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


def _milliseconds(column: pl.Series) -> I64:
    """UTC ms of a column of times, or of whole numbers that are that already."""
    if column.dtype.is_temporal():
        column = column.cast(pl.Datetime("ms"))
    at: I64 = column.cast(pl.Int64).to_numpy()
    return at


def _text(value: object) -> str:
    """A value as slices and top values name it: true, 12, SE."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)[:200]
