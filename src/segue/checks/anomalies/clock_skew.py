"""Rows that say they happened in the future, or long ago: clocks that are wrong, often those of one client."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from segue.checks import Finding, Level
from segue.checks._samples import at_most, chance_above
from segue.checks.anomalies import Column, Look
from segue.checks.anomalies._days import date
from segue.checks.schema.columns import DAY

LEAST, MUCH = 0.002, 0.05
"""Share of rows that is worth a word; that is surely broken."""
AHEAD = 3_600_000
"""A clock may be an hour ahead."""
FAR = 60
"""Days that rows may be away from all the others, where the data before has none so far off."""


def clock_skew(look: Look) -> Iterator[Finding]:
    for column in look.columns():
        times = column.now.times
        if times is None or not times.hours:
            continue
        low, high, usual = _bounds(look, column)
        count = sum(n for h, n in times.hours.items() if h * 3_600_000 >= high or (h + times.step) * 3_600_000 <= low)
        rows = column.now.present
        if not count or count / rows < LEAST or chance_above(count, rows, usual) > look.odds:
            continue
        future = sum(n for h, n in times.hours.items() if h * 3_600_000 >= high)
        which = f"up to {date(times.last // DAY)}" if future else f"back to {date(times.first // DAY)}"
        where = "the future" if look.now and future and high >= look.now else "the days around"
        outside = pl.col(column.name).dt.epoch("ms").is_between(low, high, closed="left").not_()
        if not _temporal(look, column.name):
            outside = pl.col(column.name).is_between(low, high, closed="left").not_()
        level: Level = "fail" if count / rows > MUCH else "warn"
        who = _who(look, outside)
        check = "clock-skew" if column.name == look.time else "out-of-range"
        yield look.finding(
            check, level, f"{count:,} of {rows:,} rows ({count / rows:.1%}) have a {column.name} "
            f"{'in the future' if where == 'the future' else 'far from all others'}, {which}{who}",
            count, look.examples(outside, (column.name,)), column=column.name,
            fix=f"mend what writes {column.name}" if check == "out-of-range" else
            "take the time of arrival where a device's clock is off" +
            (f", and look at{who.replace(': ', ' ')}" if who else ""),
        )  # fmt: skip


def _temporal(look: Look, name: str) -> bool:
    return look.rows is not None and look.rows.collect_schema()[name].is_temporal()


def _bounds(look: Look, column: Column) -> tuple[float, float, float]:
    """UTC ms from and until which times are plausible, and the share that lies outside anyway."""
    times, before = column.now.times, column.before.times if column.before else None
    assert times is not None
    low, high = -62_135_596_800_000.0, 253_402_300_800_000.0
    if look.relation == "day" and column.name == look.time and times.step == 1:
        day = max(times.days().items(), key=lambda d: d[1])[0]
        reach = max(1, -(-look.span // DAY))
        low, high = (day - reach) * DAY, (day + reach + 1) * DAY
    elif before is not None and column.before is not None and column.before.present >= 100:
        span = max(before.last - before.first, FAR * DAY)
        low, high = before.first - span, before.last + max(span, FAR * DAY)
        middle = sorted(times.hours)[len(times.hours) // 2] * 3_600_000
        low, high = min(low, middle - FAR * DAY), max(high, middle + FAR * DAY)
    elif column.schema is not None:
        low, high = column.schema.min or low, column.schema.max or high
    usual = 0.0
    if look.now and (before is None or before.last <= look.now + AHEAD) and times.first <= look.now:
        high = min(high, look.now + AHEAD)
    if before is not None and column.before is not None:
        was = sum(n for h, n in before.hours.items() if h * 3_600_000 >= high)
        usual = at_most(was, column.before.present) if was else 0.0
    return low, high, usual


def _who(look: Look, outside: pl.Expr) -> str:
    """`: all of client=ios 4.1`, where they are of one slice."""
    if look.rows is None:
        return ""
    by = [s for s in look.statistics.sliced if ", " not in s]
    if not by:
        return ""
    try:
        found = look.rows.select(*by, off=outside).head(1_000_000).collect(engine="streaming")
    except pl.exceptions.PolarsError:
        return ""
    best: tuple[float, str] = (0.0, "")
    for name in by:
        parts = (
            found.drop_nulls([name]).group_by(name).agg(pl.len().alias("n"), pl.col("off").sum()).sort("off").tail(1)
        )
        if parts.height and (total := int(found["off"].sum())):
            share, size = parts["off"][0] / total, parts["n"][0] / found.height
            if share > 0.8 and size < 0.6 and share / size > best[0]:
                best = (share / size, f": {share:.0%} of them of {name}={parts[name][0]}")
    return best[1]


plugin = clock_skew
