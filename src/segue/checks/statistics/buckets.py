"""Quantiles and histograms of numbers: counts in buckets whose width is a fixed share of the value.

A bucket is the sign, the exponent and the first bits of the fraction of the number as the machine holds it, so no
logarithm is taken and no machine can disagree about an edge. Merging adds counts: a month of daily sketches says
exactly what one pass over the month says. After Masson, Rim and Lee, "DDSketch: a fast and fully-mergeable quantile
sketch with relative-error guarantees", VLDB 2019, with the log-linear buckets of Tene's HdrHistogram.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import numpy as np

from segue.core.types import F64, I64

BITS = 6
"""Bits of the fraction that are kept: each power of two has 2^BITS buckets."""
LIMIT = 4096
"""Buckets kept. Where more are filled, neighbours are joined, two and two, all of them alike."""
ERROR = 1 / (2 ** (BITS + 1) + 1)
"""A quantile is off by at most this share of its value, where no buckets were joined."""
SMALLEST = 2.0**-40
"""Numbers nearer to zero than this count as zero."""
_FRACTION = 52  # bits of the fraction of a 64-bit float
_FIRST = int(np.float64(SMALLEST).view(np.int64))  # the bucket of SMALLEST is 1, that of 0 is 0, negatives below
_LAST = int(np.float64(np.inf).view(np.int64)) - 1


class Buckets(msgspec.Struct, frozen=True, omit_defaults=True):
    """How many numbers fell into each bucket. `keys` ascend as the numbers do."""

    keys: list[int] = []
    counts: list[int] = []
    bits: int = BITS

    @classmethod
    def of(cls, values: F64, counts: I64 | None = None, bits: int = BITS) -> Buckets:
        """Of (N,) finite numbers, each seen once or `counts` times."""
        if not len(values):
            return cls(bits=bits)
        keys = keys_of(values, bits)
        low = int(keys.min())
        keys -= low
        if counts is None:
            found = np.bincount(keys)
        else:
            found = np.bincount(keys, counts).astype(np.int64)
        (filled,) = found.nonzero()
        return _within_limit(filled + low, found[filled], bits)

    @property
    def total(self) -> int:
        return sum(self.counts)

    @property
    def error(self) -> float:
        """A quantile is off by at most this share of its value."""
        return 1 / (2.0 ** (self.bits + 1) + 1)

    def edges(self) -> tuple[F64, F64]:
        """(B,) the smallest number of each bucket in size, (B,) the largest; both 0 for the bucket of 0."""
        keys = np.asarray(self.keys, np.int64)
        size = np.maximum(np.abs(keys) - 1, 0)
        near = ((size << (_FRACTION - self.bits)) + _FIRST).view(np.float64)
        far = np.minimum(((size + 1) << (_FRACTION - self.bits)) + _FIRST, _LAST).view(np.float64)
        return np.sign(keys) * near, np.sign(keys) * far

    def middles(self) -> F64:
        """(B,) the number each bucket stands for: at most `error` of itself away from any number in the bucket."""
        near, far = self.edges()
        middles: F64 = near * (2 / (1 + np.divide(near, far, out=np.ones_like(near), where=far != 0)))
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

    def coarser(self, bits: int) -> Buckets:
        """With fewer bits of the fraction; itself where it has no more than that."""
        if bits >= self.bits:
            return self
        keys = np.asarray(self.keys, np.int64)
        joined = np.sign(keys) * ((np.abs(keys) - 1 >> self.bits - bits) + 1)
        different, where = np.unique(joined, return_inverse=True)
        counts = np.bincount(where, self.counts).astype(np.int64)
        return Buckets(different.tolist(), counts.tolist(), bits)


def _within_limit(keys: I64, counts: I64, bits: int) -> Buckets:
    """As fine as LIMIT allows; of a part no coarser than of the whole, so the order of merging does not matter."""
    found = Buckets(keys.tolist(), counts.tolist(), bits)
    while len(found.keys) > LIMIT and found.bits > 0:
        found = found.coarser(found.bits - 1)
    return found


def keys_of(values: F64, bits: int = BITS) -> I64:
    """(N,) the bucket of each number."""
    x = np.ascontiguousarray(values, np.float64)
    pattern = x.view(np.int64)
    below = pattern < 0
    keys = pattern & np.int64(2**63 - 1) if below.any() else pattern - np.int64(0)
    keys -= _FIRST
    keys >>= _FRACTION - bits
    keys += 1
    np.maximum(keys, 0, out=keys)
    if below.any():
        np.negative(keys, out=keys, where=below)
    return keys


def merged(a: Buckets, b: Buckets) -> Buckets:
    return merged_all((a, b))


def merged_all(sketches: Iterable[Buckets]) -> Buckets:
    """Of all, as coarse as the coarsest of them."""
    given = [s for s in sketches if s.keys]
    if len(given) < 2:
        return given[0] if given else Buckets()
    bits = min(s.bits for s in given)
    given = [s.coarser(bits) for s in given]
    keys, where = np.unique(np.concatenate([s.keys for s in given]), return_inverse=True)
    counts = np.bincount(where, np.concatenate([s.counts for s in given])).astype(np.int64)
    return _within_limit(keys, counts, bits)


def aligned(a: Buckets, b: Buckets) -> tuple[I64, F64, F64]:
    """(B,) buckets that either has, (B,) counts of `a`, (B,) counts of `b`; of both at the coarser's bits."""
    bits = min(a.bits, b.bits)
    a, b = a.coarser(bits), b.coarser(bits)
    keys = np.union1d(np.asarray(a.keys, np.int64), np.asarray(b.keys, np.int64))
    both = []
    for sketch in (a, b):
        counts = np.zeros(len(keys))
        counts[np.searchsorted(keys, np.asarray(sketch.keys, np.int64))] = sketch.counts
        both.append(counts)
    return keys, both[0], both[1]
