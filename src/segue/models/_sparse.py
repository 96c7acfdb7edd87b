"""Sparse matrices kept small."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from segue.core.types import F32


def strongest(matrix: sp.csr_array, k: int) -> sp.csr_array:
    """The k entries of largest absolute value in each row; all others become 0. Ties: the lower column."""
    matrix.sort_indices()
    counts = np.diff(matrix.indptr)
    if len(counts) == 0 or counts.max() <= k:
        return matrix
    row = np.repeat(np.arange(len(counts)), counts)
    order = np.lexsort((-np.abs(matrix.data), row))
    place = np.arange(len(row)) - np.repeat(matrix.indptr[:-1], counts)
    keep = np.sort(order[place < k])
    indptr = np.concatenate([[0], np.cumsum(np.minimum(counts, k))]).astype(np.int32)
    return sp.csr_array((matrix.data[keep], matrix.indices[keep], indptr), shape=matrix.shape)


def strongest_of_dense(block: F32, k: int) -> sp.csr_array:
    """The same for a dense (M, N) block."""
    k = min(k, block.shape[1])
    columns = np.sort(np.argpartition(-np.abs(block), k - 1, axis=1)[:, :k], axis=1).astype(np.int32)
    values = np.take_along_axis(block, columns, axis=1)
    indptr = np.arange(0, values.size + 1, k, dtype=np.int32)
    out = sp.csr_array((values.ravel(), columns.ravel(), indptr), shape=block.shape)
    out.eliminate_zeros()
    return out


def scaled(matrix: sp.csr_array, rows: F32 | None = None, columns: F32 | None = None) -> sp.csr_array:
    """Rows and columns multiplied, float32."""
    data = matrix.data.astype(np.float32)
    if rows is not None:
        data *= np.repeat(rows, np.diff(matrix.indptr))
    if columns is not None:
        data *= columns[matrix.indices]
    return sp.csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)


def empty(n: int, rows: int | None = None) -> sp.csr_array:
    """(rows, n) float32 without entries; square unless told."""
    rows = n if rows is None else rows
    none = np.zeros(0, np.float32)
    return sp.csr_array((none, np.zeros(0, np.int32), np.zeros(rows + 1, np.int32)), shape=(rows, n))


def stacked(blocks: list[sp.csr_array], n: int) -> sp.csr_array:
    """Blocks of rows on top of each other; (0, n) where there are none."""
    if not blocks:
        return empty(n, 0)
    return sp.csr_array(sp.vstack(blocks, format="csr", dtype=np.float32))


def spread(weights: sp.csr_array, where: NDArray[np.integer], n: int) -> sp.csr_array:
    """(n, n) with the (M, M) weights at the rows and columns `where` (M,), ascending."""
    counts = np.zeros(n, np.int64)
    counts[where] = np.diff(weights.indptr)
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return sp.csr_array((weights.data, where[weights.indices].astype(np.int32), indptr), shape=(n, n))
