"""How large slices are."""

from __future__ import annotations

import polars as pl

from segue.checks.anomalies import Look
from segue.checks.drift.listeners import likeness, owners
from segue.checks.statistics import TableStatistics
from segue.checks.statistics.tables import OTHER

DAY_ROWS = 50
"""Rows of a day before from which on its shares count."""
EXPECTED = 10
"""Rows of a slice that a day should have, so that having none means something."""


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


def restless(look: Look) -> frozenset[str]:
    """Columns whose slices come and go by themselves: some of the days before lack one that the others have many rows
    of. Programs of a radio do, tiers do not."""
    days = [d for d in look.days if d.rows >= DAY_ROWS]
    found: set[str] = set()
    for label in look.before.slices if look.before else ():
        by = part_of(label)
        if OTHER in label or by in found:
            continue
        rows = [(d.slices[label].rows if label in d.slices else 0, known_rows(d, label) or 0) for d in days]
        total = sum(n for _, n in rows)
        usual = sum(k for k, _ in rows) / total if total else 0.0
        if any(usual * n >= EXPECTED and not k for k, n in rows):
            found.add(by)
    return frozenset(found)


def part_of(label: str) -> str:
    """The columns of a slice: country, tier."""
    return ", ".join(part.partition("=")[0] for part in label.split(", "))


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
