"""How well a listener knows an item and who made it, and what of it they left."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from segue.core.protocols import Facts
from segue.core.types import F32, Candidates, Query
from segue.features._lifted import Lifted
from segue.features._pairs import Pairs
from segue.features._told import Told, makers

HEARD_DAYS, LEFT_DAYS = 60.0, 14.0  # half-lives


class Familiarity:
    names = ("heard", "heard_days", "maker_heard", "maker_heard_days", "left", "maker_left")
    kept: ClassVar[tuple[str, ...]] = ("_heard", "_left")

    def __init__(self, facts: Facts) -> None:
        self._facts, self._lifted, self._makers = facts, Lifted.of(facts), makers(facts)
        self._heard, self._left = Pairs(HEARD_DAYS), Pairs(LEFT_DAYS)

    def update(self, told: Told) -> None:
        takes = told.takes
        rows, of = self._lifted(takes.item)
        heard = takes.heard[of]
        for pairs, some in ((self._heard, heard), (self._left, ~heard)):
            pairs.add(takes.listener[of[some]], rows[some], takes.at[of[some]])

    def value(self, query: Query, candidates: Candidates) -> F32:
        rows = self._facts.rows(candidates.items)
        maker = np.where(rows >= 0, self._makers[rows], -1) if len(self._makers) else rows
        who, now = query.listener, query.context.now
        heard, days = self._heard.of(who, rows, now)
        by_maker, maker_days = self._heard.of(who, maker, now)
        left, maker_left = self._left.of(who, rows, now)[0], self._left.of(who, maker, now)[0]
        columns = [heard, days, by_maker, maker_days, left, maker_left]
        return np.log1p(np.stack(columns, axis=1)).astype(np.float32)


plugin = Familiarity
