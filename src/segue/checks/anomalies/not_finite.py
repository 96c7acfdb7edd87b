"""Numbers that are none: NaN and infinity."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from segue.checks import Finding, Level
from segue.checks._samples import chance_above
from segue.checks.anomalies import Look

MUCH = 0.05
"""Share of rows beyond what the schema allows that is surely broken."""


def not_finite(look: Look) -> Iterator[Finding]:
    for column in look.columns():
        count, rows = column.now.nans + column.now.infinite, column.now.rows
        bound = column.schema.nonfinite if column.schema else 0.0
        if not count or count / rows <= bound:
            continue
        chance = chance_above(count, rows, bound)
        if bound and chance > look.odds:
            continue
        level: Level = "fail" if count / rows > bound + MUCH else "warn"
        yield look.finding(
            "not-finite", level, f"{column.now.nans:,} NaN and {column.now.infinite:,} infinite numbers among {rows:,} "
            f"rows of {column.name}; {f'the schema allows {bound:.1%}' if bound else 'there were none'}",
            count, look.examples(~pl.col(column.name).is_finite(), (column.name,)), column=column.name,
            fix=f"find the division or the logarithm that makes them, and write null where {column.name} is not known",
        )  # fmt: skip


plugin = not_finite
