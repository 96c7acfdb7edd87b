"""Could two samples of these sizes be of the same data? Sizes are effective: see `segue.checks.drift.listeners`."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from segue.checks.drift.shares import Shares
from segue.core.types import F64


@dataclass(frozen=True, slots=True)
class Test:
    """A statistic held against what it is where nothing moved."""

    p_value: float  # probability of one at least so large
    excess: float  # in means of it by chance: of a design effect of 3 it is 3 on average


def _ratio(counts: F64, expected: F64) -> F64:
    """What was counted against what was expected; 1 where nothing was, and nothing came."""
    return np.divide(counts, expected, out=np.ones_like(expected), where=expected > 0)


def of_shares(shares: Shares, before: float, now: float, owners: float = math.inf) -> Test:
    """Could shares be so far apart by chance? G-test on effective counts.

    After Rao and Scott, "On chi-squared tests for multiway contingency tables with cell proportions estimated from
    survey data", 1984: where rows come from few `owners`, F instead of chi-square.
    """
    cells = shares.grouped(before, now)
    free = len(cells.values) - 1
    if not free:
        return Test(1.0, 0.0)
    counts = np.stack([cells.before * before, cells.now * now])
    expected = counts.sum(1, keepdims=True) * counts.sum(0, keepdims=True) / counts.sum()
    g = max(0.0, 2 * float(special.xlogy(counts, _ratio(counts, expected)).sum()))
    return Test(upper_tail(g, free, owners), g / free)


def of_gap(gap: float, before: float, now: float, owners: float = math.inf) -> Test:
    """Could two distribution functions be so far apart (Kolmogorov–Smirnov, for large samples)?

    Where rows come from few owners, its tail, 2·exp(-2λ²), which is twice that of a chi-square of 2 degrees of freedom,
    becomes twice that of F.
    """
    square = gap**2 * before * now / (before + now)
    excess = square / (math.pi**2 / 12)
    if math.isinf(owners):
        return Test(float(special.kolmogorov(math.sqrt(square))), excess)
    return Test(min(1.0, 2 * upper_tail(4 * square, 2, owners)), excess)


def upper_tail(g: float, free: int, owners: float = math.inf) -> float:
    """Probability that a chi-square of `free` degrees of freedom is above `g`, its scale known from `owners`."""
    if math.isinf(owners):
        return float(special.chdtrc(free, g))
    return float(special.fdtrc(free, max(1.0, free * (owners - 1)), g / free))
