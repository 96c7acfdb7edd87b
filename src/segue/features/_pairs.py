"""What listeners have to do with things, counted: sparse, halving with time, in whatever order it is added."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segue.core.types import F64, I64
from segue.features._decayed import DAY_MS, START, Index, faded, grown

NEVER_DAYS = 1_000.0
"""What stands for the days since something that never was."""
WAITING = 1 << 18
"""Events that wait until they are put where they belong."""


@dataclass(slots=True)
class _Own:
    """What one listener has to do with n things."""

    things: I64  # (n,) sorted
    sums: F64  # (n,) as seen from START
    last: I64  # (n,) UTC ms


@dataclass(frozen=True, slots=True)
class _Before:
    """The same of L listeners, laid end to end; the arrays may be mapped."""

    listener: I64  # (L,) sorted
    ends: I64  # (L+1,) of listener l are ends[l]:ends[l+1]
    things: I64
    sums: F64
    last: I64

    @classmethod
    def of(cls, all_: Mapping[int, _Own]) -> _Before:
        who = sorted(all_)
        sizes = [len(all_[w].things) for w in who]
        ends = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        things, last = (_laid([getattr(all_[w], name) for w in who], np.int64) for name in ("things", "last"))
        return cls(np.array(who, np.int64), ends, things, _laid([all_[w].sums for w in who], np.float64), last)

    def own(self, listener: int) -> _Own | None:
        """A copy that may grow."""
        at = int(self.listener.searchsorted(listener))
        if at == len(self.listener) or self.listener[at] != listener:
            return None
        span = slice(int(self.ends[at]), int(self.ends[at + 1]))
        return _Own(np.array(self.things[span]), np.array(self.sums[span]), np.array(self.last[span]))

    def state(self) -> dict[str, NDArray[Any]]:
        return {name: getattr(self, name) for name in self.__slots__}


def _laid(parts: list[NDArray[Any]], kind: type[np.generic]) -> NDArray[Any]:
    return np.concatenate([np.zeros(0, kind), *parts])


class Pairs:
    """Counts of (listener, thing), and when it last was. Half-lives are of weeks and more: the origin stays.

    Events wait side by side until there are many, or until their listener is asked about: most events of a moment are
    of listeners that nobody asks about soon.
    """

    def __init__(self, half_life: float) -> None:
        self.half_life = half_life  # days
        self._of: dict[int, _Own] = {}
        self._before = _Before.of({})  # listeners that were not asked or heard about since
        self._waiting = 0
        self._places: defaultdict[int, list[int]] = defaultdict(list)  # of what waits, by listener
        self._listener, self._thing = np.zeros(WAITING, np.int64), np.zeros(WAITING, np.int64)
        self._at, self._amount = np.zeros(WAITING, np.int64), np.zeros(WAITING)

    def add(self, listener: Index, thing: Index, at: I64, weights: Any = 1.0) -> None:
        """(E,) events."""
        e = len(listener)
        if not e:
            return
        amounts = grown(at, START, self.half_life) * weights
        if e > WAITING - self._waiting:
            self._merge_all()
        if e > WAITING:
            self._take(listener.astype(np.int64), thing.astype(np.int64), at, amounts)
            return
        span = slice(self._waiting, self._waiting + e)
        self._listener[span], self._thing[span], self._at[span], self._amount[span] = listener, thing, at, amounts
        for place, who in enumerate(listener.tolist(), self._waiting):
            self._places[who].append(place)
        self._waiting += e

    def _merge_all(self) -> None:
        there = np.sort(np.fromiter(chain.from_iterable(self._places.values()), np.int64))
        self._places.clear()
        self._take(self._listener[there], self._thing[there], self._at[there], self._amount[there])
        self._waiting = 0

    def _own(self, listener: int) -> _Own | None:
        """With what waited of this listener."""
        if mine := self._places.pop(listener, None):
            self._take(self._listener[mine], self._thing[mine], self._at[mine], self._amount[mine])
        return self._known(listener)

    def _known(self, listener: int) -> _Own | None:
        own = self._of.get(listener)
        if own is None and (own := self._before.own(listener)) is not None:
            self._of[listener] = own
        return own

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything, sorted by listener and thing."""
        self._merge_all()
        of = {who: own for who in self._before.listener.tolist() if (own := self._before.own(who)) is not None}
        return _Before.of(of | self._of).state()

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Into counts that were told nothing; what is in the arrays is read when its listener is asked about."""
        self._before = _Before(*(state[name] for name in _Before.__slots__))

    def _take(self, listener: I64, thing: I64, at: I64, amount: F64) -> None:
        if not len(listener):
            return
        order = np.lexsort((thing, listener))
        who, what = listener[order], thing[order]
        new = np.concatenate([[True], (who[1:] != who[:-1]) | (what[1:] != what[:-1])])
        first = np.flatnonzero(new)
        sums, last = np.add.reduceat(amount[order], first), np.maximum.reduceat(at[order], first)
        who, what = who[first], what[first]
        ends = np.flatnonzero(np.concatenate([who[1:] != who[:-1], [True]])) + 1
        start = 0
        for end in ends.tolist():
            self._merge(int(who[start]), _Own(what[start:end], sums[start:end], last[start:end]))
            start = end

    def _merge(self, listener: int, more: _Own) -> None:
        own = self._known(listener)
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
        own = self._own(listener)
        if own is None:
            return np.zeros(len(things)), np.full(len(things), NEVER_DAYS)
        place = np.minimum(own.things.searchsorted(things), len(own.things) - 1)
        known = own.things[place] == things
        days = np.clip((now - own.last[place]) / DAY_MS, 0, NEVER_DAYS)
        counts = own.sums[place] * faded(now, START, self.half_life)
        return np.where(known, counts, 0.0), np.where(known, days, NEVER_DAYS)

    def all_of(self, listener: int, now: int) -> tuple[I64, F64]:
        """(n,) things that a listener has to do with, sorted, and (n,) counts at a time."""
        own = self._own(listener)
        if own is None:
            return np.zeros(0, np.int64), np.zeros(0)
        return own.things, own.sums * faded(now, START, self.half_life)
