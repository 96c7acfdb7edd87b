"""Could two samples of these sizes be of the same data? Sizes are effective: see `segue.checks.drift.listeners`."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from segue.checks.drift.shares import Shares
from segue.core.types import F64

EXPECTED = 5.0
"""Rows that a cell must be expected to have in both samples; smaller ones are thrown together (Cochran, 1954)."""


def of_shares(shares: Shares, before: float, now: float, owners: float = math.inf) -> float:
    """Probability of shares at least so far apart: G-test on effective counts.

    After Rao and Scott, "On chi-squared tests for multiway contingency tables with cell proportions estimated from
    survey data", 1984: where rows come from few `owners`, F instead of chi-square.
    """
    counts = _large(np.stack([shares.before * before, shares.now * now]))
    cells = counts.shape[1]
    if cells < 2:
        return 1.0
    expected = counts.sum(1, keepdims=True) * counts.sum(0, keepdims=True) / counts.sum()
    g = 2 * float(special.xlogy(counts, counts / expected).sum())
    return upper_tail(max(g, 0.0), cells - 1, owners)


def of_gap(gap: float, before: float, now: float) -> float:
    """Probability of two distribution functions at least so far apart (Kolmogorov–Smirnov, for large samples)."""
    return float(special.kolmogorov(gap * math.sqrt(before * now / (before + now))))


def upper_tail(g: float, free: int, owners: float = math.inf) -> float:
    """Probability that a chi-square of `free` degrees of freedom is above `g`, its scale known from `owners`."""
    if math.isinf(owners):
        return float(special.chdtrc(free, g))
    return float(special.fdtrc(free, max(1.0, free * (owners - 1)), g / free))


def _large(counts: F64) -> F64:
    """(2, W) the (2, V) counts with small cells thrown together."""
    total = counts.sum()
    least = counts.sum(0) * (counts.sum(1).min() / total) if total else counts.sum(0)
    small = least < EXPECTED
    rest = counts[:, small].sum(1, keepdims=True)
    kept = counts[:, ~small]
    if not small.any():
        return kept
    if least[small].sum() >= EXPECTED or not kept.size:
        return np.concatenate([kept, rest], axis=1)
    kept[:, np.argmin(least[~small])] += rest[:, 0]
    return kept
