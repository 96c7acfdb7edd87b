"""Probabilities over available arms that several policies are made of."""

from __future__ import annotations

import numpy as np

from segue.core.protocols import Chances
from segue.core.types import F32, F64, Bools

LEAST = 1e-200
"""Sums of weights below it have lost what tells them apart."""


def softmax(logits: F64, available: Bools) -> F64:
    """(A,) proportional to exp(logits) among the available arms."""
    shown = np.where(available, logits, -np.inf)
    out: F64 = np.exp(shown - shown.max())
    out /= out.sum()
    return out


def best(values: F64, available: Bools) -> F64:
    """(A,) 1 for the available arm of the largest value, the first of equals."""
    out = np.zeros(len(values))
    out[int(np.argmax(np.where(available, values, -np.inf)))] = 1.0
    return out


def mixed(p: F64, available: Bools, share: float) -> F64:
    """(A,) `share` of it spread evenly over the available arms: no arm is less likely than share / their number."""
    out: F64 = (1 - share) * p + share * available / available.sum()
    return out


class Proportional:
    """Chances in proportion to exp(logits + added / temperature), mixed with an even share.

    What was added is known again by being the same array: it must not be written on between two choices.
    """

    def __init__(self, logits: F64, temperature: float, even: float) -> None:
        self._logits, self._temperature, self._even = logits, temperature, even
        self._alone: F64 = np.exp(logits - logits.max())
        self._weights: F64 = self._alone
        self._last: F32 | F64 | None = None  # what was added for these weights

    def __call__(self, available: Bools, added: F32 | F64 | float) -> F64:
        shown = self._shown(available, added)
        total = float(shown.cumsum()[-1])  # to the last bit what `draw` says
        if total < LEAST:
            return self._apart(available, added)
        shown *= (1 - self._even) / total
        shown += available * (self._even / np.count_nonzero(available))
        return shown

    def draw(self, available: Bools, added: F32 | F64 | float, u: float) -> tuple[int, float]:
        """The arm at a uniform number u in [0, 1), and its chance, without those of all others."""
        shown = self._shown(available, added)
        running = shown.cumsum()
        total, n = float(running[-1]), int(np.count_nonzero(available))
        if total < LEAST:
            p = self._apart(available, added)
            arm = drawn(p, u)
            return arm, float(p[arm])
        if u < self._even:
            arm = int(np.flatnonzero(available)[min(int(u / self._even * n), n - 1)])
        else:
            arm = int(running.searchsorted((u - self._even) / (1 - self._even) * total, side="right"))
            if arm == len(shown) or not shown[arm]:
                arm = int(np.flatnonzero(shown)[-1])
        return arm, float(shown[arm]) * ((1 - self._even) / total) + self._even / n

    def _shown(self, available: Bools, added: F32 | F64 | float) -> F64:
        if isinstance(added, float):
            self._weights, self._last = self._alone, None
        elif added is not self._last:  # the plain reductions cost half of what the methods do
            self._weights = self._alone * np.exp((added - np.maximum.reduce(added)) / self._temperature)
            self._last = added
        out: F64 = self._weights * available
        return out

    def _apart(self, available: Bools, added: F32 | F64 | float) -> F64:
        """Where the best are gone and the rest is too far below them to tell by `_shown`."""
        return mixed(softmax(self._logits + added / self._temperature, available), available, self._even)


def drawn(p: F64, u: float) -> int:
    """The arm at a uniform number u in [0, 1): never one whose probability is 0."""
    running = p.cumsum()
    arm = int(running.searchsorted(u * running[-1], side="right"))
    return arm if arm < len(p) and p[arm] > 0 else int(np.flatnonzero(p)[-1])


def winners(values: F32 | F64, even: float) -> Chances:
    """Chances of a policy that samples: how often an arm is the best among the draws, mixed with an even share.

    values: (M, A) log of the reward expected, one row a draw of what is believed. The chances are exact given the
    draws, and the choice is drawn from them; against a policy of endless draws (Thompson's) the standard error of each
    is (1 - even) · sqrt(p (1 - p) / M).
    """
    draws, arms = values.shape

    def chances(available: Bools, added: F32 | F64 | float) -> F64:
        shown = np.where(available, values + added, -np.inf)
        return mixed(np.bincount(shown.argmax(axis=1), minlength=arms) / draws, available, even)

    return chances
