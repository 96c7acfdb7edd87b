"""What the listener plays around this hour on days like this one; of an activity only what fits it.

What was played once in a sitting of twelve tracks counts a twelfth; lately counts more than long ago.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segue.candidates._board import Board, pick, strengths
from segue.core.types import Candidates, Query
from segue.signals.moods import activity


@dataclass(frozen=True, slots=True)
class AtThisHour:
    board: Board

    def __call__(self, query: Query, n: int) -> Candidates:
        section, moods = self.board.section(query.kind), self.board.stock.moods
        if section is None or not len(query.history):
            return Candidates.none()
        told = self.board.habits(query.kind).here * strengths(query.weights, query.at)
        items, where = np.unique(query.history, return_inverse=True)
        strength = np.bincount(where, told, len(items)).astype(np.float32)
        if query.context.activity and moods is not None:
            strength = strength * moods.fit(items, activity(query.context.activity).name)
        kept = section.holds(items) & (strength > 0)
        return pick(section, section.rows(items[kept]), strength[kept], n, "at-this-hour")


plugin = AtThisHour
