"""Data that is old, or that was there before: the newest row is days away, or the batch is one that came already."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from segue.checks import Finding
from segue.checks.anomalies import Look
from segue.checks.anomalies._days import date
from segue.checks.anomalies._repeats import row_names

DAY = 86_400_000
LATE, OLD = 2.0, 7.0
"""Days between the newest row and now that are worth a word; that are surely broken."""
SAME = 0.5
"""Share of rows that were there before, from which on the batch is said to be old."""


def stale(look: Look) -> Iterator[Finding]:
    yield from _repeated(look)
    if look.relation != "day" or not look.now or not look.time:
        return
    times = look.statistics.columns[look.time].times
    if times is None:
        return
    newest = max((h for h in times.hours if h * 3_600_000 <= look.now + DAY), default=0) + times.step
    behind = (look.now - newest * 3_600_000) / DAY
    if behind > LATE:
        yield look.finding(
            "stale", "fail" if behind > OLD else "warn", f"the newest row is of {date((newest - 1) // 24)}, "
            f"{behind:.1f} days ago", fix="look whether imports still run, and what they read",
        )  # fmt: skip


def _repeated(look: Look) -> Iterator[Finding]:
    """Rows of this batch that are in the data before, under the same ids or in every other column."""
    times = look.statistics.columns[look.time].times if look.time else None
    if times is None or times.last - times.first > max(3 * DAY, 2 * look.span):
        return  # a table that is whole every time
    if look.relation != "day" or look.rows is None or look.before_rows is None or look.before is None:
        return
    keys = [k for k in row_names(look, look.statistics) if k in look.before.columns]
    names = [c for c in look.statistics.columns if c in look.before.columns and c != look.time and c not in keys]
    found: list[tuple[float, str]] = []
    for by in (keys[:1], names):
        if by:
            share = _shared(look.rows, look.before_rows, by)
            found.append((share, f"the same {by[0]}" if by == keys[:1] else "the same values but for ids and times"))
    share, what = max(found, default=(0.0, ""))
    if share > SAME:
        count = round(share * look.statistics.rows)
        yield look.finding(
            "repeated-batch", "fail", f"{share:.0%} of the {look.statistics.rows:,} rows were there before, with "
            f"{what} "
            f"({look.against})", count, fix="the same data came again: look what the import reads, and take it out",
        )  # fmt: skip


def _shared(rows: pl.LazyFrame, before: pl.LazyFrame, by: list[str]) -> float:
    """Share of rows whose values in these columns, which hardly two rows share, are in both."""
    both = [r.select(h=pl.struct(pl.col(by).cast(pl.String, strict=False)).hash()) if not _nested(r, by) else
            r.select(h=pl.struct(by).hash()) for r in (rows, before)]  # fmt: skip
    now, old = (b.collect(engine="streaming")["h"] for b in both)
    if not len(now) or now.n_unique() < 0.9 * len(now) or old.n_unique() < 0.5 * len(old):
        return 0.0
    return int(now.is_in(old.unique().to_list()).sum()) / len(now)


def _nested(rows: pl.LazyFrame, by: list[str]) -> bool:
    schema = rows.collect_schema()
    return any(schema[b].is_nested() for b in by)


plugin = stale
