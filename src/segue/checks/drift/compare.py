"""Two tables held against each other, column by column and slice by slice."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from segue.checks import Level
from segue.checks.drift.days import ENOUGH, Usual, usual
from segue.checks.drift.distance import STRONG, USUAL, ColumnDistance, Measure
from segue.checks.drift.listeners import known_before, owners
from segue.checks.drift.sides import Side, Sizes, sides
from segue.checks.schema import Drift, TableSchema
from segue.checks.statistics import ColumnStatistics, TableStatistics

CHANCE = 0.01
"""Of two tables of the same data, the share in which any column may be said to have moved; of slices as much again."""
ROOM = 1.5
"""A column may move so many times as far as it ever did between the days before."""


def compare(
    before: TableStatistics,
    now: TableStatistics,
    *,
    schema: TableSchema | None = None,
    skew: bool = False,
    days: Sequence[TableStatistics] = (),
    likeness: Mapping[str, float] | None = None,
) -> list[ColumnDistance]:
    """The distance of every column that both have, in the whole and in each slice, furthest first.

    A distance gets a level where it is beyond chance at these sizes *and* larger than its threshold, which is that of
    the schema (`skew` says which of the two), else `USUAL`, and at least ROOM times what the `days` before differed by
    among themselves. Rows of one listener (the schema's `listener`) count as the fewer the more they are alike:
    `likeness`, by `segue.checks.drift.listeners`; a column that it does not name counts as wholly alike. Of listeners
    who were there before, a week of `days` and more tells better how much their rows are worth.
    """
    pair = _Pair(before, now, schema.listener if schema else "", likeness or {}, len(days) >= ENOUGH)
    whole = list(_seen(pair, ""))
    parts = [s for name in now.slices if name in before.slices for s in _seen(pair, name)]
    found = []
    for seen in (whole, parts):
        odds = CHANCE / max(1, len(seen))
        found += [_judged(s, _drift(schema, s.before.name, skew), days, odds) for s in seen]
    return sorted(found, key=lambda d: (-d.size, -d.value, d.column, d.slice, d.kind))


@dataclass(frozen=True, slots=True)
class _Seen:
    """One side of one column, in the whole or in a slice."""

    label: str
    before: ColumnStatistics
    now: ColumnStatistics
    sizes: tuple[Sizes, Sizes]
    side: Side

    def at_most(self, known: Usual) -> Side:
        """With rows that count as the days before say."""
        rows = (self.before.rows / known.effect, self.now.rows / known.effect, known.days)
        sizes = [s.at_most(*rows) for s in self.sizes]
        return next(s for s in sides(self.before, self.now, sizes[0], sizes[1]) if s.kind == self.side.kind)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two tables, and how many independent rows they are worth."""

    before: TableStatistics
    now: TableStatistics
    listener: str
    likeness: Mapping[str, float]
    followed: bool  # day by day: those who were there before are known

    def slice(self, name: str) -> _Pair:
        return replace(self, before=self.before.slices[name], now=self.now.slices[name])

    def sizes(self, whole: _Pair) -> Iterator[tuple[str, Sizes, Sizes]]:
        """Of every column that both have, and of what is missing of it. A slice that does not say who is listened to
        as the whole is."""
        if not self.before.rows or not self.now.rows:
            return
        many, each = [], []
        for table, all_of_it in ((self.before, whole.before), (self.now, whole.now)):
            n, rows = owners(table if self.listener in table.columns else all_of_it, self.listener)
            many.append(min(n, max(2.0, n * table.rows / max(1, all_of_it.rows))))
            each.append(min(rows, table.rows))
        strangers = 1 - known_before(whole.before, whole.now, self.listener)

        def sizes(key: str) -> Sizes:
            alike = self.likeness.get(key, 1.0)
            rows_a = self.before.rows / (1 + (each[0] - 1) * alike * strangers)
            rows_b = self.now.rows / (1 + (each[1] - 1) * alike * (strangers if self.followed else 1.0))
            return Sizes(rows_a, rows_b, min(many))

        for name in self.now.columns:
            if name in self.before.columns:
                yield name, sizes(name), sizes(f"{name}?")


def _seen(whole: _Pair, label: str) -> Iterator[_Seen]:
    pair = whole.slice(label) if label else whole
    for name, *sizes in pair.sizes(whole):
        if name not in pair.now.where:  # what a slice is made by is the same in all of it
            a, b = pair.before.columns[name], pair.now.columns[name]
            for side in sides(a, b, sizes[0], sizes[1]):
                yield _Seen(label, a, b, (sizes[0], sizes[1]), side)


def _drift(schema: TableSchema | None, column: str, skew: bool) -> Drift:
    known = schema.columns.get(column) if schema else None
    if known is None:
        return USUAL
    return (known.skew if skew and known.skew else known.drift) or USUAL


def _furthest(side: Side, drift: Drift, known: Usual) -> tuple[Measure, float, float, float]:
    """(measure, value, by chance, threshold) that is furthest over its threshold, or least under it."""

    def limit(measure: Measure) -> float:
        own: float = getattr(drift, measure)
        if side.kind == "missing" and drift != Drift():
            own = drift.linf or USUAL.linf if measure == "linf" else 0.0  # a column of numbers can be missing, too
        return max(own, ROOM * known.furthest.get(measure, 0.0)) if own else 0.0

    found = [(m, value, by_chance, limit(m)) for m, value, by_chance in side.measures]
    return max(found, key=lambda f: (f[1] - f[2]) / f[3] if f[3] else -math.inf)


def _judged(seen: _Seen, drift: Drift, days: Sequence[TableStatistics], odds: float) -> ColumnDistance:
    """The distance of one side, with a level. What the days before say is asked only where it matters."""
    side = seen.side
    known = Usual()
    measure, value, by_chance, threshold = _furthest(side, drift, known)
    if threshold and value - by_chance > threshold and side.test.p_value < odds and len(days) > 1:
        known = usual(days, seen.label, seen.before.name, side.kind)
        if len(days) >= ENOUGH and known.days > 1:
            side = seen.at_most(known)
        measure, value, by_chance, threshold = _furthest(side, drift, known)
    values = {m: value for m, value, _ in side.measures}
    far = ColumnDistance(
        column=seen.before.name,
        slice=seen.label,
        kind=side.kind,
        linf=values.get("linf"),
        js=values.get("js"),
        quantile=values.get("quantile"),
        p_value=side.test.p_value,
        measure=measure,
        chance=by_chance,
        threshold=threshold,
        moved=side.moved,
    )
    level: Level | None = None
    if len(days) >= ENOUGH and seen.label and known.days < ENOUGH:
        return far  # a slice that is seldom there: nobody knows what it varies by
    if side.test.p_value < odds and far.size >= 1:
        level = "fail" if far.size >= STRONG else "warn"
    return replace(far, level=level)
