"""Anomalies: what is wrong with one table, given its schema and what it looked like before. One sort a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import polars as pl

from segue.checks import Finding, Level
from segue.checks.anomalies._causes import explained
from segue.checks.drift.listeners import likeness, owners
from segue.checks.schema import ColumnSchema, Environment, TableSchema, infer
from segue.checks.statistics import ColumnStatistics, TableStatistics
from segue.core.registry import Registry

CHANCE = 2e-4
"""Of good tables, the share in which one check may find anything."""
SAMPLE = 100_000
"""Rows looked at one by one where statistics do not tell."""
ENOUGH = 20
"""Rows below which data before teach nothing."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column under test, and what is known of it."""

    name: str
    now: ColumnStatistics
    schema: ColumnSchema | None
    before: ColumnStatistics | None


@dataclass(frozen=True)
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

    @property
    def against(self) -> str:
        """What messages call the data before."""
        return self.before_name or {"day": "the days before", "training": "training"}.get(
            self.relation, "the data before"
        )

    @property
    def then(self) -> str:
        """Where messages say that something was otherwise: "in training"."""
        return f"in {self.against}"

    def columns(self) -> Iterator[Column]:
        """Every column that is there."""
        known = self.schema.columns if self.schema else {}
        old = self.before.columns if self.before else {}
        for name, now in self.statistics.columns.items():
            yield Column(name, now, known.get(name), old.get(name))

    @property
    def odds(self) -> float:
        """How unlikely by chance something has to be in one column."""
        return CHANCE / max(1, len(self.statistics.columns))

    @cached_property
    def worth(self) -> float:
        """How many independent rows one row is, where rows of one listener say the same."""
        return self._worth(self.statistics)

    @cached_property
    def before_worth(self) -> float:
        """The same of the data before."""
        return self._worth(self.before or self.statistics)

    def _worth(self, table: TableStatistics) -> float:
        return 1 / owners(table, self.schema.listener if self.schema else "")[1]

    @cached_property
    def time(self) -> str:
        """The column that says when, if any."""
        known = self.schema.times if self.schema else []
        found = [c.name for c in self.statistics.columns.values() if c.times and c.present > 0.9 * c.rows]
        return next((n for n in known if n in found), found[0] if found else "")

    @cached_property
    def span(self) -> int:
        """Milliseconds from the first row of a batch to its last, as the days before have it; 0: they do not tell."""
        known = [c.times for d in self.days if (c := d.columns.get(self.time)) is not None]
        return max((t.last - t.first for t in known if t is not None), default=0)

    def worth_of(self, inside: pl.Expr, before: bool = False) -> float:
        """The same where something is asked of each row: how alike rows of one listener are in that, as they stand."""
        rows, who = self.before_sample if before else self.sample, self.schema.listener if self.schema else ""
        table = (self.before if before else None) or self.statistics
        each = owners(table, who)[1]
        if who not in rows.columns or each <= 1:
            return 1 / each
        alike = likeness(rows.select(who, _inside=inside), who, ["_inside"])["_inside"]
        return 1 / (1 + (each - 1) * alike)

    @cached_property
    def sample(self) -> pl.DataFrame:
        """Some of the rows, spread evenly; none where only statistics are left."""
        return _some(self.rows, self.statistics)

    @cached_property
    def before_sample(self) -> pl.DataFrame:
        return _some(self.before_rows, self.before)

    def examples(self, broken: pl.Expr, columns: Iterable[str]) -> tuple[str, ...]:
        """Up to three rows, those of a condition: `id=e1, ms_played=-4`."""
        if self.rows is None:
            return ()
        there = self.rows.collect_schema().names()
        keys = [k for by in (self.schema.unique if self.schema else []) for k in by]
        names = [c for c in dict.fromkeys((*keys, *columns)) if c in there][:6]
        try:
            found = self.rows.filter(broken).select(names).head(3).collect(engine="streaming")
        except (pl.exceptions.PolarsError, OverflowError):  # of a column that is not of the type it should be
            return ()
        return tuple(", ".join(f"{k}={str(v)[:80]}" for k, v in row.items()) for row in found.to_dicts())

    def finding(
        self, check: str, level: Level, message: str, count: int = 0, examples: Iterable[str] = (), *,
        column: str = "", slice: str = "", fix: str,
    ) -> Finding:  # fmt: skip
        """Of this table."""
        return Finding(check, level, message, count, tuple(examples), self.name, column, slice, fix)


def _some(rows: pl.LazyFrame | None, statistics: TableStatistics | None) -> pl.DataFrame:
    if rows is None:
        return pl.DataFrame()
    step = max(1, -(-(statistics.rows if statistics else 0) // SAMPLE))
    return (rows if step == 1 else rows.gather_every(step)).head(SAMPLE).collect(engine="streaming")


Anomaly = Callable[[Look], Iterable[Finding]]

ANOMALIES: Registry[Anomaly] = Registry("segue.checks.anomalies", "anomaly")


def find_anomalies(look: Look) -> list[Finding]:
    """Everything that every check has to say of a table, the worst first. What follows from something else that was
    found is left out, see `_causes`. Without a schema the data before say what is usual."""
    if look.schema is None and look.before is not None and look.before.rows >= ENOUGH:
        look = replace(look, schema=infer(list(look.days) or look.before))
    found = explained(finding for name in ANOMALIES for finding in ANOMALIES[name](look))
    return sorted(found, key=lambda f: (("fail", "warn", "note").index(f.level), f.name))
