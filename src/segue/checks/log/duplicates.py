"""Duplicates: the same listener, item, type and moment under two ids, as from two exports of one service."""

from __future__ import annotations

import polars as pl

from segue.checks import Finding
from segue.checks.log import Facts

KEYS = ("type", "listener", "item", "playlist", "at", "words", "page", "position")
WARN, FAIL = 0.001, 0.05  # share of timed events


def duplicates(facts: Facts) -> list[Finding]:
    frame = pl.from_arrow(facts.events.select([*KEYS]))
    assert isinstance(frame, pl.DataFrame)
    timed = frame.filter(pl.col("at") > 0)
    if timed.is_empty():
        return []
    extra = timed.height - timed.unique().height
    share = extra / timed.height
    if share <= WARN:
        return []
    message = f"{share:.1%} of events say the same as another one under another id (two exports of one history?)"
    return [Finding("duplicates", "fail" if share > FAIL else "warn", message, extra)]


plugin = duplicates
