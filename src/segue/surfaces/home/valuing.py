"""What a card is worth: the log of the reward expected of it, and the features it was judged by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from segue.core.types import F32, Candidates, Query


@dataclass(frozen=True, slots=True)
class Valued:
    """N candidates of S shelves, laid end to end."""

    scores: F32  # (N,) log of the reward expected of each card
    features: F32  # (N, D)
    shelves: F32 | None = None  # (S,) of the shelves themselves; None: what their cards are worth


Valuer = Callable[[Query, Candidates, Sequence[int]], Valued]
"""(query, candidates of all shelves end to end with scores as of `by_order`, how many each shelf has) → their worth."""


def untaught(query: Query, pool: Candidates, sizes: Sequence[int]) -> Valued:
    """Before anything was learned: by the order in which shelves and their candidates come."""
    by_place = -2 * np.log1p(np.arange(len(sizes)))
    return Valued(pool.scores, np.zeros((len(pool), 0), np.float32), by_place.astype(np.float32))


@dataclass(frozen=True)
class ByPopularity:
    """What most take, first: shelves and cards alike. The page that everything else is compared with."""

    popularity: Callable[[Candidates], F32]  # (N,) how many took each

    def __call__(self, query: Query, pool: Candidates, sizes: Sequence[int]) -> Valued:
        scores = np.log1p(self.popularity(pool)).astype(np.float32)
        return Valued(scores, np.zeros((len(pool), 0), np.float32))


@dataclass(frozen=True)
class Taught:
    """By a ranker that learned from what was shown before, on the features of this moment."""

    features: Callable[[Query, Candidates], F32]  # (N, D)
    ranker: Callable[[F32, Query, Candidates], F32]  # (N,) log of the reward expected

    def __call__(self, query: Query, pool: Candidates, sizes: Sequence[int]) -> Valued:
        features = self.features(query, pool)
        return Valued(self.ranker(features, query, pool), features)


def by_order(scores: F32) -> F32:
    """(N,) falling with the rank, as 1 / (1 + rank), and with how far the source's score is below its best."""
    sound = np.isfinite(scores).all()
    known = scores if sound else np.nan_to_num(scores, nan=float(np.nanmin(scores, initial=0.0)))
    spread = float(known.std())
    below = (known - known.max()) / spread if spread > 0 else np.zeros(len(known))
    order = np.minimum.accumulate(below) - np.log1p(np.arange(len(known)))
    return np.round(order, 4).astype(np.float32)  # as the log keeps it: a ranker must learn from what it will be shown
