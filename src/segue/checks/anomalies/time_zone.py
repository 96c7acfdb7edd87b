"""Times in another zone: the hours of the day are shifted by whole hours, or a half, in all rows or in one slice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from segue.checks import Finding
from segue.checks.anomalies import Look
from segue.checks.anomalies._days import day_of
from segue.core.types import F64

HALF, SLOTS = 1_800_000, 48
"""Half an hour, ms; half hours a day."""
ROWS = 150
"""Rows below which a slice is not looked at."""
GAIN, LEAST = 0.35, 0.12
"""What is left of the distance once shifted back, at most; distance (total variation) that is worth a word."""


@dataclass(frozen=True, slots=True)
class Shift:
    """The shift in half hours, positive where times are too late, and the distances without and with it."""

    slots: int
    apart: float
    left: float

    def words(self) -> str:
        hours = abs(self.slots) / 2
        return f"{hours:g} {'hour' if hours == 1 else 'hours'} {'later' if self.slots > 0 else 'earlier'} than usual"


def time_zone(look: Look) -> Iterator[Finding]:
    if not look.time or look.before is None or look.relation == "training":
        return
    edge = _past_the_day(look)
    if edge is not None:
        yield _finding(look, edge, "", look.statistics.rows)
        return
    if look.rows is None or look.before_rows is None:
        return
    by = [s for s in look.statistics.sliced if ", " not in s and s in look.statistics.columns]
    now, before = (_half_hours(rows, look.time, by) for rows in (look.rows, look.before_rows))
    if now is None or before is None:
        return
    extra = _spread(look)
    day = day_of(look)
    holes = day is not None and bool(((day.seen < 0.03 * day.usual) & (day.usual > 5 * day.spread))[: day.over].any())
    whole = None if holes else shifted(_counts(before), _counts(now), extra, look.odds)
    if whole is not None:
        yield _finding(look, whole, "", int(now["n"].sum()))
        return
    found: list[tuple[float, str, Shift, int]] = []
    for name in by:
        for (value,), part in now.drop_nulls(name).partition_by(name, as_dict=True).items():
            old, rows = before.filter(pl.col(name) == value), int(part["n"].sum())
            if rows >= ROWS and old["n"].sum() >= 3 * ROWS:
                shift = shifted(_counts(old), _counts(part), extra, look.odds / 10)
                if shift is not None:
                    found.append((shift.apart - shift.left, f"{name}={value}", shift, rows))
    if found:
        _, label, shift, rows = max(found, key=lambda f: f[0])
        yield _finding(look, shift, label, rows)


def _finding(look: Look, shift: Shift, label: str, rows: int) -> Finding:
    hour = abs(shift.slots) == 2  # as when daylight saving begins or ends
    return look.finding(
        "time-zone", "note" if hour else "fail", f"{look.time}{f' of {label}' if label else ''} is {shift.words()}: "
        f"shifted back, the hours of the day are as {look.against} "
        f"(distance {shift.left:.2f} instead of {shift.apart:.2f})",
        rows, column=look.time, slice=label, fix="have times sent in UTC, or with their zone",
    )  # fmt: skip


def _past_the_day(look: Look) -> Shift | None:
    """A day that starts late and goes on into the next one as long, or the other way round."""
    day = day_of(look)
    times = look.statistics.columns[look.time].times
    if day is None or times is None or day.over < 24:
        return None
    start, end = day.number * 24, day.number * 24 + 24
    after = [h for h in times.hours if end <= h < end + 14 and times.hours[h] >= 2]
    ahead = [h for h in times.hours if start - 14 <= h < start and times.hours[h] >= 2]
    late, early = (max(after) - end + 1 if after else 0), (start - min(ahead) if ahead else 0)
    if bool(late) == bool(early):
        return None
    hours = late or early
    whole = (
        hours if _empty(day.seen, hours, bool(late)) else hours - 1 if _empty(day.seen, hours - 1, bool(late)) else 0
    )
    first, last = (0, whole) if late else (24 - whole, 24)
    if not whole or day.missing(first, last) > look.odds:
        return None
    half = (
        whole != hours
        and (day.seen[whole] if late else day.seen[23 - whole]) < 0.75 * day.usual[whole if late else 23 - whole]
    )
    slots = 2 * whole + (1 if half else 0)
    share = float(day.usual[first:last].sum() / day.usual.sum())
    return Shift(slots if late else -slots, share, 0.0)


def _empty(seen: F64, hours: int, late: bool) -> bool:
    return hours > 0 and float(seen[:hours].sum() if late else seen[24 - hours :].sum()) <= 0.02 * float(seen.sum())


def _half_hours(rows: pl.LazyFrame, time: str, by: list[str]) -> pl.DataFrame | None:
    dtype = rows.collect_schema().get(time)
    if dtype is None:
        return None
    at = pl.col(time).dt.epoch("ms") if dtype.is_temporal() else pl.col(time)
    by = [b for b in by if b in rows.collect_schema()]
    try:
        slot = (at % (SLOTS * HALF) // HALF).cast(pl.Int16).alias("slot")
        return (
            rows.select(*by, slot).drop_nulls("slot").group_by(*by, "slot").agg(n=pl.len()).collect(engine="streaming")
        )
    except pl.exceptions.PolarsError:
        return None


def _counts(rows: pl.DataFrame) -> F64:
    """(48,) rows of each half hour of the day."""
    counts = np.zeros(SLOTS)
    np.add.at(counts, rows["slot"].to_numpy(), rows["n"].to_numpy())
    return counts


def _spread(look: Look) -> float:
    day = day_of(look)
    return day.spread if day is not None else max(1.0, 0.2 / look.worth)


def shifted(before: F64, now: F64, spread: float, odds: float) -> Shift | None:
    """The shift by which (48,) rows a half hour are as before, if they are far from it without."""
    n = float(now.sum())
    if n < ROWS or before.sum() < ROWS:
        return None
    p, q = _smooth(before / before.sum()), _smooth(now / n)
    apart = float(np.abs(p - q).sum() / 2)
    left = [float(np.abs(np.roll(p, s) - q).sum() / 2) for s in range(SLOTS)]
    best = int(np.argmin(left))
    slots = best if best <= SLOTS // 2 else best - SLOTS
    # by chance: mean of total variation, and what is added to it once in 1/odds times (McDiarmid)
    usual = float(np.sqrt(p * (1 - p) * spread / n / (2 * np.pi)).sum() * 2**0.5)
    noise = usual + float(np.sqrt(spread * np.log(1 / odds) / (2 * n)))
    if abs(slots) < 1 or apart < max(LEAST, noise) or left[best] > GAIN * apart + min(usual, GAIN * apart / 2):
        return None
    return Shift(slots, apart, left[best])


def _smooth(p: F64) -> F64:
    """Over an hour and a half, so that shifts are told from noise."""
    found: F64 = (np.roll(p, 1) + p + np.roll(p, -1)) / 3
    return found


plugin = time_zone
