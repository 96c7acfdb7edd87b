"""How much to clip, switch off or shrink: the setting with the least squared bias and variance, both as estimated.

The bias of changed weights ŵ is the mean of (w − ŵ)(r − q). Its square is too large by the error of that mean, so the
choice leans to changing little (Wang et al., 2017, take the largest bias there can be, Su et al., 2020, a bound). What
was chosen is stated with the estimate; the interval does not know of it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from segue.core.types import F64
from segue.evaluation.ope.doubly_robust import shrunk

CANDIDATES = 12


def clip(reward: F64, weight: F64) -> float:
    return _least(reward, weight, _quantiles(weight), np.minimum, reward)


def switch(error: F64, weight: F64, v: F64) -> float:
    return _least(error, weight, _quantiles(weight), lambda w, tau: np.where(w <= tau, w, 0.0), error, v)


def shrink(error: F64, weight: F64, v: F64) -> float:
    """λ of DRos: a weight of √λ is halved; the largest leaves all as they are."""
    found = [4 * x**2 for x in _quantiles(weight)]
    return _least(error, weight, [*found, 1e9 * found[-1]], shrunk, error, v)


def _quantiles(weight: F64) -> list[float]:
    """Candidates from the median to the largest weight, closer together at the top."""
    levels = 1 - np.geomspace(0.5, 1 / max(2, len(weight)), CANDIDATES - 1)
    found = np.unique(np.quantile(weight, [*levels, 1.0]))
    return [float(x) for x in found[found > 0]] or [1.0]


def _least(
    reward: F64, weight: F64, candidates: list[float], change: Callable[[F64, float], F64], error: F64,
    v: F64 | None = None,
) -> float:  # fmt: skip
    n = len(weight)

    def risk(parameter: float) -> float:
        changed = change(weight, parameter)
        off = (weight - changed) * error
        return float(off.mean() ** 2 + np.var(changed * reward + (0.0 if v is None else v)) / n)

    return min(candidates, key=risk)
