"""What a listener may take of a kind they have hardly tried, by the model that crosses to it from another kind."""

from __future__ import annotations

from dataclasses import dataclass

from segue.candidates._board import Board, pick
from segue.core.types import Candidates, Query


@dataclass(frozen=True, slots=True)
class AcrossKinds:
    board: Board

    def __call__(self, query: Query, n: int) -> Candidates:
        """Nothing where the release has no such model, or the listener nothing of the kind it goes by."""
        section, crossing = self.board.section(query.kind), self.board.stock.crossings.get(query.kind)
        if section is None or crossing is None:
            return Candidates.none()
        by, model = crossing
        heard, known = self.board.query(by), self.board.section(by)
        if known is None or not len(known.rows(heard.history)):
            return Candidates.none()
        inside = section.holds(model.items)
        rows = section.rows(model.items[inside])
        return pick(section, rows, model.score(heard.batch())[0][inside], n, "across-kinds")


plugin = AcrossKinds
