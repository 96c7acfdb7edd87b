"""Histograms of two data sets in the same bins, from sketches."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from segue.checks.statistics.columns import ColumnStatistics, Numbers
from segue.core.types import F64

BINS = 36
"""At most."""
TAIL = 0.002
"""Share of the rows at either end that may go into the outermost bin."""
CLEARER = 0.5
"""Bits that a scale of powers has to say more than an even one, of the set that is seen less well, to be taken."""


@dataclass(frozen=True, slots=True)
class Mass:
    """Rows spread over stretches of the line: (S,) from, (S,) to, (S,) rows."""

    low: F64
    high: F64
    rows: F64

    def below(self, edges: F64) -> F64:
        """(E,) rows below each edge; a stretch is filled evenly."""
        if not len(self.rows):
            return np.zeros(len(edges))
        width = self.high - self.low
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(width > 0, (edges[:, None] - self.low) / width, edges[:, None] > self.low)
        found: F64 = share.clip(0, 1) @ self.rows
        return found

    def binned(self, edges: F64) -> list[int]:
        """Rows in each bin; what lies beyond the edges is in the outermost."""
        total = float(self.rows.sum())
        upto = np.concatenate([[0.0], self.below(edges[1:-1]), [total]])
        found: list[int] = np.diff(np.rint(upto)).astype(np.int64).tolist()
        return found


def mass(column: ColumnStatistics, lengths: bool = False) -> Mass:
    """Of the numbers of a column, or of its lengths: every value by itself where all are known."""
    numbers = column.lengths if lengths else column.numbers
    if numbers is None or not numbers.count:
        return Mass(*np.zeros((3, 0)))
    if not lengths and column.type == "int" and column.top and column.top.complete:
        values = np.array([float(v) for v in column.top.values])
        return Mass(values, values, np.asarray(column.top.counts, np.float64))
    return _of_buckets(numbers, lengths or numbers.whole)


def _of_buckets(numbers: Numbers, whole: bool) -> Mass:
    near, far = (edge.clip(numbers.min, numbers.max) for edge in numbers.buckets.edges())
    low, high = np.minimum(near, far), np.maximum(near, far)
    if whole:  # a bucket that holds one whole number only is that number
        single = np.floor(high) <= np.ceil(low)
        middles = np.rint(numbers.buckets.middles().clip(numbers.min, numbers.max))
        low, high = np.where(single, middles, low), np.where(single, middles, high)
    return Mass(low, high, np.asarray(numbers.buckets.counts, np.float64))


def edges_of(parts: Sequence[Mass], whole: bool) -> tuple[F64, bool] | None:
    """(E,) edges of bins that show all parts well, and whether they are powers; None where there is nothing to show."""
    parts = [p for p in parts if len(p.rows)]
    if not parts:
        return None
    low = np.concatenate([p.low for p in parts])
    high = np.concatenate([p.high for p in parts])
    rows = np.concatenate([p.rows / p.rows.sum() for p in parts])
    least, most = _ends(low, high, rows)
    if not math.isfinite(most - least):
        return None
    if whole and most - least < BINS:
        whole_numbers: F64 = np.arange(math.floor(least), math.ceil(most) + 2, dtype=np.float64) - 0.5
        return whole_numbers, False
    even = _even(least, most, whole)
    positive = low > 0
    if least < 0 or not positive.any() or most <= 0:
        return even, False
    powers = _powers(*_ends(low[positive], high[positive], rows[positive]), whole, zero=least <= 0)
    clearer = min(_says(p, powers) for p in parts) - min(_says(p, even) for p in parts)
    return (powers, True) if clearer > CLEARER else (even, False)


def _ends(low: F64, high: F64, rows: F64) -> tuple[float, float]:
    """Where the line begins and ends: at the least and the greatest, unless few rows are far out."""
    order = np.argsort(low, kind="stable")
    upto = np.cumsum(rows[order]) / rows.sum()
    near = float(low[order][np.searchsorted(upto, TAIL)])
    far = float(high[order][min(len(order) - 1, int(np.searchsorted(upto, 1 - TAIL)))])
    least, most = float(low.min()), float(high.max())
    room = (far - near) * 0.5
    return (least if least >= near - room else near), (most if most <= far + room else far)


def _even(least: float, most: float, whole: bool) -> F64:
    """Edges at round numbers; as many whole numbers in each bin where they are whole."""
    width = most - least or abs(most) or 1.0
    power = 10.0 ** math.floor(math.log10(width / BINS))
    step = next(
        m * power for m in (1, 2, 2.5, 5, 10, 20) if width / (m * power) <= BINS - 2 and not (whole and m * power % 1)
    )
    first, last = math.floor(least / step + 1e-9), math.ceil(most / step - 1e-9)
    found: F64 = np.arange(first, max(last, first + 1) + 1, dtype=np.float64) * step
    return found


def _powers(least: float, most: float, whole: bool, zero: bool) -> F64:
    """Edges that grow by the same factor; with one bin below them for 0 where there is any."""
    bottom, top = math.log10(least), math.log10(most)
    a_decade = next((m for m in (20, 10, 5, 3, 2, 1) if (top - bottom) * m <= BINS - 3), 1)
    first, last = math.floor(bottom * a_decade + 1e-9), math.ceil(top * a_decade - 1e-9)
    every = max(1, math.ceil((last - first) / (BINS - 3)))
    found = 10.0 ** (np.arange(first, max(last, first + 1) + every, every) / a_decade)
    if whole:
        found = np.unique(np.rint(found))
    return np.concatenate([[0.0], found]) if zero else found


def _says(part: Mass, edges: F64) -> float:
    """Entropy of the bins, in bits."""
    total = part.rows.sum()
    shares = np.diff(np.concatenate([[0.0], part.below(edges[1:-1]), [total]])) / total
    shares = shares[shares > 0]
    return float(-(shares * np.log2(shares)).sum())
