"""Hours within a day without any row, which such hours never lack."""

from __future__ import annotations

from collections.abc import Iterator

from segue.checks import Finding
from segue.checks.anomalies import Look
from segue.checks.anomalies._days import day_of

LEAST, MUCH = 0.02, 0.1
"""Share of a day that is worth a word; that is surely broken."""


def gap(look: Look) -> Iterator[Finding]:
    day = day_of(look)
    if day is None:
        return
    start = 0
    for hour in range(1, day.over + 1):
        if hour < day.over and day.seen[hour] <= 0.03 * day.usual[hour]:
            start = start or hour
            continue
        if start and hour < day.over:
            usual = float(day.usual[start:hour].sum())
            share = usual / max(float(day.usual.sum()), 1e-9)
            if share >= LEAST and day.missing(start, hour) < look.odds / 24:
                yield look.finding(
                    "gap", "fail" if share > MUCH else "warn",
                    f"{day.seen[start:hour].sum():,.0f} rows on {day.date} from {start:02d}:00 to {hour:02d}:00 UTC, "
                    "where a "
                    f"{day.kind} has {usual:,.0f} ({share:.0%} of its rows)",
                    int(usual), fix="look whether the source was down, and import these hours again if they are kept "
                    "there",
                )  # fmt: skip
        start = 0


plugin = gap
