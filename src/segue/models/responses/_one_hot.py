"""Places of ones as a sparse matrix."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from segue.core.types import I64


def one_hot(places: I64, width: int) -> sp.csr_array:
    """(n, width) float64 from the (J, n) columns that hold a 1."""
    j, n = places.shape
    flat = np.ascontiguousarray(places.T).ravel().astype(np.int32)
    starts = np.arange(n + 1, dtype=np.int32) * j
    return sp.csr_array((np.ones(n * j), flat, starts), shape=(n, width))
