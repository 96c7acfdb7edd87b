"""How often an item is taken these days: by itself, and albums, shows and artists with what belongs to them."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from segue.core.protocols import Facts
from segue.core.types import F32, Candidates, Query
from segue.features._decayed import Decayed
from segue.features._lifted import Lifted
from segue.features._told import Told

HALF_LIVES = (2.0, 14.0, 60.0)  # days


class Popularity:
    names = ("taken_2d", "taken_14d", "taken_60d", "rising")
    kept: ClassVar[tuple[str, ...]] = ("_counts",)

    def __init__(self, facts: Facts) -> None:
        self._facts, self._lifted = facts, Lifted.of(facts)
        self._counts = [Decayed(h, len(facts.items)) for h in HALF_LIVES]

    def update(self, told: Told) -> None:
        heard = told.takes.heard
        rows, of = self._lifted(told.takes.item[heard])
        at = told.takes.at[heard][of]
        for counts in self._counts:
            counts.add(rows, at, told.newest)

    def value(self, query: Query, candidates: Candidates) -> F32:
        rows = self._facts.rows(candidates.items)
        short, middle, long = (c.at(rows, query.context.now) for c in self._counts)
        # Counts of an even stream are as their half-lives: what is above that is rising.
        rising = np.log1p(short / HALF_LIVES[0]) - np.log1p(middle / HALF_LIVES[1])
        return np.stack([np.log1p(short), np.log1p(middle), np.log1p(long), rising], axis=1).astype(np.float32)


plugin = Popularity
