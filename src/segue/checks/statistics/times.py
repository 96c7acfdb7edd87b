"""When the rows of a column of times happened: rows an hour, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import msgspec
import numpy as np

from segue.core.types import I64

HOUR = 3_600_000
LIMIT = 10_000
"""Hours kept, more than a year of them; where there are more, days, then weeks and so on."""
_STEPS = (1, 24, 24 * 7, 24 * 7 * 4, 24 * 7 * 52, 24 * 7 * 5200)


class Times(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When the rows of a column of times happened."""

    first: int  # UTC ms
    last: int
    hours: dict[int, int] = {}  # hours since 1970 → rows
    step: int = 1  # hours that each of `hours` stands for: itself and those after it
    limit: int = LIMIT

    @classmethod
    def of(cls, at: I64, limit: int = LIMIT, step: int = 1) -> Times:
        """Of (N,) UTC ms, of one row each, at least one."""
        hours = at // (HOUR * step) * step
        first, last = int(at.min()), int(at.max())
        low = first // (HOUR * step) * step
        if last // HOUR - low < 4 * len(at) + 10_000:
            rows = np.bincount(hours - low)
            (found,) = rows.nonzero()
            hours, rows = found + low, rows[found]
        else:
            hours, rows = np.unique(hours, return_counts=True)
        return _within_limit(first, last, hours, rows, step, limit)

    def days(self) -> dict[int, int]:
        """Days since 1970, UTC → rows; in order, only days that have any."""
        found: dict[int, int] = {}
        for hour in sorted(self.hours):
            found[hour // 24] = found.get(hour // 24, 0) + self.hours[hour]
        return found

    def by_hour(self) -> list[int]:
        """Rows in each of the 24 hours of the day, UTC; empty where hours are no longer known."""
        if self.step > 1:
            return []
        found = [0] * 24
        for hour, rows in self.hours.items():
            found[hour % 24] += rows
        return found

    def gaps(self, least: int = 2) -> list[tuple[int, int]]:
        """(first hour without rows, how many in a row), for every stretch of at least `least` hours."""
        found = [(a + self.step, b - a - self.step) for a, b in pairwise(sorted(self.hours))]
        return [(hour, length) for hour, length in found if length >= max(least, 1)]


def _within_limit(first: int, last: int, hours: I64, rows: I64, step: int, limit: int) -> Times:
    """In the smallest steps that the limit allows; of a part no longer than of the whole."""
    for longer in _STEPS:
        if longer > step and len(hours) > limit:
            hours, where = np.unique(hours // longer * longer, return_inverse=True)
            rows, step = np.bincount(where, rows).astype(np.int64), longer
    return Times(first=first, last=last, hours=dict(zip(hours.tolist(), rows.tolist())), step=step, limit=limit)


def merged_times(given: Iterable[Times | None]) -> Times | None:
    parts = [t for t in given if t is not None]
    if len(parts) < 2:
        return parts[0] if parts else None
    step, limit = max(t.step for t in parts), min(t.limit for t in parts)
    hours = np.concatenate([np.fromiter(t.hours, np.int64, len(t.hours)) for t in parts]) // step * step
    rows = np.concatenate([np.fromiter(t.hours.values(), np.int64, len(t.hours)) for t in parts])
    different, where = np.unique(hours, return_inverse=True)
    counts = np.bincount(where, rows).astype(np.int64)
    first, last = min(t.first for t in parts), max(t.last for t in parts)
    return _within_limit(first, last, different, counts, step, limit)
