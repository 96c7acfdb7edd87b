"""How the shelf's own retriever ranked a candidate."""

from __future__ import annotations

import numpy as np

from segue.core.protocols import Facts
from segue.core.types import F32, Candidates, Query
from segue.features._told import Told


class Retrieved:
    """Of each candidate by itself, so that it is the same when others of its shelf are already on the page."""

    names = ("retrieved_score",)

    def __init__(self, facts: Facts) -> None: ...

    def update(self, told: Told) -> None:
        """Nothing is kept."""

    def value(self, query: Query, candidates: Candidates) -> F32:
        scores = np.nan_to_num(candidates.scores.astype(np.float64), nan=-10.0).clip(-10, 10).round(4)  # as logged
        return scores[:, None].astype(np.float32)


plugin = Retrieved
