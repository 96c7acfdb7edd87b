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


def likeness(rows: pl.DataFrame, listener: str, columns: Iterable[str]) -> dict[str, float]:
    """How alike the rows of one listener are in each column: intraclass correlation, 0 … 1.

    Estimated by the design effect of Rao and Scott, 1981, over the most frequent values or the deciles.
    """
    who, sizes = np.unique(
        rows[listener].cast(pl.String).fill_null("").to_numpy(), return_inverse=True, return_counts=True
    )[1:]
    n, many = len(who), len(sizes)
    each = float((sizes**2).sum()) / max(n, 1)
    found: dict[str, float] = {}
    for name in columns:
        if many < 2 or each <= 1 or name == listener:
            found[name] = 1.0
            continue
        cell = _cells(rows[name])
        counts = np.zeros((many, int(cell.max()) + 1))
        np.add.at(counts, (who, cell), 1)
        share = counts.sum(0) / n
        beyond = ((counts - sizes[:, None] * share) ** 2).sum(0) * many / (many - 1) / n  # n × variance of the share
        chance = share * (1 - share)
        effect = float(beyond.sum() / chance.sum()) if chance.sum() > 0 else 1.0
        found[name] = float(np.clip((effect - 1) / (each - 1), 0, 1))
    return found


def _cells(column: pl.Series) -> NDArray[np.integer]:
    """(N,) a small number for each row: which of the most frequent values it has, or which range; 0 is none."""
    if column.dtype.is_temporal():
        column = column.cast(pl.Datetime("ms")).dt.hour()
    elif isinstance(column.dtype, pl.List | pl.Array):
        column = column.list.len()
    if column.dtype.is_numeric() and column.n_unique() > CELLS:
        known = column.cast(pl.Float64).fill_nan(None)
        edges = np.unique(np.nanquantile(known.drop_nulls().to_numpy(), np.arange(1, 10) / 10))
        place = np.searchsorted(edges, known.fill_null(0).to_numpy(), side="right") + 1
        return np.where(known.is_null().to_numpy(), 0, place)
    text = column.cast(pl.String, strict=False)
    top = text.drop_nulls().value_counts(sort=True, name="n").head(CELLS)[:, 0].to_list()
    known = text.replace_strict(top, list(range(1, len(top) + 1)), default=len(top) + 1, return_dtype=pl.Int32)
    return np.where(text.is_null().to_numpy(), 0, known.to_numpy())
