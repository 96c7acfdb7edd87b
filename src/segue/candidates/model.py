"""The released model over everything of a kind. Gives nothing where it has no history to go by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segue.candidates._board import Board, pick
from segue.core.types import Candidates, Query


@dataclass(frozen=True, slots=True)
class ByModel:
    board: Board

    def __call__(self, query: Query, n: int) -> Candidates:
        section = self.board.section(query.kind)
        if section is None or section.model is None or not section.known[section.rows(query.history)].any():
            return Candidates.none()
        rows, scores = self.board.leading(query), self.board.scores(query)
        if n > len(rows):
            rows = np.arange(len(section), dtype=np.int32)
        return pick(section, rows, scores[rows], n, "model")


plugin = ByModel
