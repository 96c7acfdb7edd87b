"""Which sorts of things a listener takes, and which at this time of day.

Times of day are told apart in UTC: a habit is at the same hour wherever it is counted from.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from segue.core.protocols import Facts
from segue.core.types import F32, Candidates, Kind, Query
from segue.features._decayed import DAY_MS
from segue.features._pairs import Pairs
from segue.features._told import Told

DAYS = 60.0  # half-life
PARTS = 6
PART_MS = DAY_MS // PARTS
PRIOR, NOW_PRIOR = 3.0, 5.0  # takes of no sort more than others, of the listener's own mix, that are added
MUSIC, SPOKEN, BOOK = range(3)


class Rhythm:
    names = ("sort_share", "sort_share_now")
    kept: ClassVar[tuple[str, ...]] = ("_taken",)

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        spoken = np.isin(facts.kind, [Kind.SHOW, Kind.EPISODE])
        book = np.isin(facts.kind, [Kind.AUDIOBOOK, Kind.AUTHOR])
        self._sort = np.where(spoken, SPOKEN, np.where(book, BOOK, MUSIC))
        self._taken = Pairs(DAYS)

    def update(self, told: Told) -> None:
        takes = told.takes
        for timed, parts in ((True, 1), (False, PARTS)):  # of no hour in particular: a part of every one
            some = np.flatnonzero(takes.heard & (takes.timed == timed))
            at, sort = np.repeat(takes.at[some], parts), np.repeat(self._sort[takes.item[some]], parts)
            part = at % DAY_MS // PART_MS if timed else np.tile(np.arange(PARTS), len(some))
            self._taken.add(np.repeat(takes.listener[some], parts), sort + 3 * part, at, 1 / parts)

    def value(self, query: Query, candidates: Candidates) -> F32:
        now = query.context.now
        counts = self._taken.of(query.listener, np.arange(3 * PARTS), now)[0].reshape(PARTS, 3)
        share = (counts.sum(0) + PRIOR / 3) / (counts.sum() + PRIOR)
        here = counts[now % DAY_MS // PART_MS]
        shares = np.stack([share, (here + NOW_PRIOR * share) / (here.sum() + NOW_PRIOR)], axis=1)
        rows = self._facts.rows(candidates.items)
        sort = np.where(rows >= 0, self._sort[rows], MUSIC) if len(self._sort) else np.zeros(len(rows), np.int64)
        return shares[sort].astype(np.float32)


plugin = Rhythm
