"""How long an item has been out, and whether anybody took it yet."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from segue.core.protocols import Facts
from segue.core.types import F32, Candidates, Query
from segue.features._decayed import DAY_MS
from segue.features._lifted import Lifted
from segue.features._told import Told

NEW_DAYS, UNKNOWN_DAYS = 30.0, 1_000.0


class Age:
    names = ("released_days", "is_new", "release_unknown", "never_taken")
    kept: ClassVar[tuple[str, ...]] = ("_taken",)

    def __init__(self, facts: Facts) -> None:
        self._facts, self._lifted = facts, Lifted.of(facts)
        self._taken = np.zeros(len(facts.items), np.bool_)

    def update(self, told: Told) -> None:
        self._taken[self._lifted(told.takes.item[told.takes.heard])[0]] = True

    def value(self, query: Query, candidates: Candidates) -> F32:
        rows = self._facts.rows(candidates.items)
        there = rows >= 0
        released = np.where(there, self._facts.released[rows], 0) if len(self._taken) else np.zeros(len(rows))
        unknown = released == 0
        days = np.where(unknown, UNKNOWN_DAYS, np.maximum(query.context.now - released, 0) / DAY_MS)
        never = ~there | ~self._taken[rows] if len(self._taken) else ~there
        return np.stack([np.log1p(days), days < NEW_DAYS, unknown, never], axis=1).astype(np.float32)


plugin = Age
