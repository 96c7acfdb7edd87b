"""The model's best among artists the listener has never heard; without artists, among items never heard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segue.candidates._board import Board, pick
from segue.core.types import Candidates, Query


@dataclass(frozen=True, slots=True)
class NewArtists:
    board: Board

    def __call__(self, query: Query, n: int) -> Candidates:
        section = self.board.section(query.kind)
        if section is None or section.model is None or not section.known[section.rows(query.history)].any():
            return Candidates.none()
        familiar = self.board.familiar
        rows = self.board.leading(query)
        rows = rows[~familiar[section.artist[rows]] & ~familiar[section.items[rows]]]
        if len(rows) < n:
            rows = np.flatnonzero(~familiar[section.artist] & ~familiar[section.items]).astype(np.int32)
        return pick(section, rows, self.board.scores(query)[rows], n, "new-artists")


plugin = NewArtists
