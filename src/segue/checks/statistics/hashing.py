"""Hashes of 64 bits that are the same on every machine and under every version of every library.

A number hashes as the 64-bit float that it is, so 1 and 1.0 are the same value. A text hashes as its UTF-8 bytes, in
words of eight: each word is mixed and multiplied by a factor of its place, and the sum is finished as a number is, by
the finalizer of Steele, Lea and Flood's SplitMix (OOPSLA 2014). Both are done block by block, to stay in the cache.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from segue.core.types import F64, I64

U64 = NDArray[np.uint64]

LONGEST = 1024
"""Bytes of a text that are hashed; of a longer one its length counts as well."""
BLOCK = 8192
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
    """Texts or binary values, one after the other in memory."""

    words: U64  # all bytes, in words of eight, and two words more
    ends: I64  # (N+1,) where each value begins and the last ends, in bytes
    lengths: I64  # (N,) bytes, of the whole value also where only its head is in `words`; 0 where there is none
    ascii: bool  # no byte of any value has its first bit set

    @classmethod
    def of(cls, column: pl.Series) -> Bytes:
        text = isinstance(column.dtype, pl.String)
        lengths = (column.str.len_bytes() if text else column.bin.size()).fill_null(0).cast(pl.Int64)
        long = int(lengths.max() or 0) > LONGEST  # type: ignore[arg-type]
        if long:  # only the heads are copied
            column = column.cast(pl.Binary).bin.slice(0, LONGEST)
        raw = column.to_arrow()
        _, ends, data = raw.buffers()
        places = np.frombuffer(ends, np.int64)[raw.offset : raw.offset + len(raw) + 1]
        first, last = int(places[0]), int(places[-1])
        words = np.zeros((last - first) // 8 + 2, np.uint64)
        if last > first:
            words.view(np.uint8)[: last - first] = np.frombuffer(data, np.uint8, last - first, first)
        return cls(words, places - first, lengths.to_numpy(), not long and not (words & _HIGH).any())

    def hashes(self) -> U64:
        """(N,) those of missing values mean nothing."""
        out = self.lengths.astype(np.uint64)
        for start in range(0, len(out), BLOCK):
            _hash_block(out[start : start + BLOCK], self.words, self.ends[start : start + BLOCK + 1])
        return out


def _hash_block(out: U64, words: U64, ends: I64) -> None:
    """Texts into `out`, which holds their lengths; `ends` are where each begins and the last ends, in bytes."""
    out *= np.uint64(_B)
    left, at = np.diff(ends), ends[:-1] >> 3
    shift = (ends[:-1] & 7).astype(np.uint64) * np.uint64(8)
    rest = np.uint64(63) - shift
    word, spare = words.take(at), np.empty(len(out), np.uint64)
    shortest = int(left.min())
    for done in range(0, int(left.max()), 8):
        at += 1
        following = words.take(at, mode="clip")
        word >>= shift
        np.left_shift(following, np.uint64(1), out=spare)
        spare <<= rest
        word |= spare
        if done + 8 > shortest:
            word &= _FIRST_BYTES.take(left, mode="clip")
        word *= np.uint64(_A)
        np.right_shift(word, np.uint64(32), out=spare)
        word ^= spare
        word *= np.uint64(_B * (done + 1) % 2**64 | 1)
        out += word
        word = following
        left -= 8
    _finish(out)


def _finish(x: U64) -> None:
    """Mix (N,) words in place."""
    spare = np.empty_like(x)
    for shift, factor in ((30, _A), (27, _B)):
        np.right_shift(x, np.uint64(shift), out=spare)
        x ^= spare
        x *= np.uint64(factor)
    np.right_shift(x, np.uint64(31), out=spare)
    x ^= spare
