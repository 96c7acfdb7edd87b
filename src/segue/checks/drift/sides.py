"""What of a column can be compared: its values, numbers, lengths, languages, hours, and how much is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from segue.checks.drift import chance, quantiles
from segue.checks.drift.distance import Kind, Measure
from segue.checks.drift.shares import Shares
from segue.checks.schema.columns import names_things
from segue.checks.statistics import ColumnStatistics, Numbers, Times

FEW = 64
"""Whole numbers with at most so many different ones are compared as values, too."""
NAMES = 0.5
"""Different values a row from which on values are names of rows, whose shares say nothing."""
MOVED = 5
"""Values that are named as having moved."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Effective rows of the two samples, and how many listeners the fewer of them come from."""

    before: float
    now: float
    owners: float

    def of(self, before: float, now: float) -> Sizes:
        """The same where only a part of the rows counts; shares of the rows."""
        return Sizes(max(1.0, self.before * before), max(1.0, self.now * now), self.owners)

    def at_most(self, before: float, now: float, owners: float) -> Sizes:
        return Sizes(min(self.before, before), min(self.now, now), min(self.owners, owners))


@dataclass(frozen=True, slots=True)
class Side:
    """One side of one column: (measure, value, by chance) of each measure, and whether it may be chance."""

    kind: Kind
    measures: tuple[tuple[Measure, float, float], ...]
    test: chance.Test
    moved: tuple[tuple[str, float, float], ...]


def sides(before: ColumnStatistics, now: ColumnStatistics, sizes: Sizes, missing: Sizes) -> Iterator[Side]:
    """Every side that both columns have; `missing` are the sizes that tell how much is missing."""
    if not before.rows or not now.rows:
        return
    if before.missing or now.missing:
        gone = Shares.of(*({"missing": c.missing, "there": c.present} for c in (before, now)))
        yield _side("missing", gone, missing)
    if not before.present or not now.present or not _comparable(before, now):
        return
    there = sizes.of(before.present / before.rows, now.present / now.rows)
    if _have_values(before, now) and before.top and now.top:
        counted = [_counted(c) for c in (before, now)]
        yield _side("values", Shares.nearest(before.top, counted[0], now.top, counted[1]), there)
    if before.numbers and now.numbers and not names_things(before):
        yield from _numbers("numbers", before.numbers, now.numbers, there)
    if before.lengths and now.lengths and before.unique.count > FEW:  # of few values the values say more
        yield from _numbers("lengths", before.lengths, now.lengths, there)
    if before.languages and now.languages:
        counts = [sum(c.languages.values()) for c in (before, now)]
        told = Sizes(min(counts[0], there.before), min(counts[1], there.now), there.owners)
        yield _side("languages", Shares.of(before.languages, now.languages), told)
    if before.times and now.times and min(_span(before.times), _span(now.times)) >= 24:
        yield _side("hours", Shares.of(_hours(before.times), _hours(now.times)), there)


def _side(kind: Kind, shares: Shares, sizes: Sizes) -> Side:
    a, b = sizes.before, sizes.now
    measures: tuple[tuple[Measure, float, float], ...] = (
        ("linf", shares.linf, shares.linf_by_chance(a, b)),
        ("js", shares.js, shares.js_by_chance(a, b)),
    )
    return Side(kind, measures, chance.of_shares(shares, a, b, sizes.owners), shares.moved(MOVED))


def _numbers(kind: Kind, before: Numbers, now: Numbers, sizes: Sizes) -> Iterator[Side]:
    if not before.count or not now.count:
        return
    unit = max(quantiles.spread(before), 1.0 if kind == "lengths" else 0.0)
    curves = quantiles.Curves.of(before.buckets, now.buckets)
    a, b = sizes.before, sizes.now
    measure: tuple[Measure, float, float] = ("quantile", curves.area / unit, curves.area_by_chance(a, b) / unit)
    yield Side(kind, (measure,), chance.of_gap(curves.gap, a, b, sizes.owners), curves.moved(MOVED))


def _comparable(before: ColumnStatistics, now: ColumnStatistics) -> bool:
    return before.type == now.type or {before.type, now.type} == {"int", "float"}


def _have_values(before: ColumnStatistics, now: ColumnStatistics) -> bool:
    if before.type in ("bool", "list"):
        return True
    if before.type == "int":
        return all(c.unique.count <= FEW for c in (before, now))
    return before.unique.count <= NAMES * before.present


def _counted(column: ColumnStatistics) -> int:
    """Values that were counted: of a list its items."""
    if column.type == "list" and column.lengths:
        return max(1, round(column.lengths.mean * column.lengths.count))
    return column.present


def _span(times: Times) -> int:
    """Hours from the first to the last."""
    return max(times.hours) - min(times.hours) + 1


def _hours(times: Times) -> Mapping[str, int]:
    """Hour of the day, UTC → rows."""
    found = {f"{hour:02d}:00": 0 for hour in range(24)}
    for hour, rows in times.hours.items():
        found[f"{hour % 24:02d}:00"] += rows
    return found
