"""Chance that depends on names, not on the order in which it is asked: the same person, day and item, the same luck.

Two policies that face the same listeners then differ only where their pages differ (common random numbers).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from segue.world.draws import F64

U64 = NDArray[np.uint64]
STEP, FIRST, SECOND = (np.uint64(x) for x in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))


def uniform(seed: int, purpose: int, *keys: NDArray[np.integer]) -> F64:
    """(n,) numbers in [0, 1), one for each row of the integer keys (n,); each purpose has its own."""
    n = np.broadcast_shapes(*(k.shape for k in keys))
    state = _mixed(np.full(n, seed, np.uint64) * STEP + np.uint64(purpose))
    for key in keys:
        state = _mixed(state ^ key.astype(np.int64).view(np.uint64))
    out: F64 = (state >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return out


def normal(seed: int, purpose: int, *keys: NDArray[np.integer]) -> F64:
    """(n,) standard normal numbers (Box and Muller 1958)."""
    u, v = uniform(seed, purpose, *keys), uniform(seed, purpose + (1 << 20), *keys)
    out: F64 = np.sqrt(-2 * np.log1p(-u)) * np.cos(2 * np.pi * v)
    return out


def poisson(rate: F64, u: F64, most: int) -> NDArray[np.int64]:
    """(n,) Poisson numbers of rates (n,) at uniform numbers (n,), none above `most`."""
    count = np.zeros(len(rate), np.int64)
    term = np.exp(-rate)
    below = term.copy()
    for k in range(1, most + 1):
        count += u >= below
        term = term * rate / k
        below += term
    return count


def _mixed(x: U64) -> U64:
    """The finalizer of SplitMix64 (Steele et al. 2014)."""
    x = x + STEP
    x = (x ^ (x >> np.uint64(30))) * FIRST
    x = (x ^ (x >> np.uint64(27))) * SECOND
    out: U64 = x ^ (x >> np.uint64(31))
    return out
