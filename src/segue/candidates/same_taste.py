"""What listeners of the same genres took to, of a kind this listener may never have tried: shows from music taste."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segue.candidates._board import Board, pick
from segue.core.types import Candidates, Query


@dataclass(frozen=True, slots=True)
class SameTaste:
    board: Board

    def __call__(self, query: Query, n: int) -> Candidates:
        stock = self.board.stock
        section, by = self.board.section(query.kind), stock.primary
        if section is None or query.kind == by or not len(self.board.primary.history):
            return Candidates.none()
        genres, took = stock.crossed(query.kind, by)
        suits = self.board.taste(by)[genres] @ took
        rows = np.flatnonzero(suits > 0)
        return pick(section, rows, suits[rows], n, "same-taste")


plugin = SameTaste
