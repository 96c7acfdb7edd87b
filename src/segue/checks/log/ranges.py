"""Ranges: no event from the future or from before sound was streamed, no play longer than its item."""

from __future__ import annotations

import numpy as np

from segue.checks import Finding, Level
from segue.checks.log import Facts

DAY = 86_400_000
EARLIEST = 946_684_800_000  # 2000-01-01
LONGER = 1.5  # times the duration: pausing and seeking explain less


def ranges(facts: Facts) -> list[Finding]:
    found: list[Finding] = []
    at = facts.column("at")
    late = at > facts.now + DAY
    if late.any():
        found.append(Finding("ranges", "fail", "events lie more than a day in the future", int(late.sum())))
    early = (at > DAY * 365) & (at < EARLIEST)  # 0 and running orders mean "no time known"
    if early.any():
        found.append(Finding("ranges", "warn", "events are dated before the year 2000", int(early.sum())))
    if len(facts.items):
        item = facts.column("item")
        place = np.searchsorted(facts.items, item).clip(max=len(facts.items) - 1)
        duration = np.where(facts.items[place] == item, facts.duration[place], 0)
        played = np.nan_to_num(facts.column("ms_played").astype(np.float64))
        long = facts.of_type("play") & (duration > 0) & (played > LONGER * duration)
        if long.any():
            level: Level = "warn" if long.mean() < 0.05 else "fail"
            found.append(
                Finding("ranges", level, f"plays last over {LONGER} times the length of the item", int(long.sum()))
            )
    return found


plugin = ranges
