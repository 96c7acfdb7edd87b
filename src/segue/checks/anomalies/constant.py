"""A column that varied says one thing only."""

from __future__ import annotations

from collections.abc import Iterator

from segue.checks import Finding
from segue.checks._samples import chance_of_day
from segue.checks.anomalies import Column, Look

LEAST, DAYS = 20, 7
"""Rows from which a column may be called constant; days before that tell what share a value may have on a new one."""


def constant(look: Look) -> Iterator[Finding]:
    for column in look.columns():
        now = column.now
        if now.present < LEAST or now.type in ("list", "time", "null") or now.unique.count > 1 or now.nans:
            continue
        share = _share(column)
        if (
            share is None
            or _one_of_two(look, column)
            or _constant_anyway(look, column)
            or _by_chance(look, column, share) > look.odds
        ):
            continue
        value = now.examples[0] if now.examples else (now.top.values[0] if now.top and now.top.values else "one value")
        yield look.finding(
            "constant", "fail", f"all {now.present:,} rows of {column.name} say {value!r}; "
            f"{f'{column.before.unique.count:,.0f} different values {look.then}' if column.before else 'it varied'}",
            now.present, column=column.name,
            fix=f"find what fills {column.name} with {value!r}: a default, or a join that found nothing",
        )  # fmt: skip


def _by_chance(look: Look, column: Column, share: float) -> float:
    """Probability of nothing but this value, by its shares on the days before, else by the rows of a listener alike."""
    value = column.now.top.values[0] if column.now.top and column.now.top.values else ""
    known = [d.columns[column.name] for d in look.days if column.name in d.columns]
    days = [(c.top.counted().get(value, 0) / c.present, c.present) for c in known if c.top and c.present >= LEAST]
    if column.now.top and column.now.top.values and len(days) >= DAYS:
        return chance_of_day(1.0, column.now.present, days)[1]
    return float(max(share, 1e-12) ** (column.now.present * look.worth))


def _one_of_two(look: Look, column: Column) -> bool:
    """Whether it is a slice of two that is all that is left: the other one vanished."""
    values = column.schema.values if column.schema else None
    before = column.before.unique.count if column.before else 0
    return column.name in look.statistics.sliced and 2 in (before, len(values or ()))


def _constant_anyway(look: Look, column: Column) -> bool:
    """Whether some day before said hardly anything else, either: a weekday, a campaign."""
    known = [d.columns[column.name] for d in look.days if column.name in d.columns]
    return any(c.present >= LEAST and c.top and c.top.counts and c.top.counts[0] > 0.9 * c.present for c in known)


def _share(column: Column) -> float | None:
    """The largest share that one value had; None where one value was all there was, or nobody knows."""
    before = column.before
    if before is not None and before.present >= LEAST:
        if before.unique.count <= 1:
            return None
        if before.top is not None and before.top.counts:
            share = (before.top.counts[0] + before.top.error) / before.present
            return max(share, column.schema.largest if column.schema and column.schema.largest < 1 else 0.0)
        return 0.5 if before.unique.count > 10 else None
    if column.schema is None:
        return None
    return column.schema.largest if column.schema.largest < 1 else 0.5 if column.schema.unique else None


plugin = constant
