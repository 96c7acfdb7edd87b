"""Sparse item-to-item weights: what neighbours, EASE and transitions are served as."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import scipy.sparse as sp

from segue.core.types import F32, I32, Ids, Queries
from segue.fitted._reading import Reading, mapped, positions, spread


@dataclass(frozen=True, slots=True)
class ItemWeights:
    """score(history, j) = sum over i in history of reading(i) * weights[i, j]. Cost: the rows of the history only."""

    items: Ids  # (N,) sorted
    weights: sp.csr_array  # (N, N) float32, row: heard, column: recommended
    reading: Reading

    def score(self, queries: Queries) -> F32:
        """(B, N) float32, 0 where no heard item points."""
        heard = self.reading.of_queries(queries, self.items)
        if len(queries) == 1:
            return spread(heard, self.weights)
        return np.asarray((heard @ self.weights).toarray(), np.float32)

    def similar(self, item: int) -> F32:
        """(N,) the item's own row of weights."""
        columns, values = self.related(item)
        out = np.zeros(len(self.items), np.float32)
        out[columns] = values
        return out

    def related(self, item: int) -> tuple[I32, F32]:
        """(K,), (K,) where `similar` is not 0, and what it is there."""
        at = int(positions(np.array([item], np.int32), self.items)[0])
        lo, hi = self.weights.indptr[at : at + 2] if at >= 0 else (0, 0)
        return self.weights.indices[lo:hi], self.weights.data[lo:hi]

    def save(self, folder: Path) -> None:
        np.save(folder / "items.npy", self.items)
        np.save(folder / "indptr.npy", self.weights.indptr.astype(np.int64))
        np.save(folder / "columns.npy", self.weights.indices.astype(np.int32))
        np.save(folder / "values.npy", self.weights.data.astype(np.float32))
        self.reading.save(folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        items, indptr, columns, values = (
            mapped(folder / f"{name}.npy") for name in ("items", "indptr", "columns", "values")
        )
        small = np.asarray(indptr, np.int32 if len(values) < 2**31 else np.int64)
        weights = sp.csr_array((values, columns, small), shape=(len(items), len(items)), copy=False)
        return cls(items, weights, Reading.load(folder))


plugin = ItemWeights
