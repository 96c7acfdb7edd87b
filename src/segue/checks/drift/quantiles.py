"""Distances between two columns of numbers, read off their buckets."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from segue.checks.statistics import Buckets, Numbers
from segue.checks.statistics.buckets import aligned
from segue.core.types import F64


def area(before: Buckets, now: Buckets) -> float:
    """Area between the two quantile functions (Wasserstein-1), in the unit of the numbers.

    Off by at most the mean size of the numbers of both times the error of the buckets.
    """
    x, a, b = _cumulated(before, now)
    return float((np.abs(a - b)[:-1] * np.diff(x)).sum())


def largest_gap(before: Buckets, now: Buckets) -> float:
    """Largest distance of the two distribution functions (Kolmogorov–Smirnov), 0 … 1; never more than the exact one."""
    _, a, b = _cumulated(before, now)
    return float(np.abs(a - b).max(initial=0.0))


def area_by_chance(before: Buckets, now: Buckets, sizes: tuple[float, float]) -> float:
    """What `area` is on average for two samples of these effective sizes where nothing moved."""
    x, a, b = _cumulated(before, now)
    pooled = (a * sizes[0] + b * sizes[1]) / (sizes[0] + sizes[1])
    apart = np.sqrt(2 / math.pi * pooled * (1 - pooled).clip(0) * (1 / sizes[0] + 1 / sizes[1]))
    return float((apart[:-1] * np.diff(x)).sum())


def spread(numbers: Numbers) -> float:
    """What areas are measured in: the standard deviation, or for a constant a hundredth of it (1 for zero)."""
    return numbers.deviation or abs(numbers.mean) / 100 or 1.0


def moved(before: Buckets, now: Buckets, n: int, parts: int = 10) -> tuple[tuple[str, float, float], ...]:
    """Ranges between the deciles of `before` whose share changed most: (range, share before, share now)."""
    x, a, b = _cumulated(before, now)
    inner = np.unique(before.quantiles(np.arange(1, parts) / parts))
    place = np.searchsorted(x, inner)
    names = [f"to {_said(inner[0])}", *(f"{_said(lo)} to {_said(hi)}" for lo, hi in pairwise(inner)),
             f"over {_said(inner[-1])}"]  # fmt: skip
    shares = [np.diff(np.concatenate([[0.0], c[place], [1.0]])) for c in (a, b)]
    order = np.argsort(-np.abs(shares[1] - shares[0]), kind="stable")[:n]
    return tuple((names[i], float(shares[0][i]), float(shares[1][i])) for i in order.tolist())


def _cumulated(before: Buckets, now: Buckets) -> tuple[F64, F64, F64]:
    """(B,) numbers that either has, and (B,) the share of each that lies at or below them."""
    keys, a, b = aligned(before, now)
    return Buckets(keys.tolist()).middles(), np.cumsum(a) / a.sum(), np.cumsum(b) / b.sum()


def _said(number: float) -> str:
    return f"{number:.3g}" if abs(number) < 1000 else f"{number:,.0f}"
