"""Required fields: an event that needs an item names one, and items have titles."""

from __future__ import annotations

import numpy as np

from segue.checks import Finding
from segue.checks.log import Facts

WITHOUT_ITEM = ("search",)
MANY = 0.5  # share of untitled items that deserves a warning


def required(facts: Facts) -> list[Finding]:
    found: list[Finding] = []
    item = facts.column("item")
    lost = (item == 0) & ~facts.of_type(*WITHOUT_ITEM)
    if lost.any():
        ids = facts.column("id")[lost][:3]
        found.append(
            Finding("required", "fail", "events that need an item have none", int(lost.sum()), tuple(map(str, ids)))
        )
    unknown = (item != 0) & ~np.isin(item, facts.items)
    if unknown.any():
        count = int(unknown.sum())
        found.append(Finding("required", "fail", "events name items that the catalogue does not hold", count))
    if len(facts.items) and (bare := float((~facts.named).mean())) > MANY:
        message = f"{bare:.0%} of the catalogue has no title but its id: Home will show ids"
        found.append(Finding("required", "note", message, int((~facts.named).sum())))
    if not len(item):
        found.append(Finding("required", "fail", "the log holds no events: import something first"))
    return found


plugin = required
