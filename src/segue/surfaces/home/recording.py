"""The features that cards of a page were ranked by, kept with some pages: training is held against them later."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from msgspec.structs import replace

from segue.core.slates import Home, ShelfDecision
from segue.core.types import F32, Candidates, Query
from segue.surfaces.home.taught import Taught
from segue.surfaces.home.valuing import Valued


def is_kept(listener: int, visit: int, share: float) -> bool:
    """Whether a page is one of this share of pages: always the same ones, without a die that others would feel."""
    return zlib.crc32(f"{listener}:{visit}".encode()) < share * 2**32


@dataclass
class Recording:
    """Values cards as what was learned does, and remembers by which features."""

    value: Taught
    _row: dict[tuple[str, int, float], int] = field(default_factory=dict)  # (shelf, item, as retrieved) → row
    _features: F32 = field(default_factory=lambda: np.zeros((0, 0), np.float32))

    def __call__(self, query: Query, pool: Candidates, sizes: Sequence[int]) -> Valued:
        valued = self.value(query, pool, sizes)
        shelves = [pool.sources[s] for s in pool.source.tolist()]
        self._row = {key: i for i, key in enumerate(zip(shelves, pool.items.tolist(), pool.scores.tolist()))}
        self._features = valued.features
        return valued

    def told(self, home: Home) -> Home:
        """The same page with the features of its cards."""
        rows = zip(home.shelves, home.decisions)
        return replace(home, decisions=tuple(self._told(view.key.partition(":")[0], d) for view, d in rows))

    def _told(self, shelf: str, decision: ShelfDecision) -> ShelfDecision:
        cards = decision.cards
        keys = [(shelf, int(cards.arms[i]), decision.retrieved[i]) for i in cards.chosen]
        if not all(key in self._row for key in keys):
            return decision
        values = self._features[[self._row[key] for key in keys]].T.astype(float)
        return replace(decision, features=dict(zip(self.value.book.names, map(tuple, values.tolist()))))
