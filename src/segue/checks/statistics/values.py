"""The values of one column of one batch as arrays, of which statistics are made, of all rows and of slices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from segue.checks.statistics.columns import ColumnStatistics, Numbers, Type, numbers_of
from segue.checks.statistics.hashing import U64
from segue.checks.statistics.times import Times
from segue.checks.statistics.tops import SIZE, Tops
from segue.checks.statistics.uniques import Uniques
from segue.core.types import F64, I64, Bools


@dataclass(frozen=True, slots=True)
class Arrays:
    """(V,) of each of V values, as far as its type has it."""

    hashes: U64 | None = None
    numbers: F64 | None = None  # may be NaN or infinite
    lengths: I64 | None = None
    at: I64 | None = None  # UTC ms
    numeric: Bools | None = None  # whether a text reads as a number

    def pick(self, which: Any) -> Arrays:
        """Those of a slice, of a mask or of places."""
        found = (getattr(self, name) for name in self.__slots__)
        return Arrays(*(None if array is None else array[which] for array in found))


@dataclass(frozen=True, slots=True)
class Values:
    """R rows. `arrays` hold a value a row, or, where there are `few` different ones, each of those once.

    `codes` (R,) say which of the `labels` a row has: L of them where there are few, else the frequent ones. A code of L
    is none of them: no value, or no frequent one. Where `known` (R,) is False there is no value, whatever is held.
    """

    name: str
    type: Type
    rows: int
    arrays: Arrays = Arrays()
    known: Bools | None = None  # None: every row has a value
    few: bool = False
    codes: NDArray[Any] | None = None
    labels: tuple[str, ...] = ()
    short: int = 0  # rows that a value without a label can have at most
    items: Values | None = None  # of all lists, one after the other; `arrays` then hold the lengths of the lists
    examples: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        return self.type == "int"

    def finite_rows(self) -> tuple[F64, Bools | None]:
        """(R,) the number of each row, 0 where there is no finite one; and (R,) where that is, None for nowhere."""
        numbers = self.arrays.numbers
        if numbers is None:
            return np.zeros(self.rows), np.ones(self.rows, np.bool_)
        if self.few and self.codes is not None:
            finite = np.append(np.isfinite(numbers), False)
            lacking = None if self.known is None and finite[:-1].all() else ~finite[self.codes]
            return np.append(np.where(finite[:-1], numbers, 0.0), 0.0)[self.codes], lacking
        held = np.isfinite(numbers)
        if self.known is not None:
            held &= self.known
        return (numbers, None) if held.all() else (np.where(held, numbers, 0.0), ~held)

    def statistics(self) -> ColumnStatistics:
        """Of all rows."""
        counts = None if self.codes is None else np.bincount(self.codes, minlength=len(self.labels) + 1)[:-1]
        weights, arrays = None, self.arrays
        if self.few and counts is not None:
            present = counts > 0
            weights, arrays = counts[present], arrays.pick(present)
        elif self.known is not None:
            arrays = arrays.pick(self.known)
        values = self.rows if self.known is None else int(np.count_nonzero(self.known))
        numbers, nans, infinite = finite_numbers(arrays.numbers, weights, self.whole)
        found = ColumnStatistics(
            name=self.name,
            type=self.type,
            rows=self.rows,
            missing=self.rows - values,
            nans=nans,
            infinite=infinite,
            numeric=0
            if arrays.numeric is None
            else int(arrays.numeric.sum() if weights is None else arrays.numeric @ weights),
            unique=Uniques() if arrays.hashes is None else Uniques.of(arrays.hashes, counts=weights),
            top=self._top(counts),
            numbers=numbers,
            lengths=None if arrays.lengths is None else numbers_of(arrays.lengths, weights, whole=True),
            times=Times.of(arrays.at) if arrays.at is not None and len(arrays.at) else None,
            examples=self.examples,
        )
        if self.items is None:
            return found
        inner = self.items.statistics()
        return msgspec.structs.replace(
            found, unique=inner.unique, top=inner.top, numbers=inner.numbers, nans=inner.nans, infinite=inner.infinite
        )

    def _top(self, counts: I64 | None) -> Tops | None:
        if counts is None:
            return Tops() if self.known is not None and not self.known.any() else None
        return top_of(self.labels, counts, min(self.short, self.rows))


def top_of(labels: tuple[str, ...], counts: I64, short: int, size: int = SIZE) -> Tops:
    """Of (L,) counts of labels."""
    (some,) = counts.nonzero()
    if len(some) > size:  # as `Tops.of` would, without sorting them all
        room = size // 4
        cut = int(np.partition(counts[some], -room - 1)[-room - 1])
        some = some[counts[some] > cut]
        counts, short = counts - cut, short + cut
    found: dict[str, int] = {}
    for n, count in zip(some.tolist(), counts[some].tolist()):
        found[labels[n]] = found.get(labels[n], 0) + count  # long texts may begin alike and share a label
    return Tops.of(found.items(), short, size)


def finite_numbers(x: F64 | None, counts: I64 | None, whole: bool) -> tuple[Numbers | None, int, int]:
    """Of the finite ones; how many are NaN; how many are infinite."""
    if x is None:
        return None, 0, 0
    finite = np.isfinite(x)
    if finite.all():
        return numbers_of(x, counts, whole=whole), 0, 0
    ones = np.ones(len(x), np.int64) if counts is None else counts
    nans = int(ones[np.isnan(x)].sum())
    numbers = numbers_of(x[finite], None if counts is None else counts[finite], whole=whole)
    return numbers, nans, int(ones[~finite].sum()) - nans
