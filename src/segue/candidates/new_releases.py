"""What came out lately in the genres the listener plays, or by artists they know; for a stranger, all that came out.

Lately is before the time of the request, or before the newest release where the request has no time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segue.candidates._board import Board, pick
from segue.core.types import Candidates, Query

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
            suits = np.asarray(section.genres[rows] @ self.board.taste(query.kind), np.float32)
            suits += self.board.familiar[section.artist[rows]] * np.float32(0.5)
            rows, fresh = rows[suits > 0], (suits * (0.5 + 0.5 * fresh))[suits > 0]
        return pick(section, rows, fresh, n, "new-releases")


plugin = NewReleases
