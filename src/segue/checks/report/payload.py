"""What the data page shows: findings and what is drawn of each table, and nothing else.

Statistics are reduced to bins, the most frequent values and short series, so that 200 columns with their slices stay
within two megabytes. Shares are left to the page: counts are kept, and what they are of.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from segue.checks import Level

FORMAT = 1
QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)

Scale = Literal["linear", "log", "hour", "values"]


class Waiver(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a finding may stand."""

    reason: str
    who: str
    until: str = ""  # YYYY-MM-DD


class Noted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A finding as the page shows it."""

    name: str  # as a waiver calls it
    check: str
    level: Level
    message: str
    count: int = 0  # rows
    examples: tuple[str, ...] = ()
    table: str = ""
    column: str = ""
    slice: str = ""
    fix: str = ""
    waiver: Waiver | None = None


class Pair(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Counts of both data sets, bin by bin or value by value; `other` is empty where there is nothing to compare."""

    this: list[int]
    other: list[int] = []


class Chart(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A distribution, of the table and, in the same bins, of its slices."""

    of: Literal["values", "lengths"] = "values"
    scale: Scale
    edges: list[float] = []  # of bins: one more than there are counts; the outermost bins take all that is beyond
    labels: list[str] = []  # of values
    counts: Pair
    rest: tuple[int, int] = (0, 0)  # rows of other values, in this and in the other data set
    slices: dict[int, Pair] = {}  # number of the slice → counts


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Statistics of a column in one data set."""

    rows: int
    type: str
    missing: int = 0
    nans: int = 0
    infinite: int = 0
    uniques: float = 0.0
    exact: bool = True  # the uniques
    zeros: int = 0
    negatives: int = 0
    min: float | None = None  # of numbers; of times UTC ms
    max: float | None = None
    mean: float | None = None
    deviation: float | None = None
    quantiles: list[float] = []  # at QUANTILES
    length: tuple[float, float, float] | None = None  # least, mean, greatest
    languages: dict[str, int] = {}


class Apart(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A distance between the two data sets."""

    kind: str  # of what: "values", "numbers", "missing"
    measure: str  # "linf", "js", "quantile"
    value: float
    size: float = 0.0  # in thresholds, beyond chance
    threshold: float = 0.0
    p_value: float = 1.0
    level: Level | None = None
    moved: tuple[tuple[str, float, float], ...] = ()  # (value, share in the other, share in this)


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One statistic over the days of the table's history; None where a day has none."""

    name: str  # "missing", "uniques", "mean", "median", "p95", "top"
    values: list[float | None]


class Column(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str
    type: str
    this: Facts | None = None  # None: the column is not there
    other: Facts | None = None
    charts: list[Chart] = []
    apart: list[Apart] = []  # furthest first
    slices: dict[int, Apart] = {}  # number of the slice → its furthest
    history: list[Line] = []


class Slice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str  # "country=SE, tier=free"
    by: str  # "country, tier"
    label: str  # "SE, free"
    this: int = 0  # rows
    other: int = 0


class Volume(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Rows over time, by the column that says when."""

    column: str
    step: int  # hours
    at: list[int]  # hours since 1970
    counts: Pair


class Table(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One table and what it is held against."""

    name: str
    this: str  # what of it: "2026-11-26", or a file
    other: str = ""  # what it is held against: "the 28 days before"; "": nothing
    rows: int
    other_rows: int = 0
    columns: list[Column]
    left_out: int = 0  # columns that are not drawn: there are too many
    slices: list[Slice] = []
    volume: Volume | None = None
    days: list[str] = []  # of the history, YYYY-MM-DD
    day_rows: list[int] = []


class Payload(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that a page shows."""

    format: int = FORMAT
    title: str
    at: int  # UTC ms
    findings: list[Noted]
    tables: list[Table]

    @property
    def failed(self) -> bool:
        return any(f.level == "fail" and f.waiver is None for f in self.findings)
