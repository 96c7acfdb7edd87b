"""The schema of a table: one record a column, one a slice that has to be there."""

from __future__ import annotations

from typing import Literal

import msgspec

from segue.checks.statistics.columns import Type

Environment = Literal["training", "evaluation", "serving"]


class Drift(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far a column may move between two data sets before it is worth a word. A threshold of 0 is never crossed."""

    linf: float = 0.0  # largest change of one value's share
    js: float = 0.0  # Jensen–Shannon divergence in bits, 0 … 1
    quantile: float = 0.0  # area between the two quantile functions, in standard deviations of the reference


class ColumnSchema(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a column may hold. What is left out is not asked for."""

    type: Type
    required: bool = True  # the column has to be there
    missing: float = 0.0  # largest share of rows without a value
    values: list[str] | None = None  # the domain
    outside: float = 0.0  # share of rows whose value may lie outside of `values`, or of `min` … `max`
    min: float | None = None  # of numbers; of times UTC ms
    max: float | None = None
    unit: str = ""  # "ms", "s", "count", "share": what `typical` is in
    nonfinite: float = 0.0  # largest share of rows that are NaN or infinite
    typical: tuple[float, float] | None = None  # where the median may lie: a change of unit leaves it
    largest: float = 1.0  # largest share of the rows with a value that one value may have
    max_length: int | None = None  # characters of a text, items of a list
    unique: bool = False  # no value twice
    distinct: tuple[float, float] | None = None  # different values a row, least and most
    key: str = ""  # the values are in this column of another table: "items.uri"
    joins: float = 1.0  # least share of rows whose value is found there
    environments: list[Environment] | None = None  # where the column has to be; none: everywhere
    drift: Drift | None = None
    skew: Drift | None = None  # against training data; none: as `drift`
    note: str = ""


class SliceSchema(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A slice that has to be there: {"tier": "premium"} with at least this share of the rows."""

    where: dict[str, str]
    share: float  # least share of the rows
    environments: list[Environment] | None = None


class TableSchema(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a table may look like."""

    name: str
    columns: dict[str, ColumnSchema]
    slices: list[SliceSchema] = []
    sliced: list[str] = []  # what statistics are sliced by: "tier", "shuffle, tier"
    unique: list[list[str]] = []  # columns that together name a row
    times: list[str] = []  # columns that hold UTC ms
    listener: str = ""  # the column that says who
    rows: tuple[int, int] | None = None  # of a day, least and most
    extra: bool = False  # columns that are not named here are welcome
    seen: int = 0  # rows it was inferred from
