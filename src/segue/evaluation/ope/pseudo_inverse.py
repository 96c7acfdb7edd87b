"""Weights of whole pages for the pseudo-inverse estimator (Swaminathan et al., 2017), for any logging policy.

A page is the 0/1 vector of its K × A pairs of slot and arm. With Γ the logging policy's second moments of that vector
and θ the target's first, the weight of a page s is sᵀ Γ⁺ θ. Exact for rewards that are a sum of a part a slot.
"""

from __future__ import annotations

import numpy as np

from segue.core.types import F64, I64


def page_weights(slates: I64, gamma: F64, theta: F64) -> F64:
    """(P,) weights of slates (P, K) of arms 0…A-1; `gamma` (K·A, K·A), `theta` (K, A)."""
    k = slates.shape[1]
    a = theta.shape[1]
    solved: F64 = np.linalg.pinv(gamma, hermitian=True, rcond=1e-10) @ theta.ravel()
    out: F64 = solved.reshape(k, a)[np.arange(k), slates].sum(axis=1)
    return out


def moments(slates: I64, chance: F64, arms: int) -> tuple[F64, F64]:
    """Γ (K·A, K·A) and θ (K, A) of a policy given as all its slates (S, K) and their chances (S,); or as a sample of
    pages with equal chances, for a log whose policy is known only by drawing from it."""
    s, k = slates.shape
    seen = np.zeros((s, k * arms))
    seen[np.arange(s)[:, None], np.arange(k) * arms + slates] = 1
    return (seen * chance[:, None]).T @ seen, (chance @ seen).reshape(k, arms)


def uniform_moments(slots: int, arms: int) -> F64:
    """Γ of uniformly random pages of `slots` different arms, in closed form."""
    if not 1 <= slots <= arms:
        raise ValueError(f"{slots} slots of {arms} arms")
    same = np.eye(slots, dtype=bool)
    apart = (1 - np.eye(arms)) / max(1, arms * (arms - 1))
    blocks = np.where(same[:, :, None, None], np.eye(arms) / arms, apart)
    return np.ascontiguousarray(blocks.transpose(0, 2, 1, 3)).reshape(slots * arms, slots * arms)
