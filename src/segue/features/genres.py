"""How well an item's genres fit what the listener takes; an item without any has those of its maker."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import scipy.sparse as sp

from segue.core.protocols import Facts
from segue.core.types import F32, I64, Candidates, Query
from segue.features._decayed import Index
from segue.features._pairs import Pairs
from segue.features._told import Told, makers

DAYS = 60.0  # half-life


class Genres:
    names = ("genre_match", "genre_known")
    kept: ClassVar[tuple[str, ...]] = ("_taken",)

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        genres = effective(facts)
        self._ends, self._genre = genres.indptr.astype(np.int64), genres.indices.astype(np.int64)
        self._count = np.diff(self._ends)
        self._taken = Pairs(DAYS)

    def update(self, told: Told) -> None:
        takes = told.takes
        heard = np.flatnonzero(takes.heard)
        place, of = self._entries(takes.item[heard])
        share = 1 / self._count[takes.item[heard]][of] if len(of) else 1.0  # each take counts once, however many genres
        self._taken.add(takes.listener[heard[of]], self._genre[place], takes.at[heard[of]], share)

    def value(self, query: Query, candidates: Candidates) -> F32:
        rows = self._facts.rows(candidates.items)
        k = len(rows)
        genres, counts = self._taken.all_of(query.listener, query.context.now)
        out = np.zeros((k, 2), np.float32)
        length = float(np.sqrt((counts**2).sum()))
        if not length > 0:
            return out
        there = np.flatnonzero(rows >= 0)
        place, of = self._entries(rows[there])
        wanted = self._genre[place]
        found = np.minimum(genres.searchsorted(wanted), len(genres) - 1)
        weight = np.where(genres[found] == wanted, counts[found], 0.0)
        known = self._count[rows[there]]
        out[there, 0] = np.bincount(of, weight, len(there)) / (length * np.sqrt(np.maximum(known, 1)))
        out[there, 1] = known > 0
        return out

    def _entries(self, rows: Index) -> tuple[I64, I64]:
        """(G,) places in `_genre` of the genres of some items, and (G,) which of the items each belongs to."""
        counts = self._count[rows]
        of = np.repeat(np.arange(len(rows)), counts)
        return np.arange(len(of)) + (self._ends[rows] - np.cumsum(counts) + counts)[of], of


def effective(facts: Facts) -> sp.csr_array:
    """(N, T) bool genres, of the maker where an item has none."""
    genres = sp.csr_array(facts.genres)
    maker = makers(facts)
    bare = np.flatnonzero((np.diff(genres.indptr) == 0) & (maker >= 0))
    if not len(bare):
        return genres
    n = len(maker)
    lend = sp.csr_array((np.ones(len(bare), np.int8), (bare, maker[bare])), shape=(n, n))
    return sp.csr_array(genres.astype(np.int8) + lend @ genres.astype(np.int8))


plugin = Genres
