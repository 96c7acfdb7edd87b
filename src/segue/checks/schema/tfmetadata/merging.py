"""A reviewed schema with what somebody changed in its `schema.pbtxt`."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from segue.checks.schema.shape import ColumnSchema, Drift, TableSchema
from segue.checks.schema.tfmetadata.reading import read_pbtxt
from segue.checks.schema.tfmetadata.writing import to_pbtxt


def overlaid(before: TableSchema, read: TableSchema) -> TableSchema:
    """A reviewed schema with what `read` says otherwise than the schema's own export would; what the format has no word
    for stays."""
    echo, _ = read_pbtxt(to_pbtxt(before)[0], before.name)
    columns = {
        name: _column(before.columns[name], echo.columns[name], column) if name in before.columns else column
        for name, column in read.columns.items()
    }
    return replace(
        before,
        columns=columns,
        rows=before.rows if read.rows == echo.rows else read.rows,
        times=[n for n in dict.fromkeys([*before.times, *read.times]) if n in columns],
        unique=[by for by in before.unique if set(by) <= set(columns)],
        listener=before.listener if before.listener in columns else "",
    )


def _column(before: ColumnSchema, echo: ColumnSchema, read: ColumnSchema) -> ColumnSchema:
    changed: dict[str, Any] = {
        field: getattr(read, field)
        for field in ColumnSchema.__struct_fields__
        if getattr(read, field) != getattr(echo, field)
    }
    for field in changed.keys() & {"drift", "skew"}:
        was: Drift | None = getattr(before, field)
        if was is not None and was.quantile:
            changed[field] = replace(changed[field] or Drift(), quantile=was.quantile)
    return replace(before, **changed)
