"""Numbers below zero where there were none: durations, counts and shares are not negative."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from segue.checks import Finding
from segue.checks.anomalies import Look

MUCH = 0.01
"""Share of rows that is surely broken."""


def negative(look: Look) -> Iterator[Finding]:
    for column in look.columns():
        now, before, schema = column.now.numbers, column.before, column.schema
        if now is None or not now.negatives or column.now.type not in ("int", "float"):
            continue
        by_unit = schema is not None and schema.unit in ("ms", "s", "count", "share")
        least = schema is not None and schema.min is not None and schema.min >= 0
        never = before is not None and before.numbers is not None and before.numbers.count >= 1000
        never = never and before is not None and before.numbers is not None and not before.numbers.negatives
        if not (by_unit or least or never):
            continue
        if before is not None and before.numbers is not None and before.numbers.negatives:
            continue
        share = now.negatives / now.count
        yield look.finding(
            "negative", "fail" if share > MUCH and now.negatives >= 5 else "warn",
            f"{now.negatives:,} of {now.count:,} rows ({share:.1%}) have a {column.name} below zero, down to "
            f"{now.min:g}; "
            "there were none",
            now.negatives, look.examples(pl.col(column.name) < 0, (column.name,)), column=column.name,
            fix=f"look for an end before its start, or a sentinel, in what writes {column.name}",
        )  # fmt: skip


plugin = negative
