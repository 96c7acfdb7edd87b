"""What fits the activity of the request and the listener's taste: the model's order times how far the moods fit.

By popularity where there is no history to go by. Nothing where the request names no activity.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segue.candidates._board import Board, pick
from segue.core.types import Candidates, Query
from segue.signals.moods import activity

WIDE = 400.0
"""Places of the order down which an item that fits fully may stand and be worth half as much as the first."""


@dataclass(frozen=True, slots=True)
class ByMood:
    board: Board

    def __call__(self, query: Query, n: int) -> Candidates:
        section, moods = self.board.section(query.kind), self.board.stock.moods
        if section is None or moods is None or not query.context.activity:
            return Candidates.none()
        heard = section.model is not None and section.known[section.rows(query.history)].any()
        rows = self.board.leading(query) if heard else section.by_popularity
        fits = moods.fit(section.items[rows], activity(query.context.activity).name)
        taste = 1 / (1 + np.arange(len(rows)) / WIDE)
        worth = np.asarray(taste * fits, np.float32)
        return pick(section, rows[fits > 0], worth[fits > 0], n, "by-mood")


plugin = ByMood
