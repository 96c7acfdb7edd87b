"""Attributes of items as weighted matrices."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from segue.core.types import Ids


def tf_idf(counts: sp.csr_array, at_least: int = 2) -> sp.csr_array:
    """(N, T) float32 CSR: log(1 + count) * log(described / holders) with rows of length 1.

    What fewer than `at_least` items hold is left out: it relates an item to none.
    """
    out = sp.csr_array(counts.astype(np.float32))
    out.eliminate_zeros()
    holders = np.bincount(out.indices, minlength=out.shape[1])
    described = np.count_nonzero(np.diff(out.indptr))
    idf = np.log((described + 1) / np.maximum(holders, 1)) * (holders >= at_least)
    out.data = np.log1p(out.data) * idf.astype(np.float32)[out.indices]
    out.eliminate_zeros()
    return unit_rows(out)


def unit_rows(matrix: sp.csr_array) -> sp.csr_array:
    """Rows of length 1; rows of zeros stay."""
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    length = np.sqrt(np.bincount(row, matrix.data.astype(np.float64) ** 2, minlength=matrix.shape[0]))
    data = (matrix.data / np.maximum(length[row], 1e-12)).astype(np.float32)
    return sp.csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)


def holding(numbers: Ids) -> sp.csr_array:
    """(N, T) float32 CSR with a 1 where an item holds a number (an album, say); 0 means none."""
    known = numbers > 0
    values, column = np.unique(numbers[known], return_inverse=True)
    indptr = np.concatenate([[0], np.cumsum(known)]).astype(np.int32)
    data = np.ones(len(column), np.float32)
    return sp.csr_array((data, column.astype(np.int32), indptr), shape=(len(numbers), len(values)))


def compact(matrix: sp.csr_array) -> sp.csr_array:
    """The same as float32 without the columns that nothing holds."""
    out = sp.csr_array(matrix.astype(np.float32))
    out.eliminate_zeros()
    used, column = np.unique(out.indices, return_inverse=True)
    return sp.csr_array((out.data, column.astype(np.int32), out.indptr), shape=(out.shape[0], len(used)))
