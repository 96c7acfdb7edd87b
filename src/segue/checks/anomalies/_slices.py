"""How large slices are."""

from __future__ import annotations

import polars as pl

from segue.checks.anomalies import Look
from segue.checks.drift.listeners import likeness, owners
from segue.checks.statistics import TableStatistics


def known_rows(table: TableStatistics, label: str) -> int | None:
    """Rows in which it is known what slice they are of; None where the table was not sliced so."""
    by = [part.partition("=")[0] for part in label.split(", ")]
    if ", ".join(sorted(by)) not in table.sliced or any(b not in table.columns for b in by):
        return None
    return min(table.columns[b].present for b in by)


def share_of(table: TableStatistics, label: str) -> float:
    """Of these rows; 0 where there are none."""
    total = known_rows(table, label)
    return table.slices[label].rows / total if label in table.slices and total else 0.0


def alike(look: Look, label: str) -> float:
    """How alike the rows of one listener are in whether they are of a slice, 0 … 1; 1 where nobody can tell."""
    who = look.schema.listener if look.schema else ""
    where = dict(part.split("=", 1) for part in label.split(", "))
    for rows in (look.before_sample, look.sample):
        if who in rows.columns and all(name in rows.columns for name in where):
            inside = pl.all_horizontal(pl.col(n).cast(pl.String, strict=False) == v for n, v in where.items())
            return likeness(rows.select(who, _inside=inside), who, ["_inside"])["_inside"]
    return 1.0


def worth(table: TableStatistics, look: Look, likeness: float) -> float:
    """How many independent rows one row of a table is, where rows of one listener are so alike."""
    each = owners(table, look.schema.listener if look.schema else "")[1]
    return 1 / (1 + (each - 1) * likeness)
