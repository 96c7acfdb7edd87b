"""Two vectors an item, one as heard and one as recommended: what factorized co-occurrence is served as."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from segue.core.types import F32, Ids, Queries
from segue.fitted._reading import Reading, positions


@dataclass(frozen=True, slots=True)
class PairedVectors:
    """score(history, j) = (sum over i in history of reading(i) * source[i]) . target[j]."""

    items: Ids  # (N,) sorted
    source: F32  # (N, D)
    target: F32  # (N, D)
    reading: Reading

    def score(self, queries: Queries) -> F32:
        """(B, N) float32."""
        place = self.reading.of_queries(queries, self.items) @ self.source
        return np.asarray(place @ self.target.T, np.float32)

    def similar(self, item: int) -> F32:
        """(N,) cosine of the vectors as heard."""
        at = int(positions(np.array([item], np.int32), self.items)[0])
        if at < 0:
            return np.zeros(len(self.items), np.float32)
        length = np.linalg.norm(self.source, axis=1)
        return np.asarray(self.source @ self.source[at] / np.maximum(length * length[at], 1e-12), np.float32)

    def save(self, folder: Path) -> None:
        for name in ("items", "source", "target"):
            np.save(folder / f"{name}.npy", getattr(self, name))
        self.reading.save(folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        items, source, target = (np.load(folder / f"{n}.npy", mmap_mode="r") for n in ("items", "source", "target"))
        return cls(items, source, target, Reading.load(folder))


plugin = PairedVectors
