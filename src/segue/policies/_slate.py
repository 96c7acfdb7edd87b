"""A slate, choice by choice: what may come next, how likely each is, the draw, and the record of it.

The probability of a slate is the product of its choices' probabilities, each given the ones above it. Sampling from
scores without replacement is the Plackett–Luce model (Plackett 1975); here any policy may state the probabilities,
and what may not stand next to the card above is left out before the draw, never after it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from segue.core.protocols import Chances, Policy
from segue.core.slates import Arms, Decision
from segue.core.types import F32, F64, Bools
from segue.policies._chances import drawn

Draw = Callable[[Bools, F32 | F64 | float, float], tuple[int, float]]
"""The arm at a uniform number, given what is available and what is added, and its chance."""
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
        draw = _drawing(given)
        for u in rng.random(n).tolist():
            arm, chance = draw(state.available(), 0.0 if added is None else added(chosen), u)
            chosen.append(arm)
            chances.append(chance)
            state.take(arm)
    return Decision(policy.name, release, arms.keys, tuple(chosen), tuple(chances), tuple(arms.scores.tolist()))


def repeated(policy: Policy, arms: Arms, release: str = "") -> Callable[[np.random.Generator], Decision]:
    """`choose` of one among the same arms again and again, for a policy that rolls no dice before the draw."""
    given, every = policy.weigh(arms, np.random.default_rng(0)), np.ones(len(arms), np.bool_)
    p, draw = given(every, 0.0), _drawing(given)
    scores = tuple(arms.scores.tolist())
    each = [Decision(policy.name, release, arms.keys, (i,), (float(x),), scores) for i, x in enumerate(p.tolist())]
    return lambda rng: each[draw(every, 0.0, float(rng.random(1)[0]))[0]]


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


def _drawing(given: Chances) -> Draw:
    """The policy's own way, where it has one that costs less than all chances do."""

    def plain(available: Bools, added: F32 | F64 | float, u: float) -> tuple[int, float]:
        p = given(available, added)
        arm = drawn(p, u)
        return arm, float(p[arm])

    own: Draw | None = getattr(given, "draw", None)
    return own or plain


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
