"""Days without any row between days that have many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from segue.checks import Finding
from segue.checks._samples import rows_below
from segue.checks.anomalies import Look
from segue.checks.anomalies._days import date, weekday

DAY = 86_400_000
FEW = 5
"""Days from which on it is known what a day has."""


def missing_day(look: Look) -> Iterator[Finding]:
    if not look.time or (times := look.statistics.columns[look.time].times) is None or times.step > 24:
        return
    days = times.days()
    if look.relation == "day" and look.before is not None:
        yield from _between(look, min(days) if look.span > DAY else max(days.items(), key=lambda d: d[1])[0])
        yield from _within(look, days)
        return
    if len(days) < FEW:
        return
    counts = np.array(list(days.values()), np.float64)
    spread = max(1.0, float(counts.var(ddof=1) / counts.mean()))
    gone = [d for d in range(min(days), max(days)) if d not in days]
    if len(gone) > 0.2 * len(days):
        return  # days without rows are nothing special here
    bad = []
    for day in gone:
        alike = [n for d, n in days.items() if weekday(d) == weekday(day)]
        empty = sum(weekday(d) == weekday(day) for d in gone)
        if (
            alike
            and empty <= max(1, 0.1 * len(alike))
            and rows_below(0, float(np.median(alike)), spread) < look.odds / 10
        ):
            bad.append(day)
    if bad:
        yield look.finding(
            "missing-day", "warn", f"no rows on "
            f"{', '.join(map(date, bad[:5]))}{' and others' if len(bad) > 5 else ''}; "
            f"{np.median(counts):,.0f} on other days", len(bad) * int(np.median(counts)),
            fix=f"import {'this day' if len(bad) == 1 else 'these days'} again, or look whether nothing was recorded",
        )  # fmt: skip


def _between(look: Look, day: int) -> Iterator[Finding]:
    """Days that lie between those before and this one."""
    old = look.before.columns.get(look.time) if look.before else None
    if old is None or old.times is None or old.times.step > 24:
        return
    days = {d: n for d, n in old.times.days().items() if d < day}
    if len(days) < 3:
        return
    last, whole = max(days), max(days) - min(days) + 1
    if last < day - 1 and len(days) > 0.9 * whole:
        gone = list(range(last + 1, day))
        yield look.finding(
            "missing-day", "fail", f"no rows between {date(last)} and {date(day)}: {len(gone)} "
            f"{'day is' if len(gone) == 1 else 'days are'} missing; {np.median(list(days.values())):,.0f} on other "
            "days",
            len(gone) * int(np.median(list(days.values()))), fix=f"import {', '.join(map(date, gone[:5]))}",
        )  # fmt: skip


def _within(look: Look, days: Mapping[int, int]) -> Iterator[Finding]:
    """Days inside of a batch of several, where such days always had rows."""
    old = look.before.columns.get(look.time) if look.before else None
    if look.span < 3 * DAY or old is None or old.times is None or old.times.step > 24:
        return
    before = old.times.days()
    first, last = min(before), max(before)
    counts = np.array([before.get(d, 0) for d in range(first, last + 1)], np.float64)
    usual = {k: [before.get(d, 0) for d in range(first, last + 1) if weekday(d) == k] for k in map(weekday, before)}
    spread = max(1.0, float(counts.var(ddof=1) / counts.mean()))
    start = max(min(days), last + 1) if last < max(days) else min(days)
    gone = [
        d
        for d in range(start, max(days))
        if d not in days
        and min(usual.get(weekday(d), [0])) > 0
        and rows_below(0, float(np.median(usual[weekday(d)])), spread) < look.odds
    ]
    if gone:
        yield look.finding(
            "missing-day", "fail", f"no rows on {', '.join(map(date, gone[:5]))}"
            f"{' and others' if len(gone) > 5 else ''}; {np.median(counts):,.0f} on other days",
            len(gone) * int(np.median(counts)), fix=f"import {', '.join(map(date, gone[:5]))} again",
        )  # fmt: skip


plugin = missing_day
