"""What the listener keeps coming back to: plays count less the older they are."""

from __future__ import annotations

from dataclasses import dataclass

from segue.candidates._board import Board
from segue.core.types import Candidates, Query


@dataclass(frozen=True, slots=True)
class Recent:
    board: Board

    def __call__(self, query: Query, n: int) -> Candidates:
        items, strengths = self.board.distinct(query)
        return Candidates.of(items, strengths, "recent").top(max(0, n))


plugin = Recent
