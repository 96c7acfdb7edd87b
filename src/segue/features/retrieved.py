"""How the shelf's own retriever values a candidate, among those of its shelf."""

from __future__ import annotations

import numpy as np

from segue.core.protocols import Facts
from segue.core.types import F32, Candidates, Query
from segue.features._told import Told


class Retrieved:
    names = ("retrieved_score", "retrieved_below_best", "retrieved_rank")

    def __init__(self, facts: Facts) -> None: ...

    def update(self, told: Told) -> None:
        """Nothing is kept."""

    def value(self, query: Query, candidates: Candidates) -> F32:
        n = len(candidates)
        scores = np.nan_to_num(candidates.scores.astype(np.float64), nan=-10.0).clip(-10, 10)
        order = np.lexsort((candidates.items, -scores, candidates.source))
        source = candidates.source[order]
        first = np.searchsorted(source, source)  # of each shelf, where it begins
        rank, below = np.zeros(n), np.zeros(n)
        rank[order] = np.arange(n) - first
        below[order] = scores[order][first] - scores[order]
        return np.stack([scores, below, np.log1p(rank)], axis=1).astype(np.float32)


plugin = Retrieved
