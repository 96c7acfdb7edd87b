"""Anomalies: what is wrong with one table, given its schema and what it looked like before. One sort a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from segue.checks import Finding
from segue.checks.schema import Environment, TableSchema
from segue.checks.statistics import TableStatistics
from segue.core.registry import Registry


@dataclass(frozen=True, slots=True)
class Look:
    """One table under test, and what it is held against."""

    name: str  # of the table, as findings name it
    statistics: TableStatistics
    rows: pl.LazyFrame | None = None  # for example rows, duplicates and joins; None where only statistics are left
    schema: TableSchema | None = None  # reviewed; never inferred from this table
    before: TableStatistics | None = None  # of the data it is compared with: training, or the day before
    before_rows: pl.LazyFrame | None = None
    days: Sequence[TableStatistics] = ()  # of the days before, oldest first: how much days differ anyway
    before_name: str = ""  # "training", "2026-11-25"
    relation: str = ""  # of `before` to this: "day" (drift), "training" (this is evaluation or serving), "" (unknown)
    environment: Environment | None = None
    now: int = 0  # UTC ms; 0: not known
    keys: Mapping[str, pl.Series] = field(default_factory=dict)  # "items.uri" → its values


Anomaly = Callable[[Look], Iterable[Finding]]

ANOMALIES: Registry[Anomaly] = Registry("segue.checks.anomalies", "anomaly")


def find_anomalies(look: Look) -> list[Finding]:
    """Everything that every check has to say of a table, the worst first."""
    found = [finding for name in ANOMALIES for finding in ANOMALIES[name](look)]
    return sorted(found, key=lambda f: (("fail", "warn", "note").index(f.level), f.name))
