"""A day that stops early or starts late: the hours at its end have no rows, which such days always have."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from segue.checks import Finding
from segue.checks.anomalies import Look
from segue.checks.anomalies._days import Day, day_of

LEFT = 0.03
"""Share of the usual rows that the missing hours may still have: rows that came late."""
LEAST, MUCH = 0.02, 0.08
"""Share of a day that is worth a word; that is surely broken."""


def truncated_day(look: Look) -> Iterator[Finding]:
    day = day_of(look)
    if day is None:
        return
    for first, last in _ends(day):
        usual = float(day.usual[first:last].sum())
        share = usual / max(float(day.usual.sum()), 1e-9)
        if share < LEAST or day.missing(first, last) > look.odds:
            continue
        what = f"stops at {first:02d}:00" if last == day.over else f"starts at {last:02d}:00"
        yield look.finding(
            "truncated-day", "fail" if share > MUCH else "warn",
            f"{day.date} {what} UTC: {day.seen[first:last].sum():,.0f} rows from {first:02d}:00 to {last:02d}:00, "
            "where a "
            f"{day.kind} has {usual:,.0f} ({share:.0%} of its rows)",
            int(usual), fix=f"import {day.date} again: it was read before it was complete",
        )  # fmt: skip
        return


def _ends(day: Day) -> list[tuple[int, int]]:
    """The longest stretch of hours up to the end, and from the start, that has next to nothing."""
    found = []
    seen, usual, over = day.seen[: day.over], day.usual[: day.over], day.over
    tail_seen, tail_usual = np.cumsum(seen[::-1])[::-1], np.cumsum(usual[::-1])[::-1]
    empty = [h for h in range(over) if tail_seen[h] <= LEFT * tail_usual[h] and seen[h] <= LEFT * usual[h]]
    if empty and empty[0] > 0:
        found.append((empty[0], over))
    head_seen, head_usual = np.cumsum(seen), np.cumsum(usual)
    empty = [h for h in range(over) if head_seen[h] <= LEFT * head_usual[h] and seen[h] <= LEFT * usual[h]]
    if empty and empty[-1] < over - 1:
        found.append((0, empty[-1] + 1))
    return sorted(found, key=lambda f: -day.usual[f[0] : f[1]].sum())


plugin = truncated_day
