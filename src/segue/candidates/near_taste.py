"""What hardly anybody took yet, near to what the listener likes: new tracks by unknown artists, shows, audiobooks.

A model that learns from who took what has nothing to say of them; in the taste space they have a place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segue.candidates._board import SHARES, Board
from segue.core.types import Candidates, Query


@dataclass(frozen=True, slots=True)
class NearTaste:
    board: Board

    def __call__(self, query: Query, n: int) -> Candidates:
        space, section = self.board.stock.space, self.board.section(query.kind)
        if space is None or section is None or n < 1:
            return Candidates.none()
        points, shares = self.board.points(query.kind)
        unheard = self.board.stock.unheard(query.kind)
        found = [space.nearest(point, n, query.kind, unheard) for point in points]
        if not found:
            return Candidates.none()
        items = np.concatenate([f[0] for f in found])
        near = [f[1] + np.float32(np.log(share) / SHARES) for f, share in zip(found, shares.tolist())]
        best = Candidates.of(items, np.concatenate(near), "near-taste").top(len(items)).first_of_each()
        return best.take(np.arange(min(n, len(best))))


plugin = NearTaste
