"""Item weights of low rank: what EASE over few owners is served as, without ever making the (N, N) matrix."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import scipy.sparse as sp

from segue.core.types import F32, Ids, Queries
from segue.fitted._reading import Reading, mapped, positions


@dataclass(frozen=True, slots=True)
class RidgeFactors:
    """score(x) = scale * (x G V) V' + (1 - scale / ridge) * x G, which is x G B for B = I - P diag(1 / diag P).

    P = I / ridge - V V' is an inverse that differs from a multiple of the identity by rank R, G = diag(damping).
    Cost of a query: N * R multiplications, whatever the length of the history.
    """

    items: Ids  # (N,) sorted
    factors: F32  # (N, R): V
    scale: F32  # (N,) 1 / diag P
    damping: F32  # (N,) what an item counts in a history, < 1 for items that many take
    ridge: float
    reading: Reading

    def histories(self, queries: Queries) -> sp.csr_array:
        """(B, N) CSR: each history at mean strength 1, then damped."""
        return damped(self.reading.of_queries(queries, self.items), self.damping)

    def score(self, queries: Queries) -> F32:
        """(B, N) float32."""
        heard = self.histories(queries)
        out = np.asarray((heard @ self.factors) @ self.factors.T, np.float32)
        out *= self.scale
        row = np.repeat(np.arange(heard.shape[0]), np.diff(heard.indptr))
        out[row, heard.indices] += heard.data * (1 - self.scale[heard.indices] / np.float32(self.ridge))
        return out

    def similar(self, item: int) -> F32:
        """(N,) the item's own row of B; 0 for itself."""
        at = int(positions(np.array([item], np.int32), self.items)[0])
        if at < 0:
            return np.zeros(len(self.items), np.float32)
        out = np.asarray(self.factors @ self.factors[at] * self.scale, np.float32)
        out[at] = 0
        return out

    def save(self, folder: Path) -> None:
        for name in ("items", "factors", "scale", "damping"):
            np.save(folder / f"{name}.npy", getattr(self, name))
        self.reading.save(folder)
        (folder / "ridge.json").write_text(json.dumps(self.ridge) + "\n")

    @classmethod
    def load(cls, folder: Path) -> Self:
        items, factors, scale, damping = (
            mapped(folder / f"{name}.npy") for name in ("items", "factors", "scale", "damping")
        )
        ridge = float(json.loads((folder / "ridge.json").read_text()))
        return cls(items, factors, scale, damping, ridge, Reading.load(folder))


def damped(rows: sp.csr_array, damping: F32) -> sp.csr_array:
    """(B, N) with every row at mean strength 1 over what it holds, then each column times its damping."""
    counts = np.diff(rows.indptr)
    row = np.repeat(np.arange(len(counts)), counts)
    total = np.bincount(row, rows.data, minlength=len(counts))
    mean = (total / np.maximum(counts, 1)).astype(np.float32)
    data = rows.data / np.maximum(mean[row], 1e-12) * damping[rows.indices]
    return sp.csr_array((data.astype(np.float32), rows.indices, rows.indptr), shape=rows.shape)


plugin = RidgeFactors
