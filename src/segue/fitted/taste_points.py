"""Items as points of a space and histories as a few of them, with how much an item is taken of late."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import scipy.sparse as sp

from segue.core.types import F32, I32, Ids, Queries
from segue.fitted._reading import Reading, mapped, positions
from segue.fitted._tastes import tastes

SHARPNESS = 8.0  # of the nearest taste against the others


@dataclass(frozen=True, slots=True)
class TastePoints:
    """score(history, j) = log(sum over its tastes p of share(p) * exp(8 cos(p, j))) / 8 + prior_weight * prior[j].

    With one taste this is the cosine of item and history. It is a softmax over the catalogue with popularity put back,
    which the sampling of negatives (or PMI) has taken out. A history of which nothing is known gets the prior alone.
    """

    items: Ids  # (N,) sorted
    vectors: F32  # (N, D) of length 1, or zeros where nothing is known
    prior: F32  # (N,) log of how often it was taken of late
    prior_weight: float
    most_tastes: int
    reading: Reading

    def score(self, queries: Queries) -> F32:
        """(B, N) float32."""
        heard = self.reading.of_queries(queries, self.items)
        if self.most_tastes == 1:
            out = _unit(np.asarray(heard @ self.vectors, np.float32)) @ self.vectors.T
        else:
            out = np.zeros(heard.shape, np.float32)
            for b in range(len(queries)):
                self._nearness(heard, b, out[b])
        out += np.float32(self.prior_weight) * self.prior
        return np.asarray(out, np.float32)

    def _nearness(self, heard: sp.csr_array, b: int, out: F32) -> None:
        """To the tastes of one history, into (N,)."""
        lo, hi = heard.indptr[b : b + 2]
        points, share = tastes(self.vectors[heard.indices[lo:hi]], heard.data[lo:hi], self.most_tastes)
        if len(points):
            np.log(share @ np.exp(np.float32(SHARPNESS) * (points @ self.vectors.T)), out=out)
            out /= np.float32(SHARPNESS)

    def similar(self, item: int) -> F32:
        """(N,) cosine."""
        at = int(positions(np.array([item], np.int32), self.items)[0])
        return self.alike(at) if at >= 0 else np.zeros(len(self.items), np.float32)

    def alike(self, at: int, others: I32 | slice = slice(None)) -> F32:
        """(K,) cosine of the item at one position and those at others, by default all."""
        cosine: F32 = self.vectors[others] @ self.vectors[at]
        return cosine

    def save(self, folder: Path) -> None:
        for name in ("items", "vectors", "prior"):
            np.save(folder / f"{name}.npy", getattr(self, name))
        self.reading.save(folder)
        rest = {"prior_weight": self.prior_weight, "most_tastes": self.most_tastes}
        (folder / "points.json").write_text(json.dumps(rest) + "\n")

    @classmethod
    def load(cls, folder: Path) -> Self:
        items, vectors, prior = (mapped(folder / f"{name}.npy") for name in ("items", "vectors", "prior"))
        rest = json.loads((folder / "points.json").read_text())
        return cls(items, vectors, prior, rest["prior_weight"], rest["most_tastes"], Reading.load(folder))


def _unit(rows: F32) -> F32:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(length > 1e-9, length, 1), np.float32)


plugin = TastePoints
