"""How many different values: the smallest hashes that were seen.

After Bar-Yossef et al., "Counting distinct elements in a data stream", 2002, and Beyer et al., "On synopses for
distinct-value estimation under multiset operations", SIGMOD 2007. Exact below the size of the sketch.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import msgspec
import numpy as np

from segue.checks.statistics.hashing import U64, hashed
from segue.core.types import I64

__all__ = ["ERROR", "SIZE", "Uniques", "hashed", "merged", "merged_all"]

SIZE = 1024
"""Hashes kept."""
ERROR = 1 / math.sqrt(SIZE - 2)
"""Standard error of an estimate, as a share of it."""
BYTES = 5
"""Kept of a hash: two different values have the same once in 10^12 times."""
_SPACE = 2.0 ** (8 * BYTES)
_DROPPED = np.uint64(64 - 8 * BYTES)


class Uniques(msgspec.Struct, frozen=True, omit_defaults=True):
    """The `size` smallest hashes, ascending; `packed` one after the other, BYTES each, the lowest byte first.

    `times` is how often the value of each was seen, a byte each, 255 for that or more; empty where it was once each.
    """

    packed: bytes = b""
    size: int = SIZE
    times: bytes = b""

    @classmethod
    def of(cls, hashes: U64, size: int = SIZE, counts: I64 | None = None) -> Uniques:
        """Of the (N,) 64-bit hashes of values, of all or of each different one and how often it was seen."""
        if counts is None and len(hashes) > 8 * size:  # most of a large column cannot be among the smallest
            few = _of(hashes[hashes <= np.uint64(4 * size / len(hashes) * 2.0**64)] >> _DROPPED, None, size)
            if len(few) == size:
                return few
        return _of(hashes >> _DROPPED, counts, size)

    @property
    def kept(self) -> U64:
        """(K,) the hashes."""
        wide = np.zeros((len(self), 8), np.uint8)
        wide[:, :BYTES] = np.frombuffer(self.packed, np.uint8).reshape(-1, BYTES)
        return wide.view("<u8")[:, 0]

    @property
    def hashes(self) -> list[int]:
        return [int(h) for h in self.kept]

    def __len__(self) -> int:
        """Hashes kept."""
        return len(self.packed) // BYTES

    @property
    def repeated(self) -> float:
        """Share of the different values that were seen more than once: of those kept, which are as if drawn by lot."""
        return sum(n > 1 for n in self.times) / len(self) if self.times else 0.0

    @property
    def exact(self) -> bool:
        return len(self) < self.size

    @property
    def error(self) -> float:
        """Standard error of `count` as a share of it; 0 where it is exact."""
        return 0.0 if self.exact else 1 / math.sqrt(self.size - 2)

    @property
    def count(self) -> float:
        """Different values; within `error` of the truth two times of three."""
        if self.exact:
            return float(len(self))
        return (self.size - 1) / (int(self.kept[-1]) / _SPACE)

    def shared(self, other: Uniques) -> float:
        """Share of the different values of both that both have (Jaccard)."""
        if not self.packed and not other.packed:
            return 0.0
        union = merged(self, other).hashes
        mine, theirs = set(self.hashes), set(other.hashes)
        return sum(h in mine and h in theirs for h in union) / len(union)


def merged(a: Uniques, b: Uniques) -> Uniques:
    return merged_all((a, b))


def merged_all(sketches: Iterable[Uniques]) -> Uniques:
    """Of all, as small as the smallest of them."""
    given = list(sketches)
    size, some = min(s.size for s in given), [s for s in given if s.packed]
    if len(some) < 2:
        return Uniques(some[0].packed[: size * BYTES], size, some[0].times[:size]) if some else Uniques(size=size)
    times = b"".join(s.times or b"\1" * len(s) for s in some)
    kept = Uniques(b"".join(s.packed for s in some)).kept
    return _of(kept, np.frombuffer(times, np.uint8).astype(np.int64), size)


def _of(hashes: U64, counts: I64 | None, size: int) -> Uniques:
    """Of (N,) hashes of BYTES, each seen once or `counts` times."""
    order = None if counts is None else np.argsort(hashes, kind="stable")
    ordered = np.sort(hashes) if order is None else hashes[order]
    new = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    (first,) = new.nonzero()
    if order is None or counts is None:
        seen = np.diff(first, append=len(ordered))
    else:
        seen = np.add.reduceat(counts[order], first) if len(first) else first
    kept, seen = ordered[first[:size]], seen[:size]
    times = np.minimum(seen, 255).astype(np.uint8).tobytes() if (seen > 1).any() else b""
    return Uniques(kept.astype("<u8").view(np.uint8).reshape(-1, 8)[:, :BYTES].tobytes(), size, times)
