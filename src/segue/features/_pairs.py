"""What listeners have to do with things, counted: sparse, halving with time, in whatever order it is added."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segue.core.layers import laid
from segue.core.types import F64, I64, place_of
from segue.features._decayed import DAY_MS, START, Index, faded, grown

NEVER_DAYS = 1_000.0
"""What stands for the days since something that never was."""
WAITING = 1 << 18
"""Events that wait until they are put where they belong."""
KNOWN = 50_000
"""Listeners of whom all that is known is kept together."""


@dataclass(frozen=True, slots=True)
class _Own:
    """What one listener has to do with n things."""

    things: I64  # (n,) sorted
    sums: F64  # (n,) as seen from START
    last: I64  # (n,) UTC ms


@dataclass(frozen=True, slots=True)
class _Layer:
    """The same of L listeners, laid end to end; the arrays may be mapped."""

    listener: I64  # (L,) sorted
    ends: I64  # (L+1,) of listener l are ends[l]:ends[l+1]
    things: I64
    sums: F64
    last: I64

    @classmethod
    def of(cls, listener: I64, thing: I64, amount: F64, at: I64) -> _Layer:
        """From (E,) events in any order."""
        order = np.lexsort((thing, listener))
        who, what, sums, last = _summed(listener[order], thing[order], amount[order], at[order])
        first = np.flatnonzero(_new(who))
        return cls(who[first], np.append(first, len(who)).astype(np.int64), what, sums, last)

    @classmethod
    def together(cls, layers: Sequence[_Layer]) -> _Layer:
        who = np.concatenate([np.repeat(layer.listener, np.diff(layer.ends)) for layer in layers])
        things, sums, last = (np.concatenate([getattr(y, n) for y in layers]) for n in ("things", "sums", "last"))
        return cls.of(who, things, sums, last)

    def __len__(self) -> int:
        return len(self.things)

    def own(self, listener: int) -> _Own | None:
        at = place_of(listener, self.listener)
        if at < 0:
            return None
        span = slice(int(self.ends[at]), int(self.ends[at + 1]))
        return _Own(self.things[span], self.sums[span], self.last[span])

    def state(self) -> dict[str, NDArray[Any]]:
        return {name: getattr(self, name) for name in self.__slots__}


class Pairs:
    """Counts of (listener, thing), and when it last was. Half-lives are of weeks and more: the origin stays.

    Events wait side by side until there are many, then are sorted into a layer, and layers of like size into one; those
    of a listener are put together when somebody asks. So many cost little each, and few do not wait for the many.
    """

    def __init__(self, half_life: float) -> None:
        self.half_life = half_life  # days
        self._before = _NONE  # as it was restored
        self._layers: tuple[_Layer, ...] = ()  # since
        self._known: dict[int, tuple[int, _Own | None]] = {}  # how many of what waited is in it, and all of a listener
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
            self._settle()
        if e > WAITING:
            self._put(_Layer.of(listener.astype(np.int64), thing.astype(np.int64), amounts, at))
            return
        span = slice(self._waiting, self._waiting + e)
        self._listener[span], self._thing[span], self._at[span], self._amount[span] = listener, thing, at, amounts
        for place, who in enumerate(listener.tolist(), self._waiting):
            self._places[who].append(place)
        self._waiting += e

    def _settle(self) -> None:
        """Make a layer of what waits."""
        if self._waiting:
            all_ = slice(0, self._waiting)
            layer = _Layer.of(self._listener[all_], self._thing[all_], self._amount[all_], self._at[all_])
            self._places.clear()
            self._waiting = 0
            self._put(layer)

    def _put(self, layer: _Layer) -> None:
        self._layers = laid(self._layers, layer, lambda *both: _Layer.together(both))
        self._known.clear()

    def _own(self, listener: int) -> _Own | None:
        """All of a listener, with what waits of it."""
        mine = self._places.get(listener, [])
        done, own = self._known.get(listener, (-1, None))
        if done == len(mine):
            return own
        if done < 0:
            layers = (self._before, *self._layers)
            parts = [part for layer in layers if (part := layer.own(listener)) is not None]
        else:
            parts = [] if own is None else [own]
        if new := mine[max(done, 0) :]:
            parts.append(_Own(self._thing[new], self._amount[new], self._at[new]))
        own = _joined(parts) if len(parts) > 1 or new else parts[0] if parts else None
        if len(self._known) >= KNOWN:
            self._known.clear()
        self._known[listener] = len(mine), own
        return own

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything, sorted by listener and thing."""
        self._settle()
        return _Layer.together([self._before, *self._layers]).state()

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Into counts that were told nothing; what is in the arrays is read when its listener is asked about."""
        self._before = _Layer(*(state[name] for name in _Layer.__slots__))

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


def _new(*columns: I64) -> NDArray[np.bool_]:
    """(n,) where rows that are sorted begin to differ from the one before."""
    out = np.zeros(len(columns[0]), np.bool_)
    out[:1] = True
    for column in columns:
        out[1:] |= column[1:] != column[:-1]
    return out


def _summed(who: I64, what: I64, amount: F64, at: I64) -> tuple[I64, I64, F64, I64]:
    """Rows that are sorted, those of one listener and thing as one: the sum of the amounts, the last of the times."""
    if not len(who):
        return who, what, amount, at
    first = np.flatnonzero(_new(who, what))
    return who[first], what[first], np.add.reduceat(amount, first), np.maximum.reduceat(at, first)


def _joined(parts: Sequence[_Own]) -> _Own:
    """What several say of one listener, at least one of them something."""
    things, sums, last = (np.concatenate([getattr(p, n) for p in parts]) for n in ("things", "sums", "last"))
    order = np.argsort(things, kind="stable")
    _, things, sums, last = _summed(things[order], things[order], sums[order], last[order])
    return _Own(things, sums, last)


_NONE = _Layer.of(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.int64))
