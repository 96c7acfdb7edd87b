"""Quantiles and histograms of numbers: counts in buckets whose width is a fixed share of the value.

Merging adds counts, so a month of daily sketches says exactly what one pass over the month says. After Masson, Rim and
Lee, "DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees", VLDB 2019.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np

from segue.core.types import F64, I64

ERROR = 0.01
"""A quantile is off by at most this share of its value."""
SMALLEST = 1e-9
"""Numbers nearer to zero than this count as zero."""
_WIDTH = math.log((1 + ERROR) / (1 - ERROR))
_SHIFT = 1 - math.ceil(math.log(SMALLEST) / _WIDTH)  # the bucket of SMALLEST is 1, that of 0 is 0, negatives below


class Buckets(msgspec.Struct, frozen=True):
    """How many numbers fell into each bucket. `keys` ascend as the numbers do."""

    keys: list[int] = []
    counts: list[int] = []

    @classmethod
    def of(cls, values: F64) -> Buckets:
        """Of (N,) finite numbers."""
        if not len(values):
            return cls()
        keys = keys_of(values)
        low = int(keys.min())
        counts = np.bincount(keys - low)
        (filled,) = counts.nonzero()
        return cls((filled + low).tolist(), counts[filled].tolist())

    @property
    def total(self) -> int:
        return sum(self.counts)

    def middles(self) -> F64:
        """(B,) the number each bucket stands for: at most ERROR of itself away from any number in the bucket."""
        keys = np.asarray(self.keys, np.int64)
        size = np.exp((np.abs(keys) - _SHIFT) * _WIDTH) * (2 / (1 + math.exp(_WIDTH)))
        middles: F64 = np.where(keys == 0, 0.0, np.sign(keys) * size)
        return middles

    def quantiles(self, shares: F64) -> F64:
        """(Q,) the numbers below which these shares lie; NaN where there are none."""
        if not self.counts:
            return np.full(len(shares), np.nan)
        upto = np.cumsum(self.counts)
        place = np.searchsorted(upto, np.asarray(shares) * (upto[-1] - 1), side="right")
        found: F64 = self.middles()[place.clip(max=len(upto) - 1)]
        return found

    def quantile(self, share: float) -> float:
        return float(self.quantiles(np.array([share]))[0])


def keys_of(values: F64) -> I64:
    """(N,) the bucket of each number."""
    size = np.abs(values)
    keys = np.sign(values) * (np.ceil(np.log(np.maximum(size, SMALLEST)) / _WIDTH) + _SHIFT)
    found: I64 = np.where(size < SMALLEST, 0.0, keys).astype(np.int64)
    return found


def merged(a: Buckets, b: Buckets) -> Buckets:
    counts = dict(zip(a.keys, a.counts))
    for key, count in zip(b.keys, b.counts):
        counts[key] = counts.get(key, 0) + count
    keys = sorted(counts)
    return Buckets(keys, [counts[k] for k in keys])


def aligned(a: Buckets, b: Buckets) -> tuple[I64, F64, F64]:
    """(B,) buckets that either has, (B,) counts of `a`, (B,) counts of `b`."""
    keys = np.union1d(np.asarray(a.keys, np.int64), np.asarray(b.keys, np.int64))
    both = []
    for sketch in (a, b):
        counts = np.zeros(len(keys))
        counts[np.searchsorted(keys, np.asarray(sketch.keys, np.int64))] = sketch.counts
        both.append(counts)
    return keys, both[0], both[1]
