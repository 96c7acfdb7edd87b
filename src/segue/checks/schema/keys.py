"""Columns that name a row, and columns that point to those of another table."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import polars as pl

from segue.checks.schema.chance import at_least, downwards, with_odds
from segue.checks.schema.columns import named_id
from segue.checks.statistics import ColumnStatistics, TableStatistics, Uniques

PAIRS = 12
"""Pairs of columns that are tried."""
COMMON = 20
"""Hashes that two sketches have to have in common before one is said to point to the other."""
LEAST = 0.9
"""Share of values that have to be found there."""


def candidate_keys(rows: pl.LazyFrame, statistics: TableStatistics) -> list[list[str]]:
    """Columns, else pairs of columns, that never say the same twice: counted, not estimated. Reads all rows."""
    total = statistics.rows
    likely = [c for c in statistics.columns.values() if _may_name(c)]
    alone = [c.name for c in likely if c.unique.count > 0.9 * total]
    found = [[n] for n in alone if _different(rows, [n]) == total]
    if found:
        return found
    pairs = [
        (a.name, b.name) for a, b in combinations(likely, 2) if a.unique.count * b.unique.count >= total
    ]  # fmt: skip
    pairs.sort(key=lambda p: (-sum(named_id(n) for n in p), p))
    return next(([list(p)] for p in pairs[:PAIRS] if _different(rows, list(p)) == total), [])


def _may_name(column: ColumnStatistics) -> bool:
    return column.type in ("text", "int", "time") and not column.missing and column.unique.count > 1


def _different(rows: pl.LazyFrame, names: list[str]) -> int:
    return int(rows.select(pl.struct(names).n_unique()).collect(engine="streaming").item())


def foreign_keys(table: TableStatistics, others: Mapping[str, TableStatistics]) -> dict[str, tuple[str, float]]:
    """Column → ("items.uri", least share of values found there), by what sketches of both have in common."""
    found: dict[str, tuple[str, float]] = {}
    for name, column in table.columns.items():
        if column.type != "text":  # small whole numbers are found in any other list of small whole numbers
            continue
        for other, whole in others.items():
            for key, values in whole.columns.items():
                if other == table.name or values.type != "text" or values.unique.count < 0.9 * whole.rows:
                    continue
                here, both = contained(column.unique, values.unique)
                if both >= COMMON and both >= LEAST * here and name not in found:
                    found[name] = (f"{other}.{key}", downwards(with_odds(at_least(both, here), 0.5)))
    return found


def contained(part: Uniques, whole: Uniques) -> tuple[int, int]:
    """(hashes of `part` that both sketches reach, how many of them `whole` has, too)."""
    ends = [s.hashes[-1] for s in (part, whole) if not s.exact and s.hashes]
    end = min(ends, default=None)
    mine = [h for h in part.hashes if end is None or h <= end]
    theirs = set(whole.hashes)
    return len(mine), sum(h in theirs for h in mine)
