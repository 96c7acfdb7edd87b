"""What sort of item it is; none of these: a track."""

from __future__ import annotations

import numpy as np

from segue.core.protocols import Facts
from segue.core.types import F32, Candidates, Kind, Query
from segue.features._told import Told

SORTS = ((Kind.ARTIST,), (Kind.ALBUM, Kind.PLAYLIST), (Kind.SHOW, Kind.EPISODE), (Kind.AUDIOBOOK,))


class OfKind:
    names = ("is_artist", "is_collection", "is_podcast", "is_audiobook")

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._sort = np.stack([np.isin(facts.kind, sort) for sort in SORTS], axis=1).astype(np.float32)

    def update(self, told: Told) -> None:
        """Nothing is kept."""

    def value(self, query: Query, candidates: Candidates) -> F32:
        rows = self._facts.rows(candidates.items)
        return np.where((rows >= 0)[:, None], self._sort[rows], 0.0).astype(np.float32)


plugin = OfKind
