"""What is drawn of one column: its distribution in both data sets and in every slice, in the same bins."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from segue.checks.report.bins import Mass, edges_of, mass
from segue.checks.report.payload import Chart, Pair
from segue.checks.report.words import cut
from segue.checks.statistics.columns import ColumnStatistics

Column = ColumnStatistics
Slices = Mapping[int, tuple[Column | None, Column | None]]

VALUES = 20
"""Most frequent values that are drawn."""
LABEL = 80
"""Characters of a value."""
CODES = 12
"""Whole numbers of at most so many different values are drawn value by value."""
NAMES = 0.5
"""Share of the rows with a value from which on different values are names of things: their lengths are drawn first."""


def charts_of(this: Column | None, other: Column | None, slices: Slices) -> list[Chart]:
    """The one that says most of a column of this type first; none where it has no value."""
    known = [c for c in (this, other) if c is not None and c.present]
    if not known:
        return []
    kinds = {c.type for c in known}
    found: list[Chart | None] = []
    if kinds == {"time"}:
        found.append(_hours(this, other, slices))
    elif any(c.numbers for c in known) and not _codes(known):
        found.append(_numbers(this, other, slices, lengths=False))
    else:
        found.append(_values(this, other, slices))
    if any(c.lengths for c in known) and not _all_drawn(found):
        lengths = _numbers(this, other, slices, lengths=True)
        found.insert(0 if all(map(_names, known)) else 1, lengths)
    return [c for c in found if c is not None]


def _all_drawn(found: list[Chart | None]) -> bool:
    """Whether every value stands there: then their lengths say nothing more."""
    return any(c is not None and c.scale == "values" and c.rest == (0, 0) for c in found)


def _codes(known: list[Column]) -> bool:
    """Whole numbers that stand for something."""
    tops = [c.top for c in known if c.top is not None and c.type in ("int", "bool")]
    return len(tops) == len(known) and len({v for t in tops for v in t.values}) <= CODES


def _names(column: Column) -> bool:
    return column.type == "text" and column.unique.count > NAMES * column.present


def _numbers(this: Column | None, other: Column | None, slices: Slices, *, lengths: bool) -> Chart | None:
    def of(column: Column | None) -> Mass:
        return mass(column, lengths) if column is not None else Mass(*np.zeros((3, 0)))

    whole = lengths or all(c.type == "int" for c in (this, other) if c is not None and c.present)
    now, before = of(this), of(other)
    found = edges_of([now, before], whole)
    if found is None:
        return None
    edges, powers = found
    return Chart(
        of="lengths" if lengths else "values",
        scale="log" if powers else "linear",
        edges=[float(f"{e:.6g}") for e in edges],
        counts=_pair(now, before, edges, other is not None),
        slices={
            n: _pair(a, b, edges, other is not None)
            for n, (a, b) in {n: (of(a), of(b)) for n, (a, b) in slices.items()}.items()
            if len(a.rows) or len(b.rows)
        },
    )


def _pair(this: Mass, other: Mass, edges: np.ndarray[tuple[int], np.dtype[np.float64]], both: bool) -> Pair:
    return Pair(this=this.binned(edges), other=other.binned(edges) if both else [])


def _values(this: Column | None, other: Column | None, slices: Slices) -> Chart | None:
    """The most frequent values of either, with the rest together."""
    shares: dict[str, float] = {}
    for column in (this, other):
        if column is not None and column.top is not None:
            total = max(1, _all(column))
            for value, count in zip(column.top.values[: 4 * VALUES], column.top.counts):
                shares[value] = max(shares.get(value, 0.0), count / total)
    chosen = sorted(shares, key=lambda v: (-shares[v], v))[:VALUES]
    if not chosen:
        return None
    if all(v.lstrip("-").isdigit() for v in chosen):
        chosen.sort(key=int)

    def counts(column: Column | None) -> list[int]:
        there = column.top.counted() if column is not None and column.top is not None else {}
        return [there.get(v, 0) for v in chosen]

    def rest(column: Column | None) -> int:
        return max(0, _all(column) - sum(counts(column))) if column is not None else 0

    return Chart(
        scale="values",
        labels=[cut(v, LABEL) for v in chosen],
        counts=Pair(this=counts(this), other=counts(other) if other is not None else []),
        rest=(rest(this), rest(other)),
        slices={
            n: Pair(this=counts(a), other=counts(b) if other is not None else [])
            for n, (a, b) in slices.items()
            if (a and a.top) or (b and b.top)
        },
    )


def _all(column: Column) -> int:
    """Rows with a value; of lists, the items that are known."""
    if column.type == "list":
        return sum(column.top.counts) if column.top else 0
    return column.present


def _hours(this: Column | None, other: Column | None, slices: Slices) -> Chart | None:
    """Rows by hour of the day, UTC: the same for a day as for a month."""

    def of(column: Column | None) -> list[int]:
        return (column.times.by_hour() if column is not None and column.times else []) or [0] * 24

    if not any(of(this) + of(other)):  # times so long apart that no hours are known
        return None
    return Chart(
        scale="hour",
        edges=[float(h) for h in range(25)],
        counts=Pair(this=of(this), other=of(other) if other is not None else []),
        slices={
            n: Pair(this=of(a), other=of(b) if other is not None else [])
            for n, (a, b) in slices.items()
            if any(of(a) + of(b))
        },
    )
