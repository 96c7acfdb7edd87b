"""Statistics of a table, and of what it is held against, reduced to what a page draws."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from segue.checks.drift import ColumnDistance
from segue.checks.report.charts import charts_of
from segue.checks.report.payload import (
    QUANTILES,
    Apart,
    Column,
    Facts,
    Line,
    Pair,
    Slice,
    Table,
    Volume,
)
from segue.checks.report.words import cut, rounded
from segue.checks.statistics import ColumnStatistics, Numbers, TableStatistics

COLUMNS = 1000
"""Columns that are drawn of a table; those that moved furthest."""
NAME = 300
"""Characters of a name."""
CELLS = 3000
"""Distributions of slices in a table: of many columns fewer slices are drawn, the largest and those that changed."""
FEWEST, MOST = 6, 40
"""Slices that are drawn at least and at most."""
DAYS = 60
"""Of the history."""
STEPS = 400
"""Of the volume over time."""


History = Sequence[tuple[str, TableStatistics]]
"""(YYYY-MM-DD, statistics), oldest first."""


def table_of(
    statistics: TableStatistics, *, name: str = "", this: str = "", before: TableStatistics | None = None,
    before_name: str = "", distances: Iterable[ColumnDistance] = (), history: History = (),
) -> Table:  # fmt: skip
    """One table of the page: the statistics under test, and what they are held against."""
    by_column: dict[str, list[ColumnDistance]] = {}
    for distance in distances:
        by_column.setdefault(distance.column, []).append(distance)
    names = list(dict.fromkeys([*statistics.columns, *(before.columns if before else ())]))
    drawn = _drawn(names, by_column)
    days = history[-DAYS:]
    slices = _slices(statistics, before)
    shown = _shown(slices, len(drawn))
    parts = {n: (statistics.slices.get(s.name), before.slices.get(s.name) if before else None)
             for n, s in enumerate(slices) if n in shown}  # fmt: skip
    numbers = {s.name: n for n, s in enumerate(slices)}
    return Table(
        name=cut(name or statistics.name, NAME),
        this=cut(this, NAME),
        other=cut(before_name or ("before" if before else ""), NAME),
        rows=statistics.rows,
        other_rows=before.rows if before else 0,
        columns=[_column(c, statistics, before, by_column.get(c, ()), parts, numbers, days) for c in drawn],
        left_out=len(names) - len(drawn),
        slices=[
            Slice(name=cut(s.name, NAME), by=cut(s.by, NAME), label=cut(s.label, NAME), this=s.this, other=s.other)
            for s in slices
        ],
        volume=_volume(statistics, before),
        days=[day for day, _ in days],
        day_rows=[table.rows for _, table in days],
    )


def _drawn(names: list[str], by_column: Mapping[str, Sequence[ColumnDistance]]) -> list[str]:
    if len(names) <= COLUMNS:
        return names
    far = {c: max((d.size for d in by_column.get(c, ())), default=0.0) for c in names}
    return sorted(sorted(names, key=lambda c: -far[c])[:COLUMNS], key=names.index)


def _slices(now: TableStatistics, before: TableStatistics | None) -> list[Slice]:
    """Of both data sets, by what they are made by, the largest first."""
    found = []
    for name in dict.fromkeys([*now.slices, *(before.slices if before else ())]):
        a, b = now.slices.get(name), before.slices.get(name) if before else None
        where = (a or b or now).where
        by, label = ", ".join(sorted(where)), ", ".join(where[c] or "(empty)" for c in sorted(where))
        found.append(Slice(name=name, by=by, label=label, this=a.rows if a else 0, other=b.rows if b else 0))
    return sorted(found, key=lambda s: (s.by, -max(s.this, s.other), s.name))


def _shown(slices: list[Slice], columns: int) -> set[int]:
    """Numbers of the slices whose columns are drawn."""
    most = min(MOST, max(FEWEST, CELLS // max(1, columns)))
    order = sorted(range(len(slices)), key=lambda n: -max(slices[n].this, slices[n].other))
    return set(order[:most])


def _column(
    name: str, now: TableStatistics, before: TableStatistics | None, distances: Sequence[ColumnDistance],
    parts: Mapping[int, tuple[TableStatistics | None, TableStatistics | None]], numbers: Mapping[str, int],
    days: History,
) -> Column:  # fmt: skip
    this, other = now.columns.get(name), before.columns.get(name) if before else None
    in_slices = {
        n: (a.columns.get(name) if a else None, b.columns.get(name) if b else None) for n, (a, b) in parts.items()
    }
    whole = sorted((_apart(d) for d in distances if not d.slice), key=lambda d: (-d.size, -d.value))
    of_slices: dict[int, Apart] = {}
    for distance in distances:
        number = numbers.get(distance.slice)
        if number is not None and (number not in of_slices or distance.size > of_slices[number].size):
            of_slices[number] = _apart(distance, moved=0)
    known = this or other
    return Column(
        name=cut(name, NAME),
        type=known.type if known else "null",
        this=_facts(this) if this else None,
        other=_facts(other) if other else None,
        charts=charts_of(this, other, {n: pair for n, pair in in_slices.items() if any(pair)}),
        apart=whole,
        slices=of_slices,
        history=_history(name, days),
    )


def _apart(distance: ColumnDistance, moved: int = 8) -> Apart:
    return Apart(
        kind=distance.kind,
        measure=distance.measure,
        value=rounded(distance.value),
        size=rounded(distance.size),
        threshold=rounded(distance.threshold),
        p_value=rounded(distance.p_value, 2),
        level=distance.level,
        moved=tuple((cut(v, 80), rounded(b), rounded(a)) for v, b, a in distance.moved[:moved]),
    )


def _facts(column: ColumnStatistics) -> Facts:
    numbers, times, lengths = column.numbers, column.times, column.lengths
    some = numbers is not None and numbers.count > 0
    return Facts(
        rows=column.rows,
        type=column.type,
        missing=column.missing,
        nans=column.nans,
        infinite=column.infinite,
        uniques=float(round(column.unique.count)),
        exact=column.unique.exact,
        zeros=numbers.zeros if numbers else 0,
        negatives=numbers.negatives if numbers else 0,
        min=numbers.min if numbers and some else float(times.first) if times else None,
        max=numbers.max if numbers and some else float(times.last) if times else None,
        mean=rounded(numbers.mean, 6) if numbers and some else None,
        deviation=_finite(rounded(numbers.deviation)) if numbers and some else None,
        quantiles=[
            rounded(float(q)) for q in numbers.buckets.quantiles(np.array(QUANTILES)).clip(numbers.min, numbers.max)
        ]
        if numbers and some
        else [],
        length=(lengths.min, rounded(lengths.mean), lengths.max) if lengths and lengths.count else None,
        languages=dict(sorted(column.languages.items(), key=lambda p: -p[1])[:12]),
    )


def _quantiles(numbers: Numbers) -> list[float]:
    return [rounded(float(q)) for q in numbers.quantiles(np.array(QUANTILES))]


def _finite(x: float) -> float | None:
    return x if math.isfinite(x) else None


def _history(name: str, days: History) -> list[Line]:
    """Statistics of a column day by day; those that it never has are left out."""
    if len(days) < 2:
        return []
    columns = [table.columns.get(name) for _, table in days]
    quantiles = [_middle_and_far(c) for c in columns]
    series = {
        "missing": [rounded(c.missing_share) if c and c.rows else None for c in columns],
        "uniques": [float(round(c.unique.count)) if c else None for c in columns],
        "mean": [rounded(c.numbers.mean) if c and c.numbers and c.numbers.count else None for c in columns],
        "median": [m for m, _ in quantiles],
        "p95": [p for _, p in quantiles],
        "top": [_top(c) for c in columns],
    }
    return [Line(name=n, values=values) for n, values in series.items() if any(v is not None for v in values)]


def _middle_and_far(column: ColumnStatistics | None) -> tuple[float | None, float | None]:
    if column is None or column.numbers is None or not column.numbers.count:
        return None, None
    middle, far = column.numbers.quantiles(np.array([0.5, 0.95]))
    return rounded(float(middle)), rounded(float(far))


def _top(column: ColumnStatistics | None) -> float | None:
    """Share of the most frequent value, of the rows with a value."""
    if column is None or column.top is None or not column.top.counts or column.type == "list" or not column.present:
        return None
    return rounded(column.top.counts[0] / column.present)


def _volume(now: TableStatistics, before: TableStatistics | None) -> Volume | None:
    """By hour where there are few days, else by day or longer."""
    name = next((c.name for c in now.columns.values() if c.times is not None and c.times.hours), None)
    if name is None:
        return None
    both = [table.columns.get(name) if table is not None else None for table in (now, before)]
    times = [column.times if column is not None else None for column in both]
    sets, steps = [t.hours if t else {} for t in times], [t.step for t in times if t]
    hours = sorted({*sets[0], *sets[1]})
    span = hours[-1] - hours[0]
    step = max([1 if span <= 24 * 4 else 24, *steps])
    while span / step > STEPS:
        step *= 7 if step == 24 else 4
    first = hours[0] // step
    counts = [[0] * (hours[-1] // step - first + 1) for _ in sets]
    for rows, there in zip(counts, sets):
        for hour, n in there.items():
            rows[hour // step - first] += n
    at = [(first + n) * step for n in range(len(counts[0]))]
    return Volume(
        column=cut(name, NAME), step=step, at=at, counts=Pair(this=counts[0], other=counts[1] if before else [])
    )
