"""Rows that are there twice, under the same id or under two: an import that ran twice, two exports of one history."""

from __future__ import annotations

from collections.abc import Iterator

from segue.checks import Finding, Level
from segue.checks._samples import at_most, chance_above
from segue.checks.anomalies import Look
from segue.checks.anomalies._days import day_of
from segue.checks.anomalies._repeats import Repeats, repeats, row_names

LEAST, MUCH = 0.005, 0.05
"""Share of rows beyond the usual one that is worth a word; that is surely broken."""
DOUBLED = 0.35
"""Share of rows that are one too many from which on all of the day is there twice."""


def duplicate_rows(look: Look) -> Iterator[Finding]:
    found = repeats(look, look.rows, look.statistics)
    if found is None or not found.apart:
        return
    before = repeats(look, look.before_rows, look.before)
    bound = at_most(before.apart, before.rows) if before else _rare(look)
    beyond = found.share - bound
    if beyond < LEAST or found.apart < 3 or chance_above(found.apart, found.rows, bound) > look.odds:
        return
    usual = f"{before.share:.2%} {look.then}" if before else "a few are usual"
    day = day_of(look)
    if found.share > DOUBLED and (look.relation == "day" or found.whole == found.apart):
        yield look.finding(
            "doubled-day", "fail", f"{found.apart:,} of {found.rows:,} rows ({found.share:.0%}) "
            f"{f'of {day.date} ' if day else ''}are there twice{_under(found)}; {usual}",
            found.apart, found.examples, fix="the same data was imported twice: keep each row once",
        )  # fmt: skip
        return
    level: Level = "fail" if beyond > MUCH else "warn"
    yield look.finding(
        "duplicate-rows", level, f"{found.apart:,} of {found.rows:,} rows ({found.share:.1%}) say the same as another "
        f"one{_under(found)}; {usual}", found.apart, found.examples,
        fix="keep each row once; look whether a source sends again what it sent before, or two exports overlap",
    )  # fmt: skip


def _rare(look: Look) -> float:
    """Without data before: rows of few different values repeat by themselves, those of many do not.

    A name of the row is no value of it: items of which nothing is known but their ids are all alike.
    """
    names = row_names(look, look.statistics)
    different = max((c.unique.count for n, c in look.statistics.columns.items() if n not in names), default=0.0)
    return 0.02 if different > 0.5 * look.statistics.rows else 1.0


def _under(found: Repeats) -> str:
    return "" if found.whole == found.apart else " under another id"


plugin = duplicate_rows
