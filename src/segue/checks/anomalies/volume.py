"""A day with far fewer or far more rows than such days have."""

from __future__ import annotations

from collections.abc import Iterator

from segue.checks import Finding
from segue.checks.anomalies import Look
from segue.checks.anomalies._days import day_of

FEWER, MORE = 0.65, 1.6
"""Rows, as a share of the usual, that are worth a word."""
LOST, FLOOD = 0.4, 3.0
"""Rows, as a share of the usual, that are surely broken."""


def volume(look: Look) -> Iterator[Finding]:
    day = day_of(look)
    if day is None or (usual := float(day.usual[: day.over].sum())) < 20:
        return
    rows = float(day.seen.sum())
    share = rows / usual
    words = f"{rows:,.0f} rows on {day.date}, {share:.0%} of the {usual:,.0f} that a {day.kind} has"
    if share < FEWER and day.fewer() < look.odds and rows < 0.85 * day.totals.min():
        yield look.finding(
            "volume-drop", "fail" if share < LOST else "warn", words, int(usual - rows),
            fix="look whether a source or a client stopped sending; import the day again if it was read too early",
        )  # fmt: skip
    if share > MORE and day.more() < look.odds and rows > 1.2 * day.totals.max():
        yield look.finding(
            "volume-surge", "fail" if share > FLOOD else "warn", words, int(rows - usual),
            fix="look whether something was sent twice, or who sends so much (`bot-listener`)",
        )  # fmt: skip


plugin = volume
