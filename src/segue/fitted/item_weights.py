"""Sparse item-to-item weights: what neighbours, EASE and transitions are served as."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import scipy.sparse as sp

from segue.core.types import F32, Ids, Queries
from segue.fitted._reading import Reading, positions


@dataclass(frozen=True, slots=True)
class ItemWeights:
    """score(history, j) = sum over i in history of reading(i) * weights[i, j]. Cost: the rows of the history only."""

    items: Ids  # (N,) sorted
    weights: sp.csr_array  # (N, N) float32, row: heard, column: recommended
    reading: Reading

    def score(self, queries: Queries) -> F32:
        """(B, N) float32, 0 where no heard item points."""
        found = self.reading.of_queries(queries, self.items) @ self.weights
        return np.asarray(found.toarray(), np.float32)

    def similar(self, item: int) -> F32:
        """(N,) the item's own row of weights."""
        at = int(positions(np.array([item], np.int32), self.items)[0])
        out = np.zeros(len(self.items), np.float32)
        if at >= 0:
            lo, hi = self.weights.indptr[at : at + 2]
            out[self.weights.indices[lo:hi]] = self.weights.data[lo:hi]
        return out

    def save(self, folder: Path) -> None:
        np.save(folder / "items.npy", self.items)
        np.save(folder / "indptr.npy", self.weights.indptr.astype(np.int64))
        np.save(folder / "columns.npy", self.weights.indices.astype(np.int32))
        np.save(folder / "values.npy", self.weights.data.astype(np.float32))
        self.reading.save(folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        items, indptr, columns, values = (
            np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("items", "indptr", "columns", "values")
        )
        small = np.asarray(indptr, np.int32 if len(values) < 2**31 else np.int64)
        weights = sp.csr_array((values, columns, small), shape=(len(items), len(items)), copy=False)
        return cls(items, weights, Reading.load(folder))


plugin = ItemWeights
