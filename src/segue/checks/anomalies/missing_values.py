"""More rows without a value than there may be, in the whole table or in one slice."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from segue.checks import Finding, Level
from segue.checks._samples import at_most, chance_above
from segue.checks.anomalies import Column, Look

LEAST, MUCH = 0.01, 0.2
"""Share beyond the bound that is worth a word; that is surely broken."""
SLICE_LEAST, SLICE_ROWS = 0.2, 30
NEVER, NEVER_LEAST = 1000, 0.005
"""Rows of a slice before of which none lacked a value, from which on this share is worth a word."""


def missing_values(look: Look) -> Iterator[Finding]:
    for column in look.columns():
        bound = column.schema.missing if column.schema else 0.0 if column.before else 1.0
        share, gone, rows, chance = column.now.missing_share, column.now.missing, column.now.rows, 1.0
        missing = pl.col(column.name).is_null()
        if column.before and share > bound + LEAST:
            worth = look.worth_of(missing, before=True) if column.before.missing else 1.0
            bound = min(1.0, max(bound, at_most(column.before.missing, column.before.rows, worth)))
        if share > bound + LEAST:
            chance = chance_above(gone, rows, bound, look.worth_of(missing))
        if chance < look.odds:
            level: Level = "fail" if share > bound + MUCH and chance < look.odds / 100 else "warn"
            yield look.finding(
                "missing-values", level, f"{share:.1%} of {rows:,} rows have no {column.name}; "
                f"{_usual(look, column, bound)}{_where(look, column)}",
                gone, look.examples(missing, ()), column=column.name,
                fix=f"find what no longer fills {column.name}, or raise `missing` in the schema",
            )  # fmt: skip
        else:
            yield from _in_slices(look, column)


def _usual(look: Look, column: Column, bound: float) -> str:
    if column.before:
        return f"{column.before.missing_share:.1%} {look.then}, at most {bound:.1%} is expected"
    return f"the schema allows {bound:.1%}"


def _where(look: Look, column: Column) -> str:
    """`, all of them of client=web`, where they are of one slice."""
    for label, part in look.statistics.slices.items():
        gone = part.columns[column.name].missing if column.name in part.columns else part.rows
        if gone > 0.9 * column.now.missing and part.rows < 0.6 * look.statistics.rows:
            return f"; {gone / column.now.missing:.0%} of them are of {label}"
    return ""


def _in_slices(look: Look, column: Column) -> Iterator[Finding]:
    """The slice of each column that lost most."""
    if look.before is None or column.before is None:
        return
    worst: tuple[float, str, int, int, float] | None = None
    labels = [n for n in look.statistics.slices if n in look.before.slices and f"{column.name}=" not in n]
    for label in labels:
        now, before = look.statistics.slices[label], look.before.slices[label]
        if now.rows < SLICE_ROWS or before.rows < 5 * SLICE_ROWS:
            continue
        gone, was = (t.columns[column.name].missing if column.name in t.columns else t.rows for t in (now, before))
        bound = at_most(was, before.rows, look.before_worth if was else 1.0)
        beyond = gone / now.rows - bound
        chance = chance_above(gone, now.rows, bound, look.worth if was else 1.0)
        least = SLICE_LEAST if was or before.rows < NEVER else NEVER_LEAST
        if beyond > max(least, worst[0] if worst else 0.0) and chance < look.odds / len(labels):
            worst = (beyond, label, gone, now.rows, was / before.rows)
    if worst is not None:
        _, label, gone, rows, was_share = worst
        yield look.finding(
            "missing-values", "warn", f"{gone / rows:.1%} of {rows:,} rows of {label} have no {column.name}; "
            f"{was_share:.1%} {look.then}", gone, column=column.name, slice=label,
            fix=f"find what no longer fills {column.name} for {label}",
        )  # fmt: skip


plugin = missing_values
