"""What lies nearest in the taste space to any of the seeds of the request, and to its words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segue.candidates._board import Board
from segue.candidates._points import points_of
from segue.core.types import Candidates, Query


@dataclass(frozen=True, slots=True)
class NearSeeds:
    board: Board

    def __call__(self, query: Query, n: int) -> Candidates:
        space, section = self.board.stock.space, self.board.section(query.kind)
        points = points_of(self.board.stock, query.context.seeds, query.context.words, query.kind)
        if space is None or section is None or n < 1 or not len(points):
            return Candidates.none()
        found = [space.nearest(point, n, query.kind) for point in points]
        items, near = np.concatenate([f[0] for f in found]), np.concatenate([f[1] for f in found])
        inside = section.holds(items)
        each = Candidates.of(items[inside], near[inside], "near-seeds").top(len(items)).first_of_each()
        return each.take(np.arange(min(n, len(each))))


plugin = NearSeeds
