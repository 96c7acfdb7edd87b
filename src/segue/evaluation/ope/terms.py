"""What every estimator gives: sums over pages. A value is a sum of ratios of two means; one code makes all intervals.

An unweighted mean is the ratio over ones; a self-normalized estimator divides by its own weights; a self-normalized
slate estimator has one ratio a slot.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segue.core.types import F64


@dataclass(frozen=True, slots=True)
class Terms:
    """Value = Σ_m Σ_i num[i, m] / Σ_i den[i, m], over P pages and M ratios."""

    num: F64  # (P, M)
    den: F64  # (P, M)

    def __post_init__(self) -> None:
        if self.num.shape != self.den.shape or self.num.ndim != 2:
            raise ValueError(f"{self.num.shape=} {self.den.shape=}")

    @property
    def value(self) -> float:
        """NaN where a denominator is 0: the target never does what was logged."""
        below = self.den.sum(axis=0)
        if np.any(below == 0):
            return float("nan")
        return float((self.num.sum(axis=0) / below).sum())

    @property
    def influence(self) -> F64:
        """(P,) how much each page moves the value, times P: their mean is 0, their spread gives the standard error."""
        below = self.den.mean(axis=0)
        ratio = self.num.mean(axis=0) / below
        out: F64 = ((self.num - ratio * self.den) / below).sum(axis=1)
        return out

    def by(self, cluster: np.ndarray, clusters: int) -> Terms:
        """The same sums over clusters of pages: `cluster` (P,) in 0…clusters-1. The value stays."""
        num = np.stack([np.bincount(cluster, n, clusters) for n in self.num.T], axis=1)
        den = np.stack([np.bincount(cluster, d, clusters) for d in self.den.T], axis=1)
        return Terms(num.astype(np.float64), den.astype(np.float64))


def mean_of(values: F64) -> Terms:
    """Terms of a plain mean of values (P,)."""
    return Terms(values[:, None], np.ones((len(values), 1)))
