"""What is known of one column. Two of the same column merge into what one pass over both would have said."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from functools import reduce
from typing import Literal

import msgspec
import numpy as np

from segue.checks.statistics import buckets, tops, uniques
from segue.checks.statistics.buckets import BITS, Buckets
from segue.checks.statistics.times import HOUR, Times, merged_times
from segue.checks.statistics.tops import Tops
from segue.checks.statistics.uniques import Uniques
from segue.core.types import F64, I64

__all__ = ["HOUR", "ColumnStatistics", "Numbers", "Times", "Type", "kept_number", "merged", "merged_all", "numbers_of"]

Type = Literal["int", "float", "bool", "text", "time", "list", "null", "other"]

_LARGEST = float(np.finfo(np.float64).max)


class Numbers(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Of the finite numbers of a column (lengths of texts and of lists too); all 0 where there are none."""

    count: int
    zeros: int = 0
    negatives: int = 0
    min: float = 0.0
    max: float = 0.0
    mean: float = 0.0
    squares: float = 0.0  # sum of squared distances from the mean
    buckets: Buckets = Buckets()
    whole: bool = False  # of a type of whole numbers

    @property
    def deviation(self) -> float:
        """Standard deviation of the sample."""
        return math.sqrt(self.squares / (self.count - 1)) if self.count > 1 else 0.0

    def quantiles(self, shares: F64) -> F64:
        """(Q,) as `buckets` says, but between the least and the greatest, and whole where the numbers are."""
        found = self.buckets.quantiles(shares).clip(self.min, self.max)
        return np.rint(found) if self.whole else found

    def quantile(self, share: float) -> float:
        return float(self.quantiles(np.array([share]))[0])


class ColumnStatistics(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of one column of one table, or of one slice of it."""

    name: str
    type: Type
    rows: int
    missing: int = 0  # nulls
    nans: int = 0
    infinite: int = 0
    numeric: int = 0  # texts that read as a number
    unique: Uniques = Uniques()
    top: Tops | None = None  # texts, booleans, whole numbers, and the items of lists
    numbers: Numbers | None = None  # int, float, items of lists of those; durations and times of day in ms
    lengths: Numbers | None = None  # characters of a text, items of a list, bytes of binary data
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


def numbers_of(values: F64 | I64, counts: I64 | None = None, bits: int = BITS, whole: bool = False) -> Numbers:
    """Of (N,) finite numbers, each seen once or `counts` times."""
    if not len(values):
        return Numbers(count=0, whole=whole)
    x = np.ascontiguousarray(values, np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        mean = float(x.mean() if counts is None else x @ counts / counts.sum())
        apart = x - mean
        squares = float(apart @ apart if counts is None else (apart * apart) @ counts)
    least = float(x.min())
    sketch = Buckets.of(x, counts, bits)
    signs = np.asarray(sketch.keys)
    return Numbers(
        count=len(x) if counts is None else int(counts.sum()),
        zeros=int((x == 0).sum() if counts is None else counts[x == 0].sum()) if (signs == 0).any() else 0,
        negatives=0 if least >= 0 else int((x < 0).sum() if counts is None else counts[x < 0].sum()),
        min=least,
        max=float(x.max()),
        mean=kept_number(mean),
        squares=kept_number(squares),
        buckets=sketch,
        whole=whole,
    )


def kept_number(value: float) -> float:
    """A number that JSON can hold: what is too large is the largest there is."""
    return value if math.isfinite(value) else math.copysign(_LARGEST, value)


def merged_numbers(given: Iterable[Numbers | None]) -> Numbers | None:
    parts = [n for n in given if n is not None]
    some = [n for n in parts if n.count]
    if len(some) < 2:
        return some[0] if some else parts[0] if parts else None
    count, mean, squares = some[0].count, some[0].mean, some[0].squares
    for part in some[1:]:
        apart, both = part.mean - mean, count + part.count
        mean += apart * part.count / both
        squares += part.squares + apart * apart * count * part.count / both
        count = both
    return Numbers(
        count=count,
        zeros=sum(n.zeros for n in some),
        negatives=sum(n.negatives for n in some),
        min=min(n.min for n in some),
        max=max(n.max for n in some),
        mean=kept_number(mean),
        squares=kept_number(squares),
        buckets=buckets.merged_all(n.buckets for n in some),
        whole=all(n.whole for n in some),
    )


def merged(a: ColumnStatistics, b: ColumnStatistics) -> ColumnStatistics:
    """Of both. A column that is of one type here and of another there is `other`, or `float` for int and float."""
    return merged_all((a, b))


def merged_all(parts: Iterable[ColumnStatistics]) -> ColumnStatistics:
    """Of all, which are of the same column."""
    given = list(parts)
    first = given[0]
    if len(given) == 1:
        return first
    languages: Counter[str] = Counter()
    for part in given:
        languages.update(part.languages)
    some = [p.top for p in given if p.present] or [first.top]
    known = [top for top in some if top is not None]
    return ColumnStatistics(
        name=first.name,
        type=reduce(_type, (p.type for p in given)),
        rows=sum(p.rows for p in given),
        missing=sum(p.missing for p in given),
        nans=sum(p.nans for p in given),
        infinite=sum(p.infinite for p in given),
        numeric=sum(p.numeric for p in given),
        unique=uniques.merged_all(p.unique for p in given),
        top=tops.merged_all(known) if len(known) == len(some) else None,
        numbers=merged_numbers(p.numbers for p in given),
        lengths=merged_numbers(p.lengths for p in given),
        times=merged_times(p.times for p in given),
        languages=dict(sorted(languages.items())),
        examples=tuple(dict.fromkeys(e for p in given for e in p.examples))[:3],
    )


def _type(a: Type, b: Type) -> Type:
    if a == b or b == "null":
        return a
    if a == "null":
        return b
    return "float" if {a, b} == {"int", "float"} else "other"
