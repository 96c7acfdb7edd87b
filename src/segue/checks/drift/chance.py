"""Could two samples of these sizes be of the same data? Sizes are effective: see `segue.checks.drift.listeners`."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from segue.checks.drift.shares import Shares


def of_shares(shares: Shares, before: float, now: float, owners: float = math.inf) -> float:
    """Probability of shares at least so far apart: G-test on effective counts.

    After Rao and Scott, "On chi-squared tests for multiway contingency tables with cell proportions estimated from
    survey data", 1984: where rows come from few `owners`, F instead of chi-square.
    """
    cells = shares.grouped(before, now)
    if len(cells.values) < 2:
        return 1.0
    counts = np.stack([cells.before * before, cells.now * now])
    expected = counts.sum(1, keepdims=True) * counts.sum(0, keepdims=True) / counts.sum()
    g = 2 * float(special.xlogy(counts, counts / expected).sum())
    return upper_tail(max(g, 0.0), len(cells.values) - 1, owners)


def of_gap(gap: float, before: float, now: float, owners: float = math.inf) -> float:
    """Probability of two distribution functions at least so far apart (Kolmogorov–Smirnov, for large samples).

    Where rows come from few owners, its tail, 2·exp(-2λ²), which is twice that of a chi-square of 2 degrees of freedom,
    becomes twice that of F.
    """
    size = gap * math.sqrt(before * now / (before + now))
    if math.isinf(owners):
        return float(special.kolmogorov(size))
    return min(1.0, 2 * upper_tail(4 * size**2, 2, owners))


def upper_tail(g: float, free: int, owners: float = math.inf) -> float:
    """Probability that a chi-square of `free` degrees of freedom is above `g`, its scale known from `owners`."""
    if math.isinf(owners):
        return float(special.chdtrc(free, g))
    return float(special.fdtrc(free, max(1.0, free * (owners - 1)), g / free))
