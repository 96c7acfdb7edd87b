"""Balance: what a card's effect on the mix of everything shown adds to its score.

Steck, "Calibrated Recommendations" (RecSys 2018): a list that is chosen by relevance alone gives most room to a
listener's largest taste; greedy relevance - λ · KL(the listener's own mix ‖ the list's) gives every taste its share.
Here n cards cost λ · n · KL, in the units of the scores (logs of the reward expected): a card weighs as much at the end
of a page as at its head, where KL alone would let its part fall as 1 / n. A choice among arms adds what each would
change in that cost, a card's worth of it, before the choice is made; so the probability of each choice stays exact.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from segue.core.types import F32, F64, Bools

GROWN = 8
"""One card in so many of those that stood on a page may come before `steady` is worked out anew. The mix of whole pages
is then as near to what is wanted as with each card; within a row neighbours are a little more often of one genre."""
SMOOTHING = 0.01
"""How much of the listener's own mix is put into a list's, so that what it lacks costs much but not without end."""


def divergence(target: F32 | F64, mix: F32 | F64, smoothing: float = SMOOTHING) -> F64:
    """(...) KL(target ‖ (1 - smoothing) · mix + smoothing · target) in nats, over the last axis (..., C) of `mix`."""
    p = np.asarray(target, np.float64)
    q = (1 - smoothing) * np.asarray(mix, np.float64) + smoothing * p
    there = np.broadcast_to(p > 0, q.shape)
    ratio = np.divide(np.broadcast_to(p, q.shape), q, out=np.ones(q.shape), where=there)
    out: F64 = (p * np.log(ratio)).sum(axis=-1)
    return np.maximum(out, 0)  # below 0 only by rounding


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """The mix that is wanted, over the C of its categories that it has something of."""

    there: Bools  # which of all categories these are
    target: F64  # (C,) > 0
    alone: float  # Σ p log p of the target p: with it and log n, Σ p log(held) becomes -KL
    total: float  # Σ p: how many distributions stand side by side
    smoothing: float

    @classmethod
    def of(cls, target: F32 | F64, smoothing: float = SMOOTHING) -> Self:
        there = np.asarray(target, np.float64) > 0  # what a page has of the rest costs by the room it takes
        p = np.asarray(target, np.float64)[there]
        return cls(there, p, float(p @ np.log(p)), float(p.sum()), smoothing)

    def smoothed(self, shares: F32) -> F64:
        """(..., C) what a card with these shares of all categories puts on a page."""
        out: F64 = (1 - self.smoothing) * shares[..., self.there] + self.smoothing * self.target
        return out

    def held(self, above: F32 | F64) -> tuple[F64, float]:
        """(C,) what cards with these summed shares of all categories put on a page, and how many cards they are."""
        n = float(np.sum(above)) / self.total if len(self.target) else 0.0
        so_far = np.asarray(above, np.float64)[self.there]
        return (1 - self.smoothing) * so_far + self.smoothing * n * self.target, n


@dataclass(slots=True, eq=False)
class Balance:
    """For one slate of A arms."""

    weight: float  # λ
    wanted: Wanted
    arms: F64  # (A, C) what each arm would put on the page, smoothed
    cards: F64 | float  # (A,) how many cards that is; a number where it is the same for all
    held: F64  # (C,) what the cards above put on it, smoothed
    above: float  # how many these are
    _chosen: list[int] = field(default_factory=list)  # asked about last: most often one less than asked about next
    _put: F64 | None = None  # (C,) what the page has with these
    _stood: list[int] = field(default_factory=list)  # the choices that `steady` last went by
    _fall: F64 | None = None  # (A,) what it said

    @classmethod
    def of(
        cls, target: F32 | F64, shares: F32, weight: float, above: F32 | F64 | None = None, cards: F32 | None = None,
        smoothing: float = SMOOTHING,
    ) -> Self:  # fmt: skip
        """From the mix that is wanted (C,), the share of each category in a card of each arm (A, C), and the summed
        shares (C,) of the cards above. `cards` (A,): how many an arm stands for, 1 or more, where not 1.

        Several distributions may stand side by side, the kinds beside the genres: each sums to 1, their KL add up.
        """
        wanted = Wanted.of(target, smoothing)
        held, n = wanted.held(np.zeros(len(target)) if above is None else above)
        return cls.on(wanted, wanted.smoothed(shares), weight, held, n, cards)

    @classmethod
    def on(cls, wanted: Wanted, arms: F64, weight: float, held: F64, above: float, cards: F32 | None = None) -> Self:
        """The same on a page in the making, whose arms and cards above are smoothed already."""
        if cards is None:
            return cls(weight, wanted, arms, 1.0, held, above)
        each = cards.astype(np.float64)
        return cls(weight, wanted, each[:, None] * arms, each, held, above)

    def added(self, chosen: Sequence[int]) -> F64:
        """(A,) λ times the fall of n · KL with each arm after those chosen, per card."""
        wanted = self.wanted
        if not self.weight or not len(wanted.target):
            return np.zeros(len(self.arms))
        held, n = self.held, self.above
        if chosen:
            held = self._place(list(chosen))
            n += float(len(chosen) if isinstance(self.cards, float) else np.add.reduce(self.cards[self._chosen]))
        after = n + self.cards
        each = self.weight / self.cards
        log_after = math.log(after) if isinstance(after, float) else np.log(after)
        cost = after * (wanted.alone + wanted.total * log_after)
        if n:
            cost += n * (float(np.log(held) @ wanted.target) - wanted.alone - wanted.total * math.log(n))
        fall: F64 = np.log(held + self.arms) @ wanted.target
        fall *= after * each
        fall -= cost * each
        return fall

    def steady(self, chosen: Sequence[int]) -> F64:
        """(A,) `added` as of when the page last had grown by an eighth, each card as long as it has fewer than 16.

        Of many cards one changes the mix little. The same array until it is worked out anew.
        """
        last = 0
        while (next_ := last + max(1, int((self.above + last) / GROWN))) <= len(chosen):
            last = next_
        stood = list(chosen[:last])
        if self._fall is None or stood != self._stood:
            self._stood, self._fall = stood, self.added(stood)
        return self._fall

    def _place(self, chosen: list[int]) -> F64:
        """(C,) what the page has with the chosen arms, summed up in their order from where the last sum stopped."""
        done, put = len(self._chosen), self._put
        if put is None or chosen[:done] != self._chosen:
            done, put = 0, self.held
        for arm in chosen[done:]:
            put = put + self.arms[arm]
        self._chosen, self._put = chosen, put
        return put
