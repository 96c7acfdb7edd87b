"""Numbers that end where they did not end before: cut to a largest or a least value on their way."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from segue.checks import Finding, Level
from segue.checks._samples import at_least, chance_below
from segue.checks.anomalies import Look
from segue.checks.statistics import Numbers

LEAST, MUCH = 0.01, 0.1
"""Share of the numbers before that lay beyond the new end: worth a word; surely broken."""
HEAPED = 0.8
"""Of the share that lay beyond, what has to stand at the end now."""
DIFFERENT = 20
"""Different values below which the largest may as well not have come."""


def clipped(look: Look) -> Iterator[Finding]:
    for column in look.columns():
        now, before = column.now.numbers, column.before.numbers if column.before else None
        if now is None or before is None or not now.count or before.count < 100 or column.now.unique.count < DIFFERENT:
            continue
        for end, upper in ((now.max, True), (now.min, False)):
            beyond, heaped, usual = _beyond(before, end, upper), _at(now, end), _at(before, end)
            if beyond < LEAST or heaped < usual + HEAPED * beyond:
                continue
            inside = pl.col(column.name) > end if upper else pl.col(column.name) < end
            worth = look.worth_of(inside, before=True)
            odds = chance_below(0, now.count, at_least(beyond * before.count, before.count, worth), worth)
            if odds > look.odds:
                continue
            level: Level = "fail" if beyond > MUCH else "warn"
            yield look.finding(
                "clipped", level, f"no {column.name} is {'above' if upper else 'below'} {end:g}, where {heaped:.1%} "
                f"stand; {beyond:.1%} were {'above' if upper else 'below'} it {look.then}",
                round(heaped * now.count), look.examples(pl.col(column.name) == end, (column.name,)),
                column=column.name, fix=f"find what cuts {column.name} at {end:g}",
            )  # fmt: skip


def _beyond(numbers: Numbers, end: float, upper: bool) -> float:
    """Share of numbers surely beyond an end, by the middles of buckets."""
    middles, counts = numbers.buckets.middles(), np.asarray(numbers.buckets.counts)
    room = 2 * numbers.buckets.error * abs(end)
    outside = middles > end + room if upper else middles < end - room
    return float(counts[outside].sum()) / numbers.count


def _at(numbers: Numbers, end: float) -> float:
    """Share of numbers in the bucket of an end."""
    middles, counts = numbers.buckets.middles(), np.asarray(numbers.buckets.counts)
    near = np.abs(middles - end) <= numbers.buckets.error * abs(end) + 1e-12
    return float(counts[near].sum()) / numbers.count


plugin = clipped
