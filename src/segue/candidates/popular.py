"""What many listen to: in the country of the request and at its time of day where these are known, else everywhere."""

from __future__ import annotations

from dataclasses import dataclass

from segue.candidates._board import Board
from segue.core.types import Candidates, Query


@dataclass(frozen=True, slots=True)
class Popular:
    board: Board

    def __call__(self, query: Query, n: int) -> Candidates:
        section = self.board.section(query.kind)
        if section is None:
            return Candidates.none()
        if not query.context.country and not query.context.now:
            rows = section.by_popularity[: max(0, n)]
            return Candidates.of(section.items[rows], section.popularity[rows], "popular")
        rows, crowd = section.by_crowd(query.context.country, query.context.now if query.hour >= 0 else 0, max(0, n))
        return Candidates.of(section.items[rows], crowd, "popular")


plugin = Popular
