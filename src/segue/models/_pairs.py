"""How often two items stand together in an owner's events."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from segue.core.types import F32, Interactions
from segue.models._sparse import empty


def lagged(
    data: Interactions, window: int, lag_power: float = 0.0, lag_decay: float = 1.0, backward: float = 0.0,
    owner_power: float = 0.0,
) -> sp.csr_array:  # fmt: skip
    """(N, N) float32: j coming d <= window places after i counts lag_decay ** (d - 1) / d ** lag_power.

    `backward` is the weight of the transpose; an owner of n events counts n ** -owner_power.
    """
    n = len(data.items)
    owner = data.owner_rows()
    share = np.diff(data.indptr).clip(1).astype(np.float32) ** np.float32(-owner_power)
    total = empty(n)
    for lag in range(1, window + 1):
        same = np.flatnonzero(owner[lag:] == owner[:-lag])
        if len(same) == 0:
            break
        before, after = data.rows[same], data.rows[same + lag]
        value = share[owner[same]] * np.float32(lag_decay ** (lag - 1) / lag**lag_power)
        total = sp.csr_array(total + sp.csr_array((value, (before, after)), shape=(n, n)))
    total = sp.csr_array(total + backward * sp.csr_array(total.T)) if backward else total
    return without_diagonal(total)


def without_diagonal(matrix: sp.csr_array) -> sp.csr_array:
    """The matrix without pairs of an item with itself."""
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    matrix.data[row == matrix.indices] = 0
    matrix.eliminate_zeros()
    return matrix


def sums(matrix: sp.csr_array, axis: int) -> F32:
    """(N,) float32 sums along an axis."""
    return np.asarray(matrix.sum(axis=axis), np.float32).ravel()
