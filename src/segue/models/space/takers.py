"""Points of items of another kind, from the tastes of those who took them."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from segue.core.types import F32
from segue.models._compose import unit_rows


def leaning(tastes: F32, taken: sp.csr_array) -> tuple[F32, F32]:
    """(N, D) how the tastes of those who took each item differ from everybody's on average, and (N,) how many they are.

    `tastes` (U, D) have rows of zeros for owners of whom nothing is known: they do not count. `taken` (U, N) is not 0
    where an owner took an item. Not of length 1: the less the takers agree, the shorter.
    """
    known = np.einsum("ud,ud->u", tastes, tastes) > 0
    mean = tastes[known].mean(axis=0) if known.any() else np.zeros(tastes.shape[1], np.float32)
    who = sp.csr_array((taken.T > 0).astype(np.float32))[:, np.flatnonzero(known)]
    n = np.asarray(who.sum(axis=1), np.float32).ravel()
    sums = np.asarray(who @ (tastes[known] - mean), np.float32)
    return np.asarray(sums / np.maximum(n, 1)[:, None], np.float32), n


def taste_of_owners(vectors: F32, taken: sp.csr_array) -> F32:
    """(U, D) of length 1: the middle of what each owner took (U, N), weighted log(1 + weight)."""
    weights = taken.copy()
    weights.data = np.log1p(np.maximum(weights.data, 0)).astype(np.float32)
    return unit_rows(np.asarray(weights @ vectors, np.float32))
