"""How a history is read: one code path for training rows and for queries."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse import _sparsetools

from segue.core.types import F32, I64, Ids, Interactions, Queries


@dataclass(frozen=True, slots=True)
class Reading:
    """Each distinct item of a history counts `decay ** age * total_weight ** power`, the newest `last` items only.

    Age is 0 for the item heard last, 1 for the distinct item before it, and so on.
    """

    decay: float = 1.0
    power: float = 0.0  # 0: heard or not; 1: the raw weight
    last: int = 0  # 0: all

    def matrix(self, indptr: I64, cols: NDArray[np.integer], weights: F32, n: int) -> sp.csr_array:
        """(B, n) float32 CSR from histories as columns, oldest first; `cols` (E,) are positions, -1 unknown."""
        b = len(indptr) - 1
        row = np.repeat(np.arange(b), np.diff(indptr))
        known = cols >= 0
        row, col, weight = row[known], cols[known].astype(np.int64), weights[known]
        key = row * n + col
        order = np.argsort(key, kind="stable")  # of equal items the oldest first
        key = key[order]
        first = np.flatnonzero(np.diff(key, prepend=-1))
        if len(first) == 0:
            return sp.csr_array(
                (np.zeros(0, np.float32), np.zeros(0, np.int32), np.zeros(b + 1, np.int32)), shape=(b, n)
            )
        total = np.add.reduceat(weight[order], first)
        newest = np.maximum.reduceat(order, first)
        row, col = row[order][first], col[order][first]

        by_age = np.argsort(-newest) if b == 1 else np.lexsort((-newest, row))
        row, col, total = row[by_age], col[by_age], total[by_age]
        ends = np.searchsorted(row, np.arange(b + 1))
        age = np.arange(len(row)) - ends[row]
        value = self.decay ** age.astype(np.float32) * np.maximum(total, 0) ** np.float32(self.power)
        if self.last:
            value[age >= self.last] = 0
        keep = value > 1e-7
        counts = np.bincount(row[keep], minlength=b)
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        return sp.csr_array((value[keep].astype(np.float32), col[keep].astype(np.int32), starts), shape=(b, n))

    def of_data(self, data: Interactions) -> sp.csr_array:
        """(U, N) what every owner took."""
        return self.matrix(data.indptr, data.rows, data.weights, len(data.items))

    def of_queries(self, queries: Queries, items: Ids) -> sp.csr_array:
        """(B, N) over `items` (N,) sorted; what is not among them is ignored."""
        return self.matrix(queries.indptr, positions(queries.items, items), queries.weights, len(items))

    def save(self, folder: Path) -> None:
        (folder / "reading.json").write_text(json.dumps(asdict(self)) + "\n")

    @classmethod
    def load(cls, folder: Path) -> Self:
        return cls(**json.loads((folder / "reading.json").read_text()))


def mapped(path: Path) -> NDArray[Any]:
    """The array of a .npy file, read-only, read as it is used; not a memmap, whose every slice costs more."""
    return np.asarray(np.load(path, mmap_mode="r"))


def spread(row: sp.csr_array, matrix: sp.csr_array) -> F32:
    """(1, N) float32 of a row (1, M) times a matrix (M, N), by way of the few rows of it that count.

    What `matrix[row.indices].T @ row.data` comes to, without the matrices in between: making them costs more than the
    product does.
    """
    if matrix.indptr.dtype != matrix.indices.dtype or not matrix.data.dtype == row.data.dtype == np.float32:
        return np.asarray(matrix[row.indices].T @ row.data, np.float32)[None]
    rows, n = row.indices.astype(matrix.indptr.dtype, copy=False), matrix.shape[1]
    ends = np.zeros(len(rows) + 1, matrix.indptr.dtype)
    np.cumsum(matrix.indptr[rows + 1] - matrix.indptr[rows], out=ends[1:])
    columns, values = np.empty(ends[-1], matrix.indices.dtype), np.empty(ends[-1], matrix.data.dtype)
    _sparsetools.csr_row_index(len(rows), rows, matrix.indptr, matrix.indices, matrix.data, columns, values)
    out = np.zeros(n, np.float32)
    _sparsetools.csc_matvec(n, len(rows), ends, columns, values, row.data, out)
    return out[None]


def positions(wanted: Ids, items: Ids) -> I64:
    """(E,) where each wanted item stands in `items` (N,) sorted, -1 where it does not."""
    if len(items) == 0:
        return np.full(len(wanted), -1, np.int64)
    at = np.minimum(np.searchsorted(items, wanted), len(items) - 1)
    return np.where(items[at] == wanted, at, -1).astype(np.int64)
