"""Rows that say the same as another one."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from segue.checks.anomalies import Look
from segue.checks.schema.columns import named_id
from segue.checks.statistics import TableStatistics

ROWS = 5_000_000
"""More rows are not compared one by one."""


@dataclass(frozen=True, slots=True)
class Repeats:
    """Of N rows, how many are one too many."""

    rows: int
    whole: int  # the same in every column
    apart: int  # the same but for the columns that name a row
    examples: tuple[str, ...]

    @property
    def share(self) -> float:
        return self.apart / max(1, self.rows)


def repeats(look: Look, rows: pl.LazyFrame | None, statistics: TableStatistics | None) -> Repeats | None:
    """None where rows are not at hand or too many, or nothing but names is left to compare."""
    if rows is None or statistics is None or not 1 < statistics.rows <= ROWS:
        return None
    names = rows.collect_schema().names()
    keys = row_names(look, statistics)
    rest = [n for n in names if n not in keys]
    if not rest:
        return None
    hashed = rows.select(all=pl.struct(names).hash(), rest=pl.struct(rest).hash()).collect(engine="streaming")
    apart = hashed.height - hashed["rest"].n_unique()
    examples: tuple[str, ...] = ()
    if apart and rows is look.rows:
        twice = hashed.select(pl.col("rest").is_duplicated() & ~pl.col("rest").is_first_distinct()).to_series()
        places = twice.arg_true().head(3).to_list()
        shown = [n for n in (*keys, *rest) if n in names][:5]
        for place in places:
            row = rows.select(shown).slice(place, 1).collect(engine="streaming").to_dicts()
            examples += tuple(", ".join(f"{k}={str(v)[:60]}" for k, v in r.items()) for r in row)
    return Repeats(hashed.height, hashed.height - hashed["all"].n_unique(), apart, examples)


OFTEN = 0.3
"""Different values a row below which a column names no rows, however often a day is there twice."""


def row_names(look: Look, statistics: TableStatistics) -> list[str]:
    """Columns that name rows: those of the schema, and numbers that run on.

    Not what stands in many rows of either table: each listener once to be judged, and often to be learned from.
    """
    found = [c for by in (look.schema.unique if look.schema else []) if len(by) == 1 for c in by]
    for table in (statistics, look.before):
        columns = table.columns.values() if table else ()
        found += [
            c.name for c in columns if named_id(c.name) and c.rows >= 100 and c.unique.count > 0.95 * c.present > 0
        ]
    often = {
        c.name
        for table in (statistics, look.before)
        for c in (table.columns.values() if table else ())
        if c.rows >= 100 and c.unique.count < OFTEN * c.present
    }
    return [name for name in dict.fromkeys(found) if name not in often]
