"""Nearest neighbours by cosine: what lies near a point of a space."""

from __future__ import annotations

import numpy as np

from segue.core.types import F32, I32, Bools


def exact(vectors: F32, point: F32, n: int, allowed: Bools | None = None) -> tuple[I32, F32]:
    """(K,), (K,) rows of the n vectors (N, D) of length 1 with the largest product with a point (D,), best first.

    `allowed` (N,) names the rows that may be found; ties go by row.
    """
    rows = np.arange(len(vectors), dtype=np.int32) if allowed is None else np.flatnonzero(allowed).astype(np.int32)
    near = np.asarray((vectors if allowed is None else vectors[rows]) @ point, np.float32)
    if len(rows) > n > 0:
        keep = near >= np.partition(near, len(near) - n)[len(near) - n]
        rows, near = rows[keep], near[keep]
    order = np.lexsort((rows, -near))[: max(n, 0)]
    return rows[order], near[order]
