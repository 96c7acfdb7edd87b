"""Probabilities over available arms that several policies are made of."""

from __future__ import annotations

import numpy as np

from segue.core.protocols import Chances
from segue.core.types import F32, F64, Bools


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
