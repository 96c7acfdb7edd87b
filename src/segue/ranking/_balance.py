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
from dataclasses import dataclass
from typing import Self

import numpy as np

from segue.core.types import F32, F64

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
class Balance:
    """For one slate of A arms, over the C categories that the listener's own mix has something of."""

    weight: float  # λ
    target: F64  # (C,) > 0
    arms: F64  # (A, C) what each arm would put on the page, smoothed
    cards: F64  # (A,) how many cards that is
    held: F64  # (C,) what the cards above put on it, smoothed
    above: float  # how many these are
    alone: float  # Σ p log p of the target p: with it and log n, Σ p log(held) becomes -KL
    total: float  # Σ p: how many distributions stand side by side

    @classmethod
    def of(
        cls, target: F32 | F64, shares: F32, weight: float, above: F32 | F64 | None = None, cards: F32 | None = None,
        smoothing: float = SMOOTHING,
    ) -> Self:  # fmt: skip
        """From the mix that is wanted (C,), the share of each category in a card of each arm (A, C), and the summed
        shares (C,) of the cards above. `cards` (A,): how many an arm stands for, 1 or more, where not 1.

        Several distributions may stand side by side, the kinds beside the genres: each sums to 1, their KL add up.
        """
        there = np.asarray(target, np.float64) > 0  # what a page has of the rest costs by the room it takes
        p = np.asarray(target, np.float64)[there]
        each = np.ones(len(shares)) if cards is None else cards.astype(np.float64)
        so_far = np.zeros(len(p)) if above is None else np.asarray(above, np.float64)[there]
        n = float(np.sum(above)) / float(p.sum()) if above is not None and len(p) else 0.0
        arms = each[:, None] * ((1 - smoothing) * shares[:, there] + smoothing * p)
        return cls(
            weight, p, arms, each, (1 - smoothing) * so_far + smoothing * n * p, n, float(p @ np.log(p)), float(p.sum())
        )

    def added(self, chosen: Sequence[int]) -> F32:
        """(A,) λ times the fall of n · KL with each arm after those chosen, per card."""
        if not self.weight or not len(self.target):
            return np.zeros(len(self.arms), np.float32)
        held, n, rows = self.held, self.above, list(chosen)
        if rows:
            held = held + np.add.reduce(self.arms[rows])
            n += float(np.add.reduce(self.cards[rows]))
        after = n + self.cards
        fall = after * (np.log(held + self.arms) @ self.target - self.alone - self.total * np.log(after))
        if n:
            fall -= n * (float(np.log(held) @ self.target) - self.alone - self.total * math.log(n))
        fall *= self.weight / self.cards
        return fall.astype(np.float32)
