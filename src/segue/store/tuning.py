"""What listeners say of their own taste, put together: of each subject what was said last, and what that does.

`genre:`, `mood:`, `item:` and `kind:` say how much of something is wanted, `shelf:` that a shelf is not, `plays:`,
`play:` and `skips:` what is no part of a taste although it happened, `habit:` that the hours or devices of plays tell
nothing. See `segue.core.events.Tune`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Protocol

import numpy as np
import scipy.sparse as sp

from segue.core.protocols import Facts
from segue.core.types import F32, I32, I64, Bools, Ids, Kind, Tuned
from segue.store.genres import genres_of

NEVER = -1.0
STEP = float(np.log(16.0))
"""Log of how much more of a thing there is at 1 than at 0: at a half four times as much, at minus a half a quarter."""
FAINT = 0.25
"""What fits a mood less than this is not of it: a faint resemblance of words should hide nothing."""
KEPT = 256
"""Listeners for whom it is kept what their tuning does."""
Key = tuple[str, str | int, int]
"""Form of the subject; genre, mood, kind, shelf or habit, or the item's number; UTC ms of a single play, else 0."""


class Fits(Protocol):
    """What a release knows of moods; see `segue.fitted.moods`."""

    @property
    def names(self) -> tuple[str, ...]: ...

    def fit(self, numbers: Ids, name: str) -> F32:
        """(K,) in [0, 1]: how far each item fits a mood."""


def key_of(subject: str, item: int) -> Key:
    """One name for one subject, whatever its spelling; `item` is the number of what it names, 0 for none."""
    form, _, what = subject.partition(":")
    if form == "play":
        return form, item, int(what.partition(":")[0])
    if form in ("plays", "skips"):
        form, what = f"{form}:{what.partition(':')[0]}", what.partition(":")[2]
    if form.endswith("item"):
        return form, item, 0
    return form, what.casefold() if form.endswith(("genre", "mood")) else what, 0


@dataclass
class Tuning:
    """Of one listener."""

    _said: dict[Key, tuple[int, float, str]] = field(default_factory=dict)  # when, what, and how it was spelled

    def say(self, subject: str, item: int, value: float, at: int) -> None:
        """Of two that were said at the same time the one told later counts."""
        key = key_of(subject, item)
        if at >= self._said.get(key, (at, 0.0, ""))[0]:
            self._said[key] = (at, value, subject)

    def __iter__(self) -> Iterator[tuple[Key, float]]:
        """What is not as it is, in an order that does not depend on when it was said."""
        said = [(key, value) for key, (_, value, _) in list(self._said.items()) if value]  # more may be said meanwhile
        yield from sorted(said, key=lambda pair: repr(pair[0]))

    def value(self, key: Key) -> float:
        """0 where nothing was said."""
        return self._said.get(key, (0, 0.0, ""))[1]

    def said(self) -> list[tuple[Key, str, float]]:
        """What is not as it is, with the subject as it was spelled, the newest first."""
        found = [(at, key, s, v) for key, (at, v, s) in list(self._said.items()) if v]
        found.sort(key=lambda f: (-f[0], f[2]))
        return [(key, subject, value) for _, key, subject, value in found]


@dataclass(frozen=True)
class Tuner:
    """Works out what tunings do to the items of one catalogue."""

    facts: Facts

    @cached_property
    def _genres(self) -> sp.csc_array:
        return sp.csc_array(genres_of(self.facts))

    @cached_property
    def _columns(self) -> dict[str, list[int]]:
        out: dict[str, list[int]] = {}
        for column, name in enumerate(self.facts.tag_names):
            out.setdefault(name.casefold(), []).append(column)
        return out

    def share(self, form: str, what: str | int, moods: Fits | None = None) -> F32:
        """(N,) how much of each item a genre, a mood, a kind or an item (with all that belongs to it) makes up."""
        facts = self.facts
        if form == "mood":
            if moods is None or what not in moods.names:
                return np.zeros(len(facts.items), np.float32)
            return moods.fit(facts.items, str(what))
        if form == "genre":
            columns = self._columns.get(str(what), [])
            out = np.zeros(len(facts.items), np.float32)
            for c in columns:
                lo, hi = self._genres.indptr[c : c + 2]
                out[self._genres.indices[lo:hi]] += self._genres.data[lo:hi]
            return out
        if form == "kind":
            return np.asarray(facts.kind == Kind.parse(str(what)), np.float32)
        if not what:
            return np.zeros(len(facts.items), np.float32)
        return np.asarray((facts.items == what) | (facts.artist == what) | (facts.album == what), np.float32)

    def __call__(self, tuning: Tuning, moods: Fits | None = None) -> Tuned | None:
        """What was said; None where all is as it is. Without `moods` nothing that was said of one does anything."""
        said = list(tuning)
        if not said:
            return None
        n = len(self.facts.items)
        never, uncounted, forgiven = (np.zeros(n, np.bool_) for _ in range(3))
        leaning = np.zeros(n, np.float32)
        plays, off, untold = set[tuple[int, int]](), set[str](), set[str]()
        for (form, what, at), value in said:
            if form in ("genre", "mood", "kind", "item"):
                share = self.share(form, what, moods)
                if value <= NEVER:
                    never |= share >= FAINT if form == "mood" else share > 0
                else:
                    leaning += np.float32(value * STEP) * share
            elif value > NEVER:
                continue
            elif form == "shelf":
                off.add(str(what))
            elif form == "habit":
                untold.add(str(what))
            elif form == "play":
                plays.add((int(what), at))
            elif form == "skips:item":
                forgiven |= self.share("item", what) > 0
            else:
                uncounted |= self.share(form.partition(":")[2], what) > 0
        return Tuned(never, leaning, uncounted | never, forgiven, frozenset(plays), frozenset(off), frozenset(untold))


def counted(tuned: Tuned, facts: Facts, items: Ids, at: I64) -> Bools:
    """(E,) which plays of items at times are part of the taste."""
    keep = ~tuned.uncounted[facts.rows(items)]
    if tuned.plays:
        single = (pair not in tuned.plays for pair in zip(items.tolist(), at.tolist()))
        keep &= np.fromiter(single, np.bool_, len(items))
    return np.asarray(keep, np.bool_)


class Counts:
    """Which takes are part of the tastes of those who took, by what all of them said up to a snapshot."""

    def __init__(self, tuner: Tuner, said: Mapping[int, Tuning]) -> None:
        """`said`: by listener."""
        self.facts = tuner.facts
        self._listeners = np.array(sorted(said), np.int32)
        self._tuned: Callable[[int], Tuned | None] = lru_cache(KEPT)(lambda listener: tuner(said[listener]))

    def of(self, listener: Ids, row: I32, at: I64, heard: Bools) -> tuple[Bools, Bools]:
        """(E,), (E,) which takes count, and of which the hour tells something.

        `row` (E,) is where each item is in the facts; what was not `heard` was left, and counts against the item.
        """
        keep, timed = np.ones(len(row), np.bool_), np.ones(len(row), np.bool_)
        mine = np.flatnonzero(np.isin(listener, self._listeners))
        for who in np.unique(listener[mine]).tolist():
            tuned, own = self._tuned(who), mine[listener[mine] == who]
            if tuned is not None:
                items = self.facts.items[row[own]]
                keep[own] = np.where(heard[own], counted(tuned, self.facts, items, at[own]), ~tuned.forgiven[row[own]])
                timed[own] = "hours" not in tuned.untold
        return keep, timed
