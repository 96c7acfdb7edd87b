"""Slices of a batch: the rows are put in the order of their slices once, then every column is counted for all at once.

There are many slices, so each keeps less than a table does: quantiles within BITS bits, few hashes and frequent values,
rows a day; no lengths, languages or examples, and no columns of which it has no value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from segue.checks.statistics.buckets import Buckets, keys_of
from segue.checks.statistics.columns import ColumnStatistics, Numbers, kept_number, numbers_of
from segue.checks.statistics.tables import SLICES, TableStatistics, other_slice, slice_name
from segue.checks.statistics.times import Times
from segue.checks.statistics.uniques import Uniques
from segue.checks.statistics.values import Values, top_of
from segue.core.errors import UsageError
from segue.core.types import F64, I64, Bools

BITS = 3
"""Of the buckets of numbers: quantiles are off by at most 6 %."""
HASHES = 16
"""Of different values: their number is exact where there are fewer than this, else off by a quarter."""
TOPS = 32
"""Frequent values."""
DAYS = 400
"""Days with rows; where there are more, weeks."""
ROOM = 4 * SLICES
"""Slices told apart in one batch."""
LISTED = 1 << 20
"""Keys of slices, or of buckets of slices, that are counted by their place."""


class Groups:
    """(N,) rows put in order of their slices."""

    def __init__(self, slots: NDArray[np.uint16], slices: int) -> None:
        self.slots, self.slices = slots, slices
        self.rows = np.bincount(slots, minlength=slices + 1)[:slices]
        self.order = np.argsort(slots, kind="stable")[: self.rows.sum()]
        self.bounds = np.concatenate([[0], np.cumsum(self.rows)])

    def among(self, mask: Bools | None) -> tuple[I64, I64]:
        """Rows that the mask keeps, slice by slice, and (S+1,) where each slice begins and the last ends."""
        if mask is None:
            return self.order, self.bounds
        kept = mask[self.order]
        return self.order[kept], np.concatenate([[0], np.cumsum(kept)])[self.bounds]

    def table(self, values: Values) -> I64:
        """(S, L+1) rows of each slice with each code."""
        width = len(values.labels) + 1
        assert values.codes is not None
        counts = np.bincount(self.slots * np.int64(width) + values.codes, minlength=(self.slices + 1) * width)
        return counts[: self.slices * width].reshape(self.slices, width)


def sliced(columns: Mapping[str, Values], by: Sequence[str]) -> list[TableStatistics]:
    """Statistics of the slices by these columns. Rows that lack one of them are in none."""
    names, slots = _slots([columns[c] for c in by])
    groups = Groups(slots, len(names))
    found: list[dict[str, ColumnStatistics]] = [{} for _ in names]
    for name, values in columns.items():
        for columns_of, statistics in zip(found, _few(values, groups) if values.few else _many(values, groups)):
            if statistics.missing < statistics.rows:
                columns_of[name] = statistics
    return [
        TableStatistics(name=slice_name(where), rows=int(rows), columns=held, where=where)
        for where, rows, held in zip(names, groups.rows, found)
        if rows
    ]


def _few(values: Values, groups: Groups) -> Iterator[ColumnStatistics]:
    table, arrays = groups.table(values), values.arrays
    for rows, counts in zip(groups.rows.tolist(), table):
        present = counts[:-1] > 0
        hashes, numbers = arrays.hashes, arrays.numbers
        yield ColumnStatistics(
            name=values.name,
            type=values.type,
            rows=rows,
            missing=int(counts[-1]),
            unique=Uniques.of(hashes[present], HASHES, counts[:-1][present]) if hashes is not None else Uniques(),
            top=top_of(values.labels, counts[:-1], 0, size=TOPS),
            numbers=None if numbers is None else numbers_of(numbers[present], counts[:-1][present], BITS, values.whole),
        )


def _many(values: Values, groups: Groups) -> Iterator[ColumnStatistics]:
    rows, bounds = groups.among(values.known)
    arrays, slices = values.arrays, range(groups.slices)
    hashes = None if arrays.hashes is None else arrays.hashes[rows]
    at = None if arrays.at is None else arrays.at[rows]
    numbers: Sequence[Numbers | None] = [None for _ in slices]
    nans = infinite = np.zeros(groups.slices, np.int64)
    if arrays.numbers is not None:
        x = arrays.numbers[rows]
        finite = np.isfinite(x)
        if finite.all():
            numbers = _numbers(x, bounds, values.whole)
        else:
            within = np.concatenate([[0], np.cumsum(finite)])[bounds]
            numbers = _numbers(x[finite], within, values.whole)
            nans = np.diff(np.concatenate([[0], np.cumsum(np.isnan(x))])[bounds])
            infinite = np.diff(bounds) - np.diff(within) - nans
    table = None if values.codes is None else groups.table(values)
    for n in slices:
        total, a, b = int(groups.rows[n]), bounds[n], bounds[n + 1]
        yield ColumnStatistics(
            name=values.name,
            type=values.type,
            rows=total,
            missing=total - int(b - a),
            nans=int(nans[n]),
            infinite=int(infinite[n]),
            unique=Uniques() if hashes is None else Uniques.of(hashes[a:b], HASHES),
            top=None if table is None else top_of(values.labels, table[n, :-1], min(values.short, total), size=TOPS),
            numbers=numbers[n],
            times=Times.of(at[a:b], DAYS, 24) if at is not None and b > a else None,
        )


def _numbers(x: F64, bounds: I64, whole: bool) -> list[Numbers | None]:
    """Of (K,) finite numbers, slice by slice."""
    counts = np.diff(bounds)
    (filled,) = counts.nonzero()
    found: list[Numbers | None] = [Numbers(count=0, whole=whole) for _ in counts]
    if not len(filled):
        return found
    starts, n = bounds[:-1][filled], counts[filled]
    with np.errstate(over="ignore", invalid="ignore"):
        means = np.add.reduceat(x, starts) / n
        apart = x - np.repeat(means, n)
        squares = np.add.reduceat(apart * apart, starts)
    least, most = np.minimum.reduceat(x, starts), np.maximum.reduceat(x, starts)
    negatives = np.add.reduceat((x < 0).astype(np.int64), starts)
    keys = keys_of(x, BITS)
    low = int(keys.min())
    span = int(keys.max()) - low + 1
    keys += np.repeat(np.arange(len(n)) * span - low, n)
    if len(n) * span <= LISTED:
        rows = np.bincount(keys)
        (keys,) = rows.nonzero()
        rows = rows[keys]
    else:
        keys, rows = np.unique(keys, return_counts=True)
    ends = np.searchsorted(keys, np.arange(1, len(n) + 1) * span)
    start = 0
    for i, (place, end) in enumerate(zip(filled.tolist(), ends.tolist())):
        held = keys[start:end] + (low - i * span)
        zero = held == 0
        found[place] = Numbers(
            count=int(n[i]),
            zeros=int(rows[start:end][zero].sum()),
            negatives=int(negatives[i]),
            min=float(least[i]),
            max=float(most[i]),
            mean=kept_number(float(means[i])),
            squares=kept_number(float(squares[i])),
            buckets=Buckets(held.tolist(), rows[start:end].tolist(), BITS),
            whole=whole,
        )
        start = end
    return found


def _slots(columns: Sequence[Values]) -> tuple[list[dict[str, str]], NDArray[np.uint16]]:
    """S slices by their values, the last that of what is rare; and (N,) the slice of each row, S for none."""
    rows = columns[0].rows
    key, gone, size = np.zeros(rows, np.int64), np.zeros(rows, np.bool_), 1
    for column in columns:
        if column.known is not None:
            gone |= ~column.known
        if column.codes is None and not gone.all():
            raise UsageError(f"cannot slice by {column.name}, a column of type {column.type}; by text, bool or int")
        if column.codes is not None:
            key *= len(column.labels) + 1
            key += column.codes
            size *= len(column.labels) + 1
    if size > LISTED:
        different, key = np.unique(key, return_inverse=True)
    else:
        different = np.arange(size)
    counts = np.bincount(key[~gone] if gone.any() else key, minlength=len(different))
    names: list[dict[str, str]] = []
    place = np.zeros(len(different), np.uint16)
    for n in np.argsort(-counts, kind="stable")[:ROOM]:
        if counts[n] and (values := _values(columns, int(different[n]))):
            names.append(values)
            place[n] = len(names)  # 0 is what is left
    slots = place[key]
    slots -= 1  # turns 0 into the largest
    slots[slots > len(names)] = len(names)
    slots[gone] = len(names) + 1
    return [*names, other_slice(c.name for c in columns)], slots


def _values(columns: Sequence[Values], key: int) -> dict[str, str] | None:
    """The values behind a key; None where one is too rare to have a label."""
    found = {}
    for column in reversed(columns):
        key, code = divmod(key, len(column.labels) + 1)
        if code == len(column.labels):
            return None
        found[column.name] = column.labels[code]
    return found
