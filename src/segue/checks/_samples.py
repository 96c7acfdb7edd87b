"""Is a share, or a number of rows, more than chance? Small batches vary, and rows of one listener are alike.

Rows count as if there were fewer: `worth` is how many independent rows one of them is (Kish, "Survey Sampling", 1965).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.special import betainc, betaincinv, gammainc, gammaincc, stdtr

DOUBT = 0.001
"""Chance that a bound on the share behind a sample is wrong."""


def at_most(count: float, rows: float, worth: float = 1.0) -> float:
    """The largest share that `count` of `rows` leaves plausible (Clopper and Pearson, 1934)."""
    k, n = count * worth, rows * worth
    return 1.0 if k >= n else float(betaincinv(k + 1, n - k, 1 - DOUBT))


def at_least(count: float, rows: float, worth: float = 1.0) -> float:
    """The least share that `count` of `rows` leaves plausible."""
    k, n = count * worth, rows * worth
    return 0.0 if k <= 0 else float(betaincinv(k, max(n - k, 0.0) + 1, DOUBT))


def chance_above(count: float, rows: float, share: float, worth: float = 1.0) -> float:
    """Probability of at least `count` of `rows` where each has it with this share (binomial)."""
    k, n = count * worth, rows * worth
    if k <= 0 or share >= 1:
        return 1.0
    return float(betainc(k, max(n - k, 0.0) + 1, max(share, 0.0)))


def chance_below(count: float, rows: float, share: float, worth: float = 1.0) -> float:
    """Probability of at most `count` of `rows` where each has it with this share (binomial)."""
    k, n = count * worth, rows * worth
    if k >= n or share <= 0:
        return 1.0
    return 1.0 - float(betainc(k + 1, n - k, min(share, 1.0)))


def chance_of_day(share: float, rows: float, days: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Probability of a share of a day so low, and of one so high, given (share, rows) of D ≥ 3 days before.

    Student's t of a new day: days differ by chance, by who listens on them, and by themselves, and what they differed
    by so far tells of all three. A day of fewer rows varies the more; none varies less than independent rows do.
    """
    shares, sizes = np.array([s for s, _ in days]), np.array([n for _, n in days])
    mean, usual = float(shares.mean()), float(sizes.mean())
    some = (mean * sizes.sum() + 1) / (sizes.sum() + 2)  # what never was may be
    least = some * (1 - some) / max(rows, 1.0)
    variance = max(float(shares.var(ddof=1)) * max(1.0, usual / max(rows, 1.0)), least) * (1 + 1 / len(days))
    low = float(stdtr(len(days) - 1, (share - mean) / math.sqrt(variance)))
    return low, 1 - low


def share_above(count: float, rows: float, share: float, odds: float, worth: float = 1.0) -> bool:
    """Whether `count` of `rows` is more than a share explains, but for once in 1/odds times."""
    return count > share * rows and chance_above(count, rows, share, worth) < odds


def share_below(count: float, rows: float, share: float, odds: float, worth: float = 1.0) -> bool:
    """Whether `count` of `rows` is less than a share explains, but for once in 1/odds times."""
    return count < share * rows and chance_below(count, rows, share, worth) < odds


def rows_below(count: float, expected: float, spread: float) -> float:
    """Probability of at most `count` rows where so many are expected, with a variance of `spread` times as many."""
    return float(gammaincc(count / spread + 1, expected / spread))


def rows_above(count: float, expected: float, spread: float) -> float:
    """Probability of at least `count` rows where so many are expected, with a variance of `spread` times as many."""
    return 1.0 if count <= 0 else float(gammainc(count / spread, expected / spread))


def band(rows: float, odds: float) -> float:
    """How far the distribution of a sample is from the true one at most (Dvoretzky, Kiefer, Wolfowitz, 1956)."""
    return math.sqrt(math.log(2 / odds) / (2 * max(rows, 1.0)))
