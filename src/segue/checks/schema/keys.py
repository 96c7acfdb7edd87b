"""Columns that name a row, and columns that point to those of another table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations

import polars as pl

from segue.checks.schema.chance import at_least, downwards, with_odds
from segue.checks.schema.columns import KEYS, named_id
from segue.checks.statistics import TableStatistics, Uniques

PAIRS = 12
"""Pairs of columns that are tried."""
COMMON = 20
"""Hashes that two sketches have to have in common before one is said to point to the other."""
LEAST = 0.9
"""Share of values that have to be found there."""


def candidate_keys(
    statistics: TableStatistics, read: Callable[[Sequence[str]], Iterable[pl.DataFrame]]
) -> list[list[str]]:
    """Columns that never say the same twice, else the first pair that does not: counted over all rows, which `read`
    gives of columns, batch by batch."""
    if statistics.rows < KEYS:
        return []
    likely = [c for c in statistics.columns.values() if c.type in ("text", "int", "time") and not c.missing]
    alone = [c.name for c in likely if c.unique.repeated == 0 and c.unique.count > 0.8 * statistics.rows]
    if found := [[name] for name in alone if _different(read([name])) == statistics.rows]:
        return found
    pairs = [[a.name, b.name] for a, b in combinations(likely, 2) if a.unique.count * b.unique.count >= statistics.rows]
    pairs.sort(key=lambda p: (-sum(named_id(n) for n in p), p))
    return next(([pair] for pair in pairs[:PAIRS] if _different(read(pair)) == statistics.rows), [])


def _different(batches: Iterable[pl.DataFrame]) -> int:
    """Rows that are not like another one, by 64-bit hashes."""
    return pl.concat([b.hash_rows() for b in batches]).n_unique()


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
