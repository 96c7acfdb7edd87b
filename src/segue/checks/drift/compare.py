"""Two tables held against each other, column by column and slice by slice."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from segue.checks import Level
from segue.checks.drift.distance import STRONG, USUAL, ColumnDistance, Kind, Measure
from segue.checks.drift.listeners import owners
from segue.checks.drift.sides import Side, Sizes, sides
from segue.checks.schema import Drift, TableSchema
from segue.checks.statistics import TableStatistics
from segue.checks.statistics.columns import merged as merged_column

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
    `likeness`, by `segue.checks.drift.listeners`; a column that it does not name counts as wholly alike.
    """
    pair = _Pair(before, now, schema.listener if schema else "", likeness or {})
    whole = list(_distances(pair, ""))
    parts = [d for name in now.slices if name in before.slices for d in _distances(pair, name)]
    found = []
    for distances in (whole, parts):
        odds = CHANCE / max(1, len(distances))
        for label, column, side in distances:
            drift = _drift(schema, column, skew)
            measure, value, by_chance, threshold = _furthest(side, drift, {})
            if threshold and value - by_chance > threshold and side.p_value < odds and len(days) > 1:
                usual = _usual(days, label, column, side.kind)
                measure, value, by_chance, threshold = _furthest(side, drift, usual)
            found.append(_distance(label, column, side, measure, by_chance, threshold, odds))
    return sorted(found, key=lambda d: (-d.size, -d.value, d.column, d.slice, d.kind))


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two tables, and how many independent rows they are worth."""

    before: TableStatistics
    now: TableStatistics
    listener: str
    likeness: Mapping[str, float]

    def slice(self, name: str) -> _Pair:
        return replace(self, before=self.before.slices[name], now=self.now.slices[name])

    def sizes(self, whole: _Pair) -> Iterator[tuple[str, Sizes]]:
        """Of every column that both have. A slice that does not say who is listened to as the whole is."""
        if not self.before.rows or not self.now.rows:
            return
        many, each = [], []
        for table, all_of_it in ((self.before, whole.before), (self.now, whole.now)):
            n, rows = owners(table if self.listener in table.columns else all_of_it, self.listener)
            many.append(min(n, max(2.0, n * table.rows / max(1, all_of_it.rows))))
            each.append(min(rows, table.rows))
        for name in self.now.columns:
            if name in self.before.columns:
                alike = self.likeness.get(name, 1.0)
                rows_a, rows_b = (t.rows / (1 + (m - 1) * alike) for t, m in zip((self.before, self.now), each))
                yield name, Sizes(rows_a, rows_b, min(many))


def _distances(whole: _Pair, label: str) -> Iterator[tuple[str, str, Side]]:
    pair = whole.slice(label) if label else whole
    for name, sizes in pair.sizes(whole):
        if not (label and f"{name}=" in label):  # what a slice is made by is the same in all of it
            for side in sides(pair.before.columns[name], pair.now.columns[name], sizes):
                yield label, name, side


def _drift(schema: TableSchema | None, column: str, skew: bool) -> Drift:
    known = schema.columns.get(column) if schema else None
    if known is None:
        return USUAL
    return (known.skew if skew and known.skew else known.drift) or USUAL


def _furthest(side: Side, drift: Drift, usual: Mapping[Measure, float]) -> tuple[Measure, float, float, float]:
    """(measure, value, by chance, threshold) that is furthest over its threshold, or least under it."""

    def limit(measure: Measure) -> float:
        own: float = getattr(drift, measure)
        if side.kind == "missing" and drift != Drift():
            own = drift.linf or USUAL.linf if measure == "linf" else 0.0  # a column of numbers can be missing, too
        return max(own, ROOM * usual.get(measure, 0.0)) if own else 0.0

    found = [(m, value, by_chance, limit(m)) for m, value, by_chance in side.measures]
    return max(found, key=lambda f: (f[1] - f[2]) / f[3] if f[3] else -math.inf)


def _usual(days: Sequence[TableStatistics], label: str, column: str, kind: Kind) -> dict[Measure, float]:
    """How far any of the days was from the others together, beyond chance."""
    found: dict[Measure, float] = {}
    parts = [d.slices.get(label) if label else d for d in days]
    known = [p.columns[column] for p in parts if p is not None and p.rows and column in p.columns]
    if len(known) < 2:
        return found
    upto = list(accumulate(known, merged_column))
    after = list(accumulate(reversed(known), merged_column))[::-1]
    for i, day in enumerate(known):
        others = after[1] if i == 0 else upto[-2] if i == len(known) - 1 else merged_column(upto[i - 1], after[i + 1])
        for side in sides(others, day, Sizes(others.rows, day.rows, math.inf)):
            if side.kind == kind:
                for measure, value, by_chance in side.measures:
                    found[measure] = max(found.get(measure, 0.0), value - by_chance)
    return found


def _distance(
    label: str, column: str, side: Side, measure: Measure, by_chance: float, threshold: float, odds: float
) -> ColumnDistance:
    values = {m: value for m, value, _ in side.measures}
    far = ColumnDistance(
        column=column,
        slice=label,
        kind=side.kind,
        linf=values.get("linf"),
        js=values.get("js"),
        quantile=values.get("quantile"),
        p_value=side.p_value,
        measure=measure,
        chance=by_chance,
        threshold=threshold,
        level=None,
        moved=side.moved,
    )
    level: Level | None = None
    if side.p_value < odds and far.size >= 1:
        level = "fail" if far.size >= STRONG else "warn"
    return replace(far, level=level)
