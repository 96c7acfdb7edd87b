"""One value has a larger share of the rows than any may have: a default that fills in for what is not known."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from segue.checks import Finding, Level
from segue.checks._samples import at_most, chance_above
from segue.checks.anomalies import Look

LEAST, MUCH = 0.1, 0.4
"""Share beyond what the schema allows that is worth a word; that is surely broken."""


def dominant_value(look: Look) -> Iterator[Finding]:
    for column in look.columns():
        top, schema, rows = column.now.top, column.schema, column.now.present
        if schema is None or top is None or not top.counts or column.now.unique.count <= 1 or schema.largest >= 1:
            continue
        value, count = top.values[0], top.counts[0]
        bound = schema.largest
        if column.before is not None and column.before.top is not None and column.before.top.counts:
            bound = max(bound, at_most(column.before.top.counts[0], column.before.present, look.before_worth))
        beyond, chance = count / rows - bound, chance_above(count, rows, bound, look.worth)
        if beyond < LEAST or chance > look.odds:
            continue
        level: Level = "fail" if beyond > MUCH and chance < look.odds / 100 else "warn"
        yield look.finding(
            "dominant-value", level, f"{count:,} of {rows:,} rows ({count / rows:.1%}) of {column.name} say {value!r}; "
            f"no value may have more than {bound:.1%}",
            count, look.examples(pl.col(column.name).cast(pl.String) == value, (column.name,)), column=column.name,
            fix=f"find what fills {column.name} with {value!r}, or raise `largest` in the schema",
        )  # fmt: skip


plugin = dominant_value
