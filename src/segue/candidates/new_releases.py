"""What came out lately near to what the listener likes, in genres they play, or by artists they know.

Nobody needs to have taken it: where words or sound place it in the taste space, it is found there. A stranger gets all
that came out. Lately is before the time of the request, or before the newest release where the request has no time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segue.candidates._board import SHARES, Board, pick
from segue.candidates._section import Rows
from segue.core.types import F32, I32, Candidates, Kind, Query

DAY_MS = 86_400_000
DAYS = 120


@dataclass(frozen=True, slots=True)
class NewReleases:
    board: Board

    def __call__(self, query: Query, n: int) -> Candidates:
        section = self.board.section(query.kind)
        if section is None or not len(section.by_release):
            return Candidates.none()
        minus = section.minus_released
        now = query.context.now or -int(minus[0])
        first, last = np.searchsorted(minus, [-now, DAYS * DAY_MS - now])
        rows, age = section.by_release[first:last], (now + minus[first:last]) / (DAYS * DAY_MS)
        fresh = (1 - age).astype(np.float32)
        if len(query.history):
            suited = suiting(self.board, query.kind, rows)
            rows, fresh = rows[suited > 0], (suited * (0.5 + 0.5 * fresh))[suited > 0]
        return pick(section, rows, fresh, n, "new-releases")


def suiting(board: Board, kind: Kind, rows: I32 | Rows) -> F32:
    """(K,) how well items of a kind suit the listener: by genre, by artist, and by where they lie in the space."""
    section, space = board.stock.sections[kind], board.stock.space
    out = np.asarray(section.genres[rows] @ board.taste(kind), np.float32)
    out += board.familiar[section.artist[rows]] * np.float32(0.5)
    points, shares = board.points(kind)
    if space is not None and len(points):
        at = space.rows(section.items[rows])
        near = (space.vectors[at] @ points.T + np.log(shares) / SHARES).max(axis=1)
        out += np.where(at >= 0, np.maximum(near, 0), 0)
    return out


plugin = NewReleases
