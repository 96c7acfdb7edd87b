"""Numbers below the least or above the largest that the schema allows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from segue.checks import Finding, Level
from segue.checks._samples import chance_above
from segue.checks.anomalies import Look
from segue.checks.statistics import Numbers

LEAST, MUCH = 0.001, 0.05
"""Share of rows beyond what the schema allows that is worth a word; that is surely broken."""


def out_of_range(look: Look) -> Iterator[Finding]:
    for column in look.columns():
        numbers, schema = column.now.numbers, column.schema
        if schema is None or numbers is None or not numbers.count or column.now.type not in ("int", "float"):
            continue
        low, high = schema.min, schema.max
        below = low is not None and numbers.min < low
        above = high is not None and numbers.max > high
        if not below and not above:
            continue
        beyond = max(1, _beyond(numbers, low, high))
        chance = chance_above(beyond, numbers.count, schema.outside)
        share = beyond / numbers.count - schema.outside
        if chance > look.odds or share < LEAST:
            continue
        level: Level = "fail" if share > MUCH and chance < look.odds / 100 else "warn"
        bounds = " and ".join(
            t for t in (f"at least {low:g}" if low is not None else "", f"at most "
            f"{high:g}" if high is not None else "") if t
        )  # fmt: skip
        lower, upper = pl.col(column.name) < (low if low is not None else -np.inf), pl.lit(False)
        if high is not None:
            upper = pl.col(column.name) > high
        yield look.finding(
            "out-of-range", level,
            f"{column.name} goes from {numbers.min:g} to {numbers.max:g}; the schema says {bounds}: about {beyond:,} "
            "of "
            f"{numbers.count:,} rows ({beyond / numbers.count:.1%}) are outside",
            beyond, look.examples(lower | upper, (column.name,)), column=column.name,
            fix=f"mend what writes {column.name}, or widen `min` and `max` in the schema if such values are right",
        )  # fmt: skip


def _beyond(numbers: Numbers, low: float | None, high: float | None) -> int:
    """About how many, by the middles of buckets."""
    middles, counts = numbers.buckets.middles(), np.asarray(numbers.buckets.counts)
    outside = np.zeros(len(counts), np.bool_)
    if low is not None:
        outside |= middles < low
    if high is not None:
        outside |= middles > high
    return int(counts[outside].sum())


plugin = out_of_range
