"""What is known of one column. Two of the same column merge into what one pass over both would have said."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from segue.checks.statistics import buckets, tops, uniques
from segue.checks.statistics.buckets import Buckets
from segue.checks.statistics.tops import Tops
from segue.checks.statistics.uniques import Uniques

Type = Literal["int", "float", "bool", "text", "time", "list", "null", "other"]

HOUR = 3_600_000


class Numbers(msgspec.Struct, frozen=True, kw_only=True):
    """Of the finite numbers of a column (lengths of texts and of lists too); all 0 where there are none."""

    count: int
    zeros: int = 0
    negatives: int = 0
    min: float = 0.0
    max: float = 0.0
    mean: float = 0.0
    squares: float = 0.0  # sum of squared distances from the mean
    buckets: Buckets = Buckets()

    @property
    def deviation(self) -> float:
        """Standard deviation of the sample."""
        return math.sqrt(self.squares / (self.count - 1)) if self.count > 1 else 0.0


class Times(msgspec.Struct, frozen=True, kw_only=True):
    """When the rows of a column of times happened."""

    first: int  # UTC ms
    last: int
    hours: dict[int, int] = {}  # hours since 1970 → rows

    def days(self) -> dict[int, int]:
        """Days since 1970, UTC → rows; in order, only days that have any."""
        found: dict[int, int] = {}
        for hour in sorted(self.hours):
            found[hour // 24] = found.get(hour // 24, 0) + self.hours[hour]
        return found

    def gaps(self, least: int = 2) -> list[tuple[int, int]]:
        """(first hour without rows, how many in a row), for every stretch of at least `least` hours."""
        full = sorted(self.hours)
        return [(a + 1, b - a - 1) for a, b in pairwise(full) if b - a - 1 >= least]


class ColumnStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one column of one table, or of one slice of it."""

    name: str
    type: Type
    rows: int
    missing: int = 0  # nulls
    nans: int = 0
    infinite: int = 0
    unique: Uniques = Uniques()
    top: Tops | None = None  # texts, booleans, whole numbers, and the items of lists
    numbers: Numbers | None = None  # int, float
    lengths: Numbers | None = None  # characters of a text, items of a list
    times: Times | None = None
    languages: dict[str, int] = {}  # of a sample of different texts: language or script → texts
    examples: tuple[str, ...] = ()

    @property
    def present(self) -> int:
        """Rows with a value."""
        return self.rows - self.missing

    @property
    def missing_share(self) -> float:
        return self.missing / self.rows if self.rows else 0.0


def merged_numbers(a: Numbers | None, b: Numbers | None) -> Numbers | None:
    if a is None or b is None or not a.count or not b.count:
        return b if a is None or not a.count else a
    count, apart = a.count + b.count, b.mean - a.mean
    return Numbers(
        count=count,
        zeros=a.zeros + b.zeros,
        negatives=a.negatives + b.negatives,
        min=min(a.min, b.min),
        max=max(a.max, b.max),
        mean=a.mean + apart * b.count / count,
        squares=a.squares + b.squares + apart * apart * a.count * b.count / count,
        buckets=buckets.merged(a.buckets, b.buckets),
    )


def merged_times(a: Times | None, b: Times | None) -> Times | None:
    if a is None or b is None:
        return a or b
    hours = dict(a.hours)
    for hour, rows in b.hours.items():
        hours[hour] = hours.get(hour, 0) + rows
    return Times(first=min(a.first, b.first), last=max(a.last, b.last), hours=hours)


def merged(a: ColumnStatistics, b: ColumnStatistics) -> ColumnStatistics:
    """Of both. A column that is of one type here and of another there is `other`, or `float` for int and float."""
    return ColumnStatistics(
        name=a.name,
        type=_type(a.type, b.type),
        rows=a.rows + b.rows,
        missing=a.missing + b.missing,
        nans=a.nans + b.nans,
        infinite=a.infinite + b.infinite,
        unique=uniques.merged(a.unique, b.unique),
        top=tops.merged(a.top or Tops(), b.top or Tops()) if a.top or b.top else None,
        numbers=merged_numbers(a.numbers, b.numbers),
        lengths=merged_numbers(a.lengths, b.lengths),
        times=merged_times(a.times, b.times),
        languages={k: a.languages.get(k, 0) + b.languages.get(k, 0) for k in sorted({*a.languages, *b.languages})},
        examples=tuple(dict.fromkeys((*a.examples, *b.examples)))[:3],
    )


def _type(a: Type, b: Type) -> Type:
    if a == b or b == "null":
        return a
    if a == "null":
        return b
    return "float" if {a, b} == {"int", "float"} else "other"


def numbers_of(values: NDArray[Any]) -> Numbers:
    """Of (N,) finite numbers."""
    if not len(values):
        return Numbers(count=0)
    x = values.astype(np.float64)
    mean = float(x.mean())
    return Numbers(
        count=len(x),
        zeros=int((x == 0).sum()),
        negatives=int((x < 0).sum()),
        min=float(x.min()),
        max=float(x.max()),
        mean=mean,
        squares=float(((x - mean) ** 2).sum()),
        buckets=Buckets.of(x),
    )
