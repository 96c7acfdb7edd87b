"""The day under test, hour by hour, beside what such a day usually looks like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from segue.checks._samples import rows_above, rows_below
from segue.checks.anomalies import Look
from segue.core.types import F64

DAY = 86_400_000
FEW = 3
"""Days before from which on it is known how much days differ."""
UNKNOWN = 10.0
"""Taken for the spread of rows an hour where it is not known."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day. Rows vary by `spread` times what independent ones would (variance over mean)."""

    number: int  # days since 1970, UTC
    seen: F64  # (24,) rows an hour
    usual: F64  # (24,) what such a day has on average
    spread: float  # of an hour
    totals: F64  # (D,) rows of such days
    total_spread: float  # of a whole day
    over: int  # hours of it that are over: fewer than 24 while the day lasts
    kind: str  # "Thursday", "day"

    @property
    def date(self) -> str:
        return date(self.number)

    def missing(self, first: int, last: int) -> float:
        """Probability that the hours first … last - 1 have as few rows as they do; quiet days have fewer all day."""
        rest = np.ones(24, np.bool_)
        rest[first:last] = False
        rest[self.over :] = False
        level = min(1.0, float(self.seen[rest].sum() / max(self.usual[rest].sum(), 1e-9))) if rest.any() else 1.0
        return rows_below(float(self.seen[first:last].sum()), float(self.usual[first:last].sum() * level), self.spread)

    def fewer(self) -> float:
        """Probability of as few rows in all."""
        usual = float(self.usual[: self.over].sum())
        return rows_below(float(self.seen.sum()), usual, self._spread(usual))

    def more(self) -> float:
        """Probability of as many rows in all."""
        usual = float(self.usual[: self.over].sum())
        return rows_above(float(self.seen.sum()), usual, self._spread(usual))

    def _spread(self, usual: float) -> float:
        """At least days that differ by 7 %."""
        return max(self.total_spread * (1 + 1 / max(1, len(self.totals))), 0.07**2 * usual)


def date(day: int) -> str:
    """2026-11-26, of days since 1970."""
    return str(np.datetime64(day, "D"))


def weekday(day: int) -> str:
    return ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")[(day + 3) % 7]


def day_of(look: Look) -> Day | None:
    """The day under test, where the table is one, all of it is there, and there are days before."""
    if look.relation != "day" or look.before is None or look.statistics.sampled < 1 or not look.time:
        return None
    if look.span > 1.5 * DAY:
        return None  # weeks, months
    old = look.before.columns.get(look.time)
    times, before = look.statistics.columns[look.time].times, old.times if old is not None else None
    if times is None or before is None or times.step > 1 or before.step > 1:
        return None
    number = max(times.days().items(), key=lambda d: d[1])[0]
    table = by_day({h: n for h, n in before.hours.items() if h // 24 < number})
    whole = {d: hours for d, hours in table.items() if hours.sum()}
    if not whole:
        return None
    middle = float(np.median([h.sum() for h in whole.values()]))
    for end in {min(whole), max(whole)}:  # the first and the last may be cut
        if whole[end].sum() < 0.6 * middle and len(whole) > 1:
            del whole[end]
    recent = {d: h for d, h in whole.items() if d >= number - 14} or whole
    alike = {d: h for d, h in whole.items() if weekday(d) == weekday(number) and d >= number - 42}
    chosen = alike if len(alike) >= 2 else recent
    hours = np.stack(list(chosen.values()))
    everyday = np.stack(list(recent.values()))
    over = 24
    if look.now and look.now // DAY == number:
        over = int(look.now // 3_600_000 % 24)
    seen = by_day(times.hours)[number]
    totals = hours.sum(1)
    return Day(number, seen, hours.mean(0), _spread(everyday), totals, _spread(everyday.sum(1, keepdims=True)), over,
               weekday(number) if chosen is alike else "day")  # fmt: skip


def by_day(hours: Mapping[int, int]) -> dict[int, F64]:
    """Day → (24,) rows an hour, of all days from the first to the last."""
    found = {d: np.zeros(24) for d in sorted({h // 24 for h in hours})}
    for hour, rows in hours.items():
        found[hour // 24][hour % 24] += rows
    return found


def _spread(rows: F64) -> float:
    """Variance over mean of (D, H) rows, at least 1; UNKNOWN for few days."""
    if len(rows) < FEW:
        return UNKNOWN
    mean, variance = rows.mean(0), rows.var(0, ddof=1)
    return max(1.0, float(variance.sum() / max(mean.sum(), 1e-9)))
