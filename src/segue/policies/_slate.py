"""A slate, choice by choice: what may come next, how likely each is, the draw, and the record of it.

The probability of a slate is the product of its choices' probabilities, each given the ones above it. Sampling from
scores without replacement is the Plackett–Luce model (Plackett 1975); here any policy may state the probabilities,
and what may not stand next to the card above is left out before the draw, never after it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from segue.core.protocols import Policy
from segue.core.types import F32, F64, Arms, Bools, Decision

Added = Callable[[Sequence[int]], F32 | F64]
"""(A,) what the choices made so far (positions of arms) add to the score of each arm: see `segue.ranking.Balance`."""


def choose(
    policy: Policy, arms: Arms, k: int, rng: np.random.Generator, release: str = "", added: Added | None = None
) -> Decision:
    """At most k different arms, best place first, with the probability of each choice."""
    chosen: list[int] = []
    chances: list[float] = []
    n = min(k, len(arms))
    if n:
        given, state = policy.weigh(arms, rng), _Open(arms, n)
        for u in rng.random(n).tolist():
            p = given(state.available(), 0.0 if added is None else added(chosen))
            arm = _drawn(p, u)
            chosen.append(arm)
            chances.append(float(p[arm]))
            state.take(arm)
    return Decision(policy.name, release, arms.keys, tuple(chosen), tuple(chances), tuple(arms.scores.tolist()))


def repeated(policy: Policy, arms: Arms, release: str = "") -> Callable[[np.random.Generator], Decision]:
    """`choose` of one among the same arms again and again, for a policy that rolls no dice before the draw."""
    given = policy.weigh(arms, np.random.default_rng(0))
    p = given(np.ones(len(arms), np.bool_), 0.0)
    scores = tuple(arms.scores.tolist())
    each = [Decision(policy.name, release, arms.keys, (i,), (float(x),), scores) for i, x in enumerate(p.tolist())]
    return lambda rng: each[_drawn(p, float(rng.random(1)[0]))]


def probabilities(
    policy: Policy, arms: Arms, chosen: Sequence[int], rng: np.random.Generator, added: Added | None = None
) -> F64:
    """(K,) how likely this policy would have made each of these choices, given the ones above it.

    0 from the first choice on that could not have been made.
    """
    out = np.zeros(len(chosen))
    if not len(arms):
        return out
    state, given = _Open(arms, len(chosen)), policy.weigh(arms, rng)
    for i, arm in enumerate(chosen):
        out[i] = given(state.available(), 0.0 if added is None else added(list(chosen[:i])))[arm]
        if not out[i]:
            break
        state.take(arm)
    return out


class _Open:
    """Which arms may still be chosen for a slate of k. What it gives is to be read before the next is taken."""

    def __init__(self, arms: Arms, k: int) -> None:
        self._left: Bools = np.ones(len(arms), np.bool_)
        self._of: Counter[int] = Counter()  # arms left of each group
        if k > 1:
            self._of.update(arms.groups.tolist())
            del self._of[0]
        self._most = max(self._of.values(), default=1)
        if self._most > 1:
            self._groups = np.where(arms.groups > 0, arms.groups, -1 - np.arange(len(arms)))
        self._last, self._still, self._open, self._spare = 0, k, len(arms), len(arms) - k

    def available(self) -> Bools:
        """(A,) not chosen yet and, where there is a choice, not of the group of the one above.

        A group that so many of the last places must be filled from that it stands next to itself otherwise comes now.
        """
        if self._most == 1 or self._of[self._last] == self._open:
            return self._left
        apart: Bools = self._left & (self._groups != self._last)
        if self._spare < self._most:
            names, counts = np.unique(self._groups[self._left & (self._groups > 0)], return_counts=True)
            crowded = names[(counts - self._spare >= (self._still + 1) / 2) & (names != self._last)]
            if len(crowded):
                apart = apart & np.isin(self._groups, crowded)
        return apart

    def take(self, arm: int) -> None:
        self._left[arm] = False
        self._still -= 1
        self._open -= 1
        if self._most > 1:
            self._last = int(self._groups[arm])
            if self._last > 0:
                self._of[self._last] -= 1


def _drawn(p: F64, u: float) -> int:
    """The arm at a uniform number u in [0, 1): never one whose probability is 0."""
    running = p.cumsum()
    arm = int(running.searchsorted(u * running[-1], side="right"))
    return arm if arm < len(p) and p[arm] > 0 else int(np.flatnonzero(p)[-1])
