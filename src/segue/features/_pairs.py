"""What listeners have to do with things, counted: sparse, halving with time, in whatever order it is added."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from segue.core.types import F64, I64
from segue.features._decayed import DAY_MS, START, Index, faded, grown

NEVER_DAYS = 1_000.0
"""What stands for the days since something that never was."""


@dataclass(slots=True)
class _Own:
    """What one listener has to do with n things."""

    things: I64  # (n,) sorted
    sums: F64  # (n,) as seen from START
    last: I64  # (n,) UTC ms


class Pairs:
    """Counts of (listener, thing), and when it last was. Half-lives are of weeks and more: the origin stays."""

    def __init__(self, half_life: float) -> None:
        self.half_life = half_life  # days
        self._of: dict[int, _Own] = {}

    def add(self, listener: Index, thing: Index, at: I64, weights: Any = 1.0) -> None:
        """(E,) events."""
        if not len(listener):
            return
        amounts = grown(at, START, self.half_life) * weights
        order = np.lexsort((thing, listener))
        who, what = listener[order].astype(np.int64), thing[order].astype(np.int64)
        new = np.concatenate([[True], (who[1:] != who[:-1]) | (what[1:] != what[:-1])])
        first = np.flatnonzero(new)
        sums, last = np.add.reduceat(amounts[order], first), np.maximum.reduceat(at[order], first)
        who, what = who[first], what[first]
        ends = np.flatnonzero(np.concatenate([who[1:] != who[:-1], [True]])) + 1
        start = 0
        for end in ends.tolist():
            self._merge(int(who[start]), _Own(what[start:end], sums[start:end], last[start:end]))
            start = end

    def _merge(self, listener: int, more: _Own) -> None:
        own = self._of.get(listener)
        if own is None:
            self._of[listener] = _Own(more.things.copy(), more.sums.copy(), more.last.copy())
            return
        place = own.things.searchsorted(more.things)
        known = own.things[np.minimum(place, len(own.things) - 1)] == more.things
        there = place[known]
        own.sums[there] += more.sums[known]
        own.last[there] = np.maximum(own.last[there], more.last[known])
        if not known.all():
            where = place[~known]
            own.things = np.insert(own.things, where, more.things[~known])
            own.sums = np.insert(own.sums, where, more.sums[~known])
            own.last = np.insert(own.last, where, more.last[~known])

    def of(self, listener: int, things: Index, now: int) -> tuple[F64, F64]:
        """(K,) counts at a time and (K,) days since it last was, NEVER_DAYS at most; 0 things for negative ones."""
        own = self._of.get(listener)
        if own is None:
            return np.zeros(len(things)), np.full(len(things), NEVER_DAYS)
        place = np.minimum(own.things.searchsorted(things), len(own.things) - 1)
        known = own.things[place] == things
        days = np.clip((now - own.last[place]) / DAY_MS, 0, NEVER_DAYS)
        counts = own.sums[place] * faded(now, START, self.half_life)
        return np.where(known, counts, 0.0), np.where(known, days, NEVER_DAYS)

    def all_of(self, listener: int, now: int) -> tuple[I64, F64]:
        """(n,) things that a listener has to do with, sorted, and (n,) counts at a time."""
        own = self._of.get(listener)
        if own is None:
            return np.zeros(0, np.int64), np.zeros(0)
        return own.things, own.sums * faded(now, START, self.half_life)
