"""How many different values: the smallest hashes that were seen.

After Bar-Yossef et al., "Counting distinct elements in a data stream", 2002, and Beyer et al., "On synopses for
distinct-value estimation under multiset operations", SIGMOD 2007. Exact below the size of the sketch.
"""

from __future__ import annotations

import math
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

SIZE = 1024
"""Hashes kept."""
ERROR = 1 / math.sqrt(SIZE - 2)
"""Standard error of an estimate, as a share of it."""


class Uniques(msgspec.Struct, frozen=True):
    """The `SIZE` smallest hashes, ascending."""

    hashes: list[int] = []

    @classmethod
    def of(cls, hashes: NDArray[np.uint64]) -> Uniques:
        """Of the (N,) hashes of all values."""
        if len(hashes) > 4 * SIZE:  # most of a large column cannot be among the smallest
            different = np.unique(hashes[hashes <= np.uint64(4 * SIZE / len(hashes) * 2.0**64)])
            if len(different) < SIZE:
                different = np.unique(hashes)
        else:
            different = np.unique(hashes)
        return cls(different[:SIZE].tolist())

    @property
    def exact(self) -> bool:
        return len(self.hashes) < SIZE

    @property
    def count(self) -> float:
        """Different values; within ERROR of the truth two times of three."""
        if self.exact:
            return float(len(self.hashes))
        return (SIZE - 1) / (self.hashes[-1] / 2.0**64)

    def shared(self, other: Uniques) -> float:
        """Share of the different values of both that both have (Jaccard)."""
        if not self.hashes and not other.hashes:
            return 0.0
        union = merged(self, other).hashes
        mine, theirs = set(self.hashes), set(other.hashes)
        return sum(h in mine and h in theirs for h in union) / len(union)


def merged(a: Uniques, b: Uniques) -> Uniques:
    return Uniques(np.unique(np.array(a.hashes + b.hashes, np.uint64))[:SIZE].tolist())


def hashed(values: NDArray[Any]) -> NDArray[np.uint64]:
    """(N,) hashes of (N,) 64-bit patterns, the same on every machine: the finalizer of splitmix64."""
    x = np.ascontiguousarray(values).view(np.uint64).copy()
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        x ^= x >> np.uint64(shift)
        x *= np.uint64(factor)
    return x ^ (x >> np.uint64(31))
