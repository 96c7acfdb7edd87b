"""How much a listener listens, and since when."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from segue.core.protocols import Facts
from segue.core.types import F32, I32, I64, Candidates, Query
from segue.features._decayed import DAY_MS, Decayed
from segue.features._told import Told
from segue.store.building import REAL_TIME

UNSEEN = np.iinfo(np.int64).max


class Activity:
    names = ("takes_7d", "takes_60d", "known_days", "is_new_listener")
    kept: ClassVar[tuple[str, ...]] = ("_week", "_months", "_first")

    def __init__(self, facts: Facts) -> None:
        self._week, self._months = Decayed(7.0), Decayed(60.0)
        self._first = np.zeros(0, np.int64)  # UTC ms of the first sign of each listener, by number

    def update(self, told: Told) -> None:
        takes, shown = told.takes, told.shown
        for counts in (self._week, self._months):
            counts.add(takes.listener[takes.heard], takes.at[takes.heard], told.newest)
        self._seen(takes.listener, takes.at)
        self._seen(shown.listener, shown.at)

    def _seen(self, listener: I32, at: I64) -> None:
        real = at >= REAL_TIME
        listener, at = listener[real], at[real]
        if not len(listener):
            return
        most = int(listener.max()) + 1
        if most > len(self._first):
            more = max(most, 2 * len(self._first)) - len(self._first)
            self._first = np.concatenate([self._first, np.full(more, UNSEEN)])
        np.minimum.at(self._first, listener, at)

    def value(self, query: Query, candidates: Candidates) -> F32:
        who, now = np.array([query.listener]), query.context.now
        week, months = float(self._week.at(who, now)[0]), float(self._months.at(who, now)[0])
        first = int(self._first[query.listener]) if query.listener < len(self._first) else UNSEEN
        days = max(now - first, 0) / DAY_MS if first != UNSEEN else 0.0
        values = [np.log1p(week), np.log1p(months), np.log1p(days), float(first == UNSEEN)]
        return np.tile(np.array(values, np.float32), (len(candidates), 1))


plugin = Activity
