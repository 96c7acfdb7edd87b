"""How often an item stood before this listener lately, and how often in vain."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from segue.core.protocols import Facts
from segue.core.types import F32, Candidates, Query
from segue.features._pairs import Pairs
from segue.features._told import Told

DAYS = 7.0  # half-life


class Fatigue:
    names = ("shown", "shown_in_vain", "shown_days")
    kept: ClassVar[tuple[str, ...]] = ("_shown", "_answered")

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._shown, self._answered = Pairs(DAYS), Pairs(DAYS)

    def update(self, told: Told) -> None:
        known = told.shown.item >= 0
        shown, answers = told.shown, told.answers
        self._shown.add(shown.listener[known], shown.item[known], shown.at[known], shown.look[known])
        self._answered.add(answers.listener, answers.item, answers.at)

    def value(self, query: Query, candidates: Candidates) -> F32:
        rows = self._facts.rows(candidates.items)
        shown, days = self._shown.of(query.listener, rows, query.context.now)
        answered, _ = self._answered.of(query.listener, rows, query.context.now)
        columns = np.stack([shown, np.maximum(shown - answered, 0), days], axis=1)
        return np.asarray(np.log1p(columns), np.float32)


plugin = Fatigue
