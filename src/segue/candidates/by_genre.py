"""Items whose leading genre is the one named in the words of the request, or of the listener's strongest genres.

By the model's score where there is a history, else by popularity.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segue.candidates._board import Board, pick
from segue.core.types import Candidates, Query

STRONGEST = 3


@dataclass(frozen=True, slots=True)
class ByGenre:
    board: Board

    def __call__(self, query: Query, n: int) -> Candidates:
        section = self.board.section(query.kind)
        if section is None:
            return Candidates.none()
        columns = self._columns(query)
        leading = section.leading_genres
        found = [leading.indices[leading.indptr[c] : leading.indptr[c + 1]] for c in columns]
        if not found:
            return Candidates.none()
        rows = found[0] if len(found) == 1 else np.unique(np.concatenate(found))
        values = self.board.scores(query) if len(query.history) and section.model else section.popularity
        return pick(section, rows, values[rows], n, "by-genre")

    def _columns(self, query: Query) -> list[int]:
        word = query.context.words.casefold()
        if not word:
            return self.board.top_genres(query.kind, STRONGEST)
        return self.board.stock.genre_columns(word)


plugin = ByGenre
