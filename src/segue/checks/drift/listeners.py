"""Rows of one listener are not independent: how many independent rows a table is worth.

After Kish, "Survey Sampling", 1965: rows of owners with m rows each (weighted by rows) count as if there were
1 + (m - 1)·r times fewer, r being how alike the rows of one owner are (0: as strangers', 1: all the same).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from segue.checks.statistics import TableStatistics
from segue.core.types import I64

CELLS = 20
"""Values of a column, or ranges of numbers, that likeness is measured on."""


def owners(table: TableStatistics, listener: str) -> tuple[float, float]:
    """(how many listeners, rows of the listener of an average row); (inf, 1) where the table does not say who."""
    column = table.columns.get(listener)
    if column is None or column.top is None or not column.present:
        return np.inf, 1.0
    counts = np.array(column.top.counts, np.float64) + column.top.error / 2
    many = max(column.unique.count, float(len(counts)))
    others = max(0.0, column.present - counts.sum())
    squares = (counts**2).sum() + (others**2 / (many - len(counts)) if many > len(counts) else 0.0)
    return many, max(1.0, float(squares) / column.present)


def known_before(before: TableStatistics, now: TableStatistics, listener: str) -> float:
    """Share of today's listeners that were there before: what is their own has not moved with them."""
    a, b = (t.columns.get(listener) for t in (before, now))
    if a is None or b is None or not b.unique.count:
        return 0.0
    both = (a.unique.count + b.unique.count) * (jaccard := a.unique.shared(b.unique)) / (1 + jaccard)
    return min(1.0, both / b.unique.count)


def likeness(rows: pl.DataFrame, listener: str, columns: Iterable[str]) -> dict[str, float]:
    """How alike the rows of one listener are in each column: intraclass correlation, 0 … 1.

    Estimated by the design effect of Rao and Scott, 1981, over the most frequent values or the deciles of the rows that
    have one; of `column?` over having one.
    """
    who = rows[listener].cast(pl.String).fill_null("").rank("dense").to_numpy().astype(np.int64) - 1
    found: dict[str, float] = {}
    for name in columns:
        there = rows[name].is_not_null()
        found[f"{name}?"] = _alike(who, there.cast(pl.Int64).to_numpy())
        found[name] = 1.0 if name == listener else _alike(who[there.to_numpy()], _cells(rows[name].drop_nulls()))
    return found


def _alike(who: I64, cell: NDArray[np.integer]) -> float:
    """Of (N,) owners, small numbers, and cells."""
    if not len(who):
        return 1.0
    every = np.bincount(who)
    here = every > 0
    sizes = every[here]
    n, many, each = len(who), len(sizes), float((sizes**2).sum()) / len(who)
    if many < 2 or each <= 1:
        return 1.0
    cells = int(cell.max()) + 1
    counts = np.bincount(who * cells + cell, minlength=len(every) * cells).reshape(-1, cells)[here].astype(np.float64)
    share = counts.sum(0) / n
    beyond = ((counts - sizes[:, None] * share) ** 2).sum(0) * many / (many - 1) / n  # n × variance of the share
    chance = share * (1 - share)
    effect = float(beyond.sum() / chance.sum()) if chance.sum() > 0 else 1.0
    return float(np.clip((effect - 1) / (each - 1), 0, 1))


def _cells(column: pl.Series) -> NDArray[np.integer]:
    """(N,) a small number for each value: which of the most frequent it is, or in which range."""
    if column.dtype.is_temporal():
        column = column.cast(pl.Datetime("ms")).dt.hour()
    elif isinstance(column.dtype, pl.List | pl.Array):
        column = column.list.len()
    if column.dtype.is_numeric() and column.n_unique() > CELLS:
        numbers = column.cast(pl.Float64).to_numpy()
        edges = np.unique(np.nanquantile(numbers, np.arange(1, 10) / 10))
        return np.searchsorted(edges, numbers, side="right")
    text = column.cast(pl.String, strict=False)
    top = text.drop_nulls().value_counts(sort=True, name="n").head(CELLS)[:, 0].to_list()
    return text.replace_strict(top, list(range(len(top))), default=len(top), return_dtype=pl.Int64).to_numpy()
