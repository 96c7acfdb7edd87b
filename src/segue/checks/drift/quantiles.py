"""Distances between two columns of numbers, read off their buckets."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from segue.checks.statistics import Buckets, Numbers
from segue.checks.statistics.buckets import aligned
from segue.core.types import F64


@dataclass(frozen=True, slots=True)
class Curves:
    """Two distribution functions over the same B numbers."""

    numbers: F64  # (B,) ascending
    before: F64  # (B,) share at or below
    now: F64  # (B,)

    @classmethod
    def of(cls, before: Buckets, now: Buckets) -> Curves:
        """Of two sketches that hold numbers."""
        keys, a, b = aligned(before, now)
        middles = Buckets(keys.tolist(), bits=min(before.bits, now.bits)).middles()
        return cls(middles, np.cumsum(a) / a.sum(), np.cumsum(b) / b.sum())

    @property
    def area(self) -> float:
        """Area between the two quantile functions (Wasserstein-1), in the unit of the numbers.

        Off by at most the mean size of the numbers of both times the error of the buckets.
        """
        return float((np.abs(self.before - self.now)[:-1] * np.diff(self.numbers)).sum())

    @property
    def gap(self) -> float:
        """Largest distance of the two (Kolmogorov–Smirnov), 0 … 1; never more than that of the rows themselves."""
        return float(np.abs(self.before - self.now).max(initial=0.0))

    def area_by_chance(self, before: float, now: float) -> float:
        """What `area` is on average for two samples of these effective sizes where nothing moved."""
        pooled = (self.before * before + self.now * now) / (before + now)
        apart = np.sqrt(2 / math.pi * pooled * (1 - pooled).clip(0) * (1 / before + 1 / now))
        return float((apart[:-1] * np.diff(self.numbers)).sum())

    def moved(self, n: int, parts: int = 10) -> tuple[tuple[str, float, float], ...]:
        """Ranges between the deciles of before whose share changed most: (range, share before, share now)."""
        inner = np.unique(np.searchsorted(self.before, np.arange(1, parts) / parts))
        edges = [_said(x) for x in self.numbers[inner].tolist()]
        names = [f"to {edges[0]}", *(f"{lo} to {hi}" for lo, hi in pairwise(edges)), f"over {edges[-1]}"]
        shares = [np.diff(np.concatenate([[0.0], curve[inner], [1.0]])) for curve in (self.before, self.now)]
        order = np.argsort(-np.abs(shares[1] - shares[0]), kind="stable")[:n]
        return tuple((names[i], float(shares[0][i]), float(shares[1][i])) for i in order.tolist())


def spread(numbers: Numbers) -> float:
    """What areas are measured in: the standard deviation, or for a constant a hundredth of it (1 for zero)."""
    return numbers.deviation or abs(numbers.mean) / 100 or 1.0


def _said(number: float) -> str:
    return f"{number:.3g}" if abs(number) < 1000 else f"{number:,.0f}"
