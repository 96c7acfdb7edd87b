"""Every product worked out: the answer that the others are held to, and the faster way among a few thousand."""

from __future__ import annotations

import numpy as np

from segue.core.types import F32, I32, Bools

GATHER = 4  # reading rows here and there costs about this many times more than reading all in order


def exact(vectors: F32, point: F32, n: int, allowed: Bools | None = None) -> tuple[I32, F32]:
    """(K,), (K,) rows of the n vectors (N, D) of length 1 with the largest product with a point (D,), best first.

    `allowed` (N,) names the rows that may be found; ties go by row.
    """
    if allowed is None:
        rows, near = np.arange(len(vectors), dtype=np.int32), np.asarray(vectors @ point, np.float32)
    else:
        rows = np.flatnonzero(allowed).astype(np.int32)
        many = len(rows) * GATHER > len(vectors)
        near = np.asarray((vectors @ point)[rows] if many else vectors[rows] @ point, np.float32)
    return first(rows, near, n)


def first(rows: I32, near: F32, n: int) -> tuple[I32, F32]:
    """(K,), (K,) of some rows the n nearest, nearest first, ties by row."""
    if len(rows) > n > 0:
        keep = near >= np.partition(near, len(near) - n)[len(near) - n]
        rows, near = rows[keep], near[keep]
    order = np.lexsort((rows, -near))[: max(n, 0)]
    return rows[order], near[order]
