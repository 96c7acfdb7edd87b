"""When and on what it is asked for: the same for all candidates of a page, for rankers that cross it with the rest."""

from __future__ import annotations

import numpy as np

from segue.core.protocols import Facts
from segue.core.types import F32, Candidates, Query
from segue.features._told import Told


class Moment:
    names = ("at_night", "in_the_morning", "in_the_afternoon", "in_the_evening", "on_a_phone", "on_a_speaker")

    def __init__(self, facts: Facts) -> None: ...

    def update(self, told: Told) -> None:
        """Nothing is kept."""

    def value(self, query: Query, candidates: Candidates) -> F32:
        values = np.zeros(len(self.names), np.float32)
        if 0 <= query.hour < 24:  # else nobody knows
            values[query.hour // 6] = 1
        values[4:] = query.context.device == "phone", query.context.device == "speaker"
        return np.tile(values, (len(candidates), 1))


plugin = Moment
