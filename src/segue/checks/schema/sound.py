"""What in a schema contradicts itself."""

from __future__ import annotations

import math
from collections.abc import Iterator

from segue.checks.schema.shape import ColumnSchema, TableSchema

SHARES = ("missing", "outside", "nonfinite", "largest", "joins")


def complaints(schema: TableSchema) -> Iterator[str]:
    """What is wrong with it, in words that name the column."""
    for name, column in schema.columns.items():
        for complaint in _column(column):
            yield f"[columns.{name}]: {complaint}"
    for part in schema.slices:
        if not 0 <= part.share <= 1:
            yield f"[[slices]] {part.where}: share {part.share:g} is no share, it lies between 0 and 1"
        if not part.where:
            yield "[[slices]]: where is empty; it is like {tier = 'premium'}"
    named = {"unique": [c for by in schema.unique for c in by], "times": schema.times,
             "listener": [schema.listener] if schema.listener else []}  # fmt: skip
    for field, columns in named.items():
        for wanted in columns:
            if wanted not in schema.columns:
                yield f"{field}: no column {wanted!r}; there are: {', '.join(list(schema.columns)[:20])}"
    if schema.rows is not None and not 0 <= schema.rows[0] <= schema.rows[1]:
        yield f"rows: {list(schema.rows)}; the least comes first, then the most"


def _column(column: ColumnSchema) -> Iterator[str]:
    for field in SHARES:
        if not 0 <= (value := getattr(column, field)) <= 1:
            yield f"{field} {value:g} is no share, it lies between 0 and 1"
    for field in ("min", "max"):
        if (end := getattr(column, field)) is not None and math.isnan(end):
            yield f"{field} is not a number"
    if column.min is not None and column.max is not None and not column.min <= column.max:
        yield f"min {column.min:g} is above max {column.max:g}"
    for field in ("typical", "distinct"):
        pair = getattr(column, field)
        if pair is not None and not (pair[0] <= pair[1] and all(map(math.isfinite, pair))):
            yield f"{field} {list(pair)}: the least comes first, then the most"
    if column.max_length is not None and column.max_length < 0:
        yield f"max_length {column.max_length}: no length is negative"
    if column.key and column.key.count(".") < 1:
        yield f"key {column.key!r}: it names a table and a column, like items.uri"
    for field in ("drift", "skew"):
        limits = getattr(column, field)
        if limits is not None and min(limits.linf, limits.js, limits.quantile) < 0:
            yield f"{field}: no threshold is negative"
