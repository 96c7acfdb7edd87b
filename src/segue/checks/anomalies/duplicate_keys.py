"""The same id twice, in columns whose values name a row."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from segue.checks import Finding
from segue.checks.anomalies import Look

MUCH = 0.001
"""Share of rows that is surely broken."""


def duplicate_keys(look: Look) -> Iterator[Finding]:
    for names in look.schema.unique if look.schema else []:
        counted = _counted(look, names)
        if counted is None:
            continue
        rows, different = counted
        extra = rows - different
        if extra <= 0:
            continue
        label = ", ".join(names)
        yield look.finding(
            "duplicate-keys", "fail" if extra > max(2, MUCH * rows) else "warn",
            f"{extra:,} of {rows:,} rows ({extra / rows:.1%}) repeat a value of {label}, which names one row",
            extra, look.examples(pl.struct(names).is_duplicated(), names), column=label,
            fix=f"keep one row for each {label}; look whether two sources number their rows alike",
        )  # fmt: skip


def _counted(look: Look, names: list[str]) -> tuple[int, int] | None:
    """(rows with these columns, how many different ones); None where it cannot be known for sure."""
    columns = [look.statistics.columns.get(n) for n in names]
    if any(c is None or not c.present for c in columns):
        return None
    if look.rows is not None:
        there = look.rows.select(names).drop_nulls()
        found = there.select(pl.len(), n=pl.struct(names).n_unique()).collect(engine="streaming").row(0)
        return int(found[0]), int(found[1])
    only = columns[0]
    if len(columns) == 1 and only is not None and only.unique.exact:
        return only.present, int(only.unique.count)
    return None


plugin = duplicate_keys
