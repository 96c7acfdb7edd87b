"""Item factors with a fold-in of the history: what matrix factorization is served as."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from segue.core.types import F32, Ids, Queries
from segue.fitted._reading import Reading, positions


@dataclass(frozen=True, slots=True)
class Factors:
    """Least-squares fold-in, as in training: (V' W V + unobserved V' V + reg * n ** exponent * I) x = V' W 1.

    The factors are rotated so that V' V is diagonal (no score changes); a history shorter than D is then solved
    in its own length by the Woodbury identity.
    """

    items: Ids  # (N,) sorted
    factors: F32  # (N, D), V' V diagonal
    spectrum: F32  # (D,) that diagonal
    reading: Reading
    unobserved: float  # weight of everything not heard
    regularization: float  # per effective interaction
    exponent: float  # of the effective number of interactions

    def embed_histories(self, queries: Queries) -> F32:
        """(B, D) a listener's factors from what was heard; zeros for an empty history."""
        heard = self.reading.of_queries(queries, self.items)
        out = np.zeros((len(queries), self.factors.shape[1]), np.float32)
        for b in range(len(queries)):
            lo, hi = heard.indptr[b : b + 2]
            if lo == hi:
                continue
            weight, v = heard.data[lo:hi], np.asarray(self.factors[heard.indices[lo:hi]])
            ridge = self.regularization * (hi - lo + self.unobserved * len(self.items)) ** self.exponent
            diagonal = self.unobserved * self.spectrum + np.float32(ridge)
            if hi - lo < len(diagonal):
                scaled = v / diagonal
                inner = scaled @ v.T
                inner[np.diag_indices(hi - lo)] += 1 / weight
                out[b] = scaled.T @ np.linalg.solve(inner, np.ones(hi - lo, np.float32))
            else:
                normal = (v.T * weight) @ v
                normal[np.diag_indices(len(diagonal))] += diagonal
                out[b] = np.linalg.solve(normal, v.T @ weight)
        return out

    def score(self, queries: Queries) -> F32:
        """(B, N) float32."""
        return np.asarray(self.embed_histories(queries) @ self.factors.T, np.float32)

    def similar(self, item: int) -> F32:
        """(N,) cosine of the factors."""
        at = int(positions(np.array([item], np.int32), self.items)[0])
        if at < 0:
            return np.zeros(len(self.items), np.float32)
        length = np.linalg.norm(self.factors, axis=1)
        cosine = self.factors @ self.factors[at] / np.maximum(length * length[at], 1e-12)
        return np.asarray(cosine, np.float32)

    def save(self, folder: Path) -> None:
        for name in ("items", "factors", "spectrum"):
            np.save(folder / f"{name}.npy", getattr(self, name))
        self.reading.save(folder)
        rest = {name: getattr(self, name) for name in ("unobserved", "regularization", "exponent")}
        (folder / "fold-in.json").write_text(json.dumps(rest) + "\n")

    @classmethod
    def load(cls, folder: Path) -> Self:
        items, factors, spectrum = (
            np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("items", "factors", "spectrum")
        )
        rest = json.loads((folder / "fold-in.json").read_text())
        return cls(items, factors, spectrum, Reading.load(folder), **rest)
