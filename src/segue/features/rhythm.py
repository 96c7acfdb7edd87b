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
PART_MS = DAY_MS // 6
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
        heard = told.takes.heard
        at = told.takes.at[heard]
        thing = self._sort[told.takes.item[heard]] + 3 * (at % DAY_MS // PART_MS)
        self._taken.add(told.takes.listener[heard], thing, at)

    def value(self, query: Query, candidates: Candidates) -> F32:
        now = query.context.now
        counts = self._taken.of(query.listener, np.arange(18), now)[0].reshape(6, 3)
        share = (counts.sum(0) + PRIOR / 3) / (counts.sum() + PRIOR)
        here = counts[now % DAY_MS // PART_MS]
        shares = np.stack([share, (here + NOW_PRIOR * share) / (here.sum() + NOW_PRIOR)], axis=1)
        rows = self._facts.rows(candidates.items)
        sort = np.where(rows >= 0, self._sort[rows], MUSIC) if len(self._sort) else np.zeros(len(rows), np.int64)
        return shares[sort].astype(np.float32)


plugin = Rhythm
