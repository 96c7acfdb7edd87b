"""Hashes of 64 bits that are the same on every machine and under every version of every library.

A number hashes as the 64-bit float that it is, so 1 and 1.0 are the same value. A text hashes as its UTF-8 bytes, in
words of eight: each word is mixed and multiplied by a factor of its place, and the sum is finished as a number is, by
the finalizer of Steele, Lea and Flood's SplitMix (OOPSLA 2014). Both are done block by block, to stay in the cache.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from segue.core.types import F64, I64, Bools

U64 = NDArray[np.uint64]

LONGEST = 1024
"""Bytes of a text that are hashed; of a longer one its length counts as well."""
BLOCK = 8192
"""Values that are hashed at once."""
_VIEWS = pl.CompatLevel.newest()
_INLINE = 12  # bytes of a value that lie in its view, see Arrow's layout of variable-size binary views
_A, _B = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_HIGH = np.uint64(0x8080808080808080)
_FIRST_BYTES = np.array([2 ** (8 * n) - 1 for n in range(9)], np.uint64)


def hashed(values: NDArray[Any]) -> U64:
    """(N,) hashes of (N,) 64-bit patterns."""
    x = np.ascontiguousarray(values).view(np.uint64)
    out = np.empty(len(x), np.uint64)
    for start in range(0, len(x), BLOCK):
        block = out[start : start + BLOCK]
        block[:] = x[start : start + BLOCK]
        _finish(block)
    return out


def hashed_numbers(values: F64) -> U64:
    """(N,) hashes of numbers; 0.0 and -0.0 are one, and so are all NaN."""
    x = values + 0.0
    nans = np.isnan(x)
    if nans.any():
        x[nans] = np.nan
    return hashed(x)


def hashed_whole(values: I64) -> U64:
    """(N,) hashes of whole numbers: of the float where one holds them exactly, else of the number itself."""
    x = values.astype(np.float64)
    if len(values) and max(abs(int(values.min())), abs(int(values.max()))) > 2**53:
        large = np.abs(x) > 2.0**53
        x[large] = values[large].view(np.float64)
    return hashed(x)


@dataclass(frozen=True, slots=True)
class Bytes:
    """(N,) texts or binary values where they lie in memory."""

    words: U64  # bytes in words of eight, and two words more
    starts: I64  # (N,) the first byte of each value
    lengths: I64  # (N,) bytes; 0 where there is no value

    @classmethod
    def of(cls, column: pl.Series, known: Bools | None = None) -> Bytes:
        """Of a column of one chunk. Nothing is copied twice, and of long values only the heads."""
        raw = column.to_arrow(compat_level=_VIEWS)
        _, views, *data = raw.buffers()
        view = np.frombuffer(views, np.uint32).reshape(-1, 4)[raw.offset : raw.offset + len(raw)]
        lengths = view[:, 0].astype(np.int64)
        if known is not None:
            lengths *= known
        long = lengths > _INLINE
        sizes = np.array([0 if block is None else block.size for block in data], np.int64)
        if sizes.sum() > 4 * np.minimum(lengths, LONGEST).sum() + BLOCK:  # a piece of a large column, or long values
            heads = column.cast(pl.Binary).bin.slice(0, LONGEST).to_arrow()
            _, ends, block = heads.buffers()
            starts = np.frombuffer(ends, np.int64)[heads.offset : heads.offset + len(heads)]
            return cls(_words([block]), starts, lengths)
        starts = np.arange(len(view)) * 16 + 4  # short values lie in the views themselves
        if len(sizes):
            first = np.cumsum(np.concatenate([[16 * len(view)], (sizes + 7) // 8 * 8]))[:-1]
            starts = np.where(long, first.take(view[:, 2], mode="clip") + view[:, 3], starts)
        return cls(_words([view, *data]), starts, lengths)

    def hashes(self) -> tuple[U64, bool]:
        """(N,) hashes, of which those of missing values mean nothing; and whether all is ASCII."""
        out, plain = self.lengths.astype(np.uint64), True
        left = np.minimum(self.lengths, LONGEST)
        for start in range(0, len(out), BLOCK):
            block = slice(start, start + BLOCK)
            plain &= _hash_block(out[block], self.words, self.starts[block], left[block])
        return out, plain


def _words(parts: Sequence[Any]) -> U64:
    """Buffers one after the other, each from a word of its own on."""
    raw = [np.frombuffer(p, np.uint8) if p is not None else np.zeros(0, np.uint8) for p in parts]
    words = np.zeros(sum((len(r) + 7) // 8 for r in raw) + 2, np.uint64)
    place, target = 0, words.view(np.uint8)
    for part in raw:
        target[place : place + len(part)] = part
        place += (len(part) + 7) // 8 * 8
    return words


def _hash_block(out: U64, words: U64, starts: I64, left: I64) -> bool:
    """Texts into `out`, which holds their lengths; whether no byte of them has its first bit set."""
    out *= np.uint64(_B)
    at = starts >> 3
    shift = (starts & 7).astype(np.uint64) << np.uint64(3)
    rest = np.uint64(63) - shift
    word, following, spare, seen = words.take(at), np.empty_like(out), np.empty_like(out), np.zeros_like(out)
    shortest = int(left.min())
    left = left.copy()
    for done in range(0, int(left.max()), 8):
        at += 1
        words.take(at, mode="clip", out=following)
        word >>= shift
        np.left_shift(following, np.uint64(1), out=spare)
        spare <<= rest
        word |= spare
        if done + 8 > shortest:
            word &= _FIRST_BYTES.take(left, mode="clip")
        seen |= word
        word *= np.uint64(_A)
        np.right_shift(word, np.uint64(32), out=spare)
        word ^= spare
        word *= np.uint64(_B * (done + 1) % 2**64 | 1)
        out += word
        word, following = following, word
        left -= 8
    _finish(out)
    return not (seen & _HIGH).any()


def _finish(x: U64) -> None:
    """Mix (N,) words in place."""
    spare = np.empty_like(x)
    for shift, factor in ((30, _A), (27, _B)):
        np.right_shift(x, np.uint64(shift), out=spare)
        x ^= spare
        x *= np.uint64(factor)
    np.right_shift(x, np.uint64(31), out=spare)
    x ^= spare
