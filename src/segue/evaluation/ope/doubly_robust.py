"""One choice a page, judged by a model of the reward, corrected by the weighted errors of that model.

Doubly robust: Dudík et al. (2011); self-normalized: Thomas & Brunskill (2016); SWITCH: Wang et al. (2017); optimistic
shrinkage: Su et al. (2020); more robust doubly robust: Farajtabar et al. (2018).

`q` is the model's reward for the logged choice, `v` its mean under the target: Σ_a P(a | target) q(a). Where the two
are the same number, one that does not look at the choice, DR is IPS with a baseline taken off. All arrays are (P,)
float64.
"""

from __future__ import annotations

import numpy as np

from segue.core.types import F64
from segue.evaluation.ope.terms import Terms, mean_of


def dm(v: F64) -> Terms:
    """The direct method: as right or wrong as the model."""
    return mean_of(v)


def dr(reward: F64, weight: F64, q: F64, v: F64) -> Terms:
    """Right if the propensities are, or if the model is."""
    return mean_of(v + weight * (reward - q))


def sndr(reward: F64, weight: F64, q: F64, v: F64) -> Terms:
    """The correction divided by the mean weight."""
    error = weight * (reward - q)
    return Terms(np.stack([v, error], axis=1), np.stack([np.ones_like(v), weight], axis=1))


def switch_dr(reward: F64, weight: F64, q: F64, v: F64, tau: float) -> Terms:
    """No correction where the weight is above `tau`: there the model stands alone."""
    return mean_of(v + np.where(weight <= tau, weight, 0.0) * (reward - q))


def dr_os(reward: F64, weight: F64, q: F64, v: F64, lam: float) -> Terms:
    """Weights shrunk to λw / (w² + λ): all of them at λ = ∞ (DR), none at 0 (DM)."""
    return mean_of(v + shrunk(weight, lam) * (reward - q))


def shrunk(weight: F64, lam: float) -> F64:
    if np.isinf(lam):
        return weight
    out: F64 = lam * weight / (weight**2 + lam) if lam > 0 else np.zeros_like(weight)
    return out


def mrdr_weights(chance: F64, propensity: F64) -> F64:
    """Weights of the rows a reward model is fitted with, so that DR's variance, not the model's own error, is small.

    π (1 − μ) / μ², the form for a stochastic target used by Open Bandit Pipeline; DR with such a model is MRDR.
    """
    return chance * (1 - propensity) / propensity**2
