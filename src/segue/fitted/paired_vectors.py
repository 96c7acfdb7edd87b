"""Two vectors an item, one as heard and one as recommended: what factorized co-occurrence is served as."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np

from segue.core.types import F32, I32, Ids, Queries
from segue.fitted._reading import Reading, mapped, positions


@dataclass(frozen=True)
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

    @cached_property
    def shrink(self) -> F32:
        """(N,) 1 / length of each item's vector, 0 for one without any."""
        length = np.linalg.norm(self.source, axis=1)
        return np.asarray(np.divide(1, length, out=np.zeros_like(length), where=length > 1e-6), np.float32)

    def similar(self, item: int) -> F32:
        """(N,) cosine of the vectors as heard."""
        at = int(positions(np.array([item], np.int32), self.items)[0])
        if at < 0:
            return np.zeros(len(self.items), np.float32)
        return self.alike(at)

    def alike(self, at: int, others: I32 | slice = slice(None)) -> F32:
        """(K,) cosine of the item at one position and those at others, by default all."""
        cosine: F32 = self.source[others] @ self.source[at] * (self.shrink[others] * self.shrink[at])
        return cosine

    def save(self, folder: Path) -> None:
        for name in ("items", "source", "target"):
            np.save(folder / f"{name}.npy", getattr(self, name))
        self.reading.save(folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        items, source, target = (mapped(folder / f"{n}.npy") for n in ("items", "source", "target"))
        return cls(items, source, target, Reading.load(folder))


plugin = PairedVectors
