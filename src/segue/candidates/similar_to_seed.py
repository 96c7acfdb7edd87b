"""Items like the seeds of the request. A seed of another kind stands for its own items: an artist for their tracks.

A seed that hardly anybody took, or of which nothing else is known, goes by its place in the taste space.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segue.candidates._board import Board, pick
from segue.core.types import Candidates, Query


@dataclass(frozen=True, slots=True)
class SimilarToSeed:
    board: Board

    def __call__(self, query: Query, n: int) -> Candidates:
        section = self.board.section(query.kind)
        if section is None or not query.context.seeds:
            return Candidates.none()
        if len(query.context.seeds) == 1:
            seed = query.context.seeds[0]
            if self._new(query, seed) and len(placed := self._placed(query, n)):
                return placed
            rows, alike = section.near(seed)
            if len(rows):
                return pick(section, rows, alike, n, "similar-to-seed")
        like = np.zeros(len(section), np.float32)
        given = np.array(query.context.seeds, np.int32)
        for seed in given:
            rows, alike = section.near(int(seed))
            stand_ins = () if len(rows) else section.stand_ins(int(seed))
            for item in stand_ins:
                near, sims = section.near(int(item))
                like[near] += sims / np.float32(max(sims.max(initial=0), 1e-9) * len(stand_ins))
            like[rows] += alike / np.float32(max(alike.max(initial=0), 1e-9))
        like[section.rows(given)] = 0
        rows = np.flatnonzero(like > 0).astype(np.int32)
        return pick(section, rows, like[rows], n, "similar-to-seed") if len(rows) else self._placed(query, n)

    def _new(self, query: Query, seed: int) -> bool:
        """Whether a seed is of the kind asked for and hardly anybody took it."""
        space = self.board.stock.space
        row = int(space.rows(np.array([seed], np.int32))[0]) if space is not None else -1
        return row >= 0 and bool(self.board.stock.unheard(query.kind)[row])

    def _placed(self, query: Query, n: int) -> Candidates:
        """What lies nearest in the taste space to any of the seeds."""
        space, seeds = self.board.stock.space, query.context.seeds
        points = [space.point(seed) for seed in seeds] if space is not None else []
        found = [space.nearest(p, n + len(seeds), query.kind) for p in points if space is not None and p is not None]
        if not found or n < 1:
            return Candidates.none()
        items, near = np.concatenate([f[0] for f in found]), np.concatenate([f[1] for f in found])
        best = Candidates.of(items, near, "similar-to-seed").top(len(items)).first_of_each()
        return best.take(~np.isin(best.items, seeds)).top(n)


plugin = SimilarToSeed
