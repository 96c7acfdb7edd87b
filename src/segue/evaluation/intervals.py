"""How far a mean over listeners may be trusted: percentile bootstrap (Efron, 1979), paired where models are compared.

Every model of a comparison is resampled with the same draws of listeners, so that a difference has its own, narrower
interval. A resample is a count of draws a listener; all figures of it come from one matrix product.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from segue.core.errors import UsageError
from segue.core.types import Ids

F64 = NDArray[np.float64]
_BLOCK = 2**22  # draws held at a time


class Interval(NamedTuple):
    """A mean and the range that holds `level` of its resamples. NaN where there is nothing to average."""

    mean: float
    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        return self.low > 0 or self.high < 0


def resampled_means(values: F64, resamples: int = 1000, seed: int = 0, owners: Ids | None = None) -> F64:
    """(R, M) means of the M columns of `values` (B, M) over R draws of listeners; NaN entries count in no mean.

    Where `owners` (B,) names a listener more than once, as when several random splits are pooled, all rows of a
    listener are drawn together: they are not independent.
    """
    if resamples < 1:
        raise UsageError(f"{resamples} resamples; it takes 1 or more, and 1000 for an interval")
    known = np.isfinite(values).astype(np.float64)
    clean = np.where(known > 0, values, 0.0)
    if owners is not None:
        _, group = np.unique(owners, return_inverse=True)
        rows = np.arange(len(values) + 1)
        together = sp.csr_array(
            (np.ones(len(values)), group, rows), shape=(len(values), int(group.max(initial=-1)) + 1)
        )
        known, clean = np.asarray(together.T @ known), np.asarray(together.T @ clean)
    b, m = clean.shape
    if b == 0:
        return np.full((resamples, m), np.nan)
    rng = np.random.default_rng(seed)
    out = np.empty((resamples, m))
    step = max(1, _BLOCK // b)
    for start in range(0, resamples, step):
        r = min(step, resamples - start)
        draws = rng.integers(0, b, (r, b)) + np.arange(r)[:, None] * b
        counts = np.bincount(draws.ravel(), minlength=r * b).reshape(r, b).astype(np.float64)
        sums, size = counts @ clean, counts @ known
        out[start : start + r] = np.divide(sums, size, out=np.full_like(sums, np.nan), where=size > 0)
    return out


def intervals(
    values: F64, level: float = 0.95, resamples: int = 1000, seed: int = 0, owners: Ids | None = None
) -> list[Interval]:
    """The interval of every column of `values` (B, M), from the same resamples."""
    if not 0 < level < 1:
        raise UsageError(f"a level of {level}; it lies between 0 and 1, as 0.95")
    drawn = resampled_means(values, resamples, seed, owners)
    tails = [(1 - level) / 2, (1 + level) / 2]
    return [_interval(values[:, j], drawn[:, j], tails) for j in range(values.shape[1])]


def interval(values: F64, level: float = 0.95, resamples: int = 1000, seed: int = 0) -> Interval:
    """The interval of the mean of `values` (B,)."""
    return intervals(values[:, None], level, resamples, seed)[0]


def paired(ours: F64, theirs: F64, level: float = 0.95, resamples: int = 1000, seed: int = 0) -> Interval:
    """The mean of ours - theirs (B,) over the same listeners, with its interval."""
    if ours.shape != theirs.shape:
        raise ValueError(f"pairs of the same listeners: {ours.shape=} {theirs.shape=}")
    return interval(ours - theirs, level, resamples, seed)


def _interval(values: F64, drawn: F64, tails: list[float]) -> Interval:
    drawn = drawn[np.isfinite(drawn)]
    if len(drawn) == 0:
        return Interval(float("nan"), float("nan"), float("nan"))
    low, high = np.quantile(drawn, tails)
    return Interval(float(np.nanmean(values)), float(low), float(high))
