"""Probabilities over available arms that several policies are made of."""

from __future__ import annotations

import numpy as np

from segue.core.types import F64, Bools


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
