"""What no table should be, whatever its schema: without rows, with a column that says nothing, or one id for all."""

from __future__ import annotations

from collections.abc import Iterator

from segue.checks import Finding, Level
from segue.checks.anomalies import Look
from segue.checks.schema.columns import named_id

ROWS = 100
"""Rows from which on a column ought to say something."""
HARDLY, MANY = 20, 1000
"""Rows that are as good as none where a batch has so many."""
WIDE = 2000
"""Columns that are too many to be meant."""


def empty(look: Look) -> Iterator[Finding]:
    table = look.statistics
    if not table.rows:
        before = f"; {look.before.rows:,} {look.then}" if look.before and look.before.rows else ""
        yield look.finding(
            "empty-table",
            "fail",
            f"{look.name} has no rows{before}",
            fix="look whether the import read anything at all",
        )
        return
    usual = min((d.rows for d in look.days), default=look.before.rows if look.before else 0)
    if table.rows < HARDLY and usual >= MANY:
        yield look.finding(
            "empty-table", "fail", f"{look.name} has hardly any rows: {table.rows:,}; {usual:,} {look.then}",
            table.rows, fix="look whether the import read to the end",
        )  # fmt: skip
    if len(table.columns) > WIDE:
        yield look.finding(
            "too-many-columns", "warn", f"{len(table.columns):,} columns: is a table turned on its side?",
            fix="write names as values of one column",
        )  # fmt: skip
    for column in look.columns():
        known = column.schema is not None and column.schema.type != "null" and column.schema.missing < 1
        if column.now.present == 0 and not known:
            was = column.before is not None and column.before.missing_share < 0.5
            level: Level = "fail" if was else "note"
            yield look.finding(
                "empty-column", level, f"{column.name} has no value in any of {table.rows:,} rows", table.rows,
                column=column.name, fix=f"fill {column.name}, or leave it out",
            )  # fmt: skip
        ids = named_id(column.name) and column.name.lower().endswith(("id", "uri", "uuid", "key"))
        ids = ids and column.schema is None and column.before is None and column.now.present >= ROWS
        if ids and column.now.unique.count == 1:
            yield look.finding(
                    "constant", "warn", f"all {column.now.present:,} rows have the same {column.name}: "
                    f"{', '.join(column.now.examples[:1])}", column.now.present, column=column.name,
                    fix=f"look where {column.name} is filled",
                )  # fmt: skip


plugin = empty
