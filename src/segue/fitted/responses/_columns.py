"""Features as models take them: on one scale, or as the bucket they fall into."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from segue.core.types import F32, I64
from segue.fitted._reading import mapped

LIMIT = 5.0  # deviations: what lies further off in serving than in training does not run away


@dataclass(frozen=True, slots=True)
class Scaling:
    """Mean 0 and deviation 1 on the training rows; constant columns become 0."""

    mean: F32  # (D,)
    rate: F32  # (D,) 1 / deviation, 0 where there is none

    def __call__(self, features: F32) -> F32:
        """(N, D) within ±LIMIT."""
        out: F32 = np.clip((features - self.mean) * self.rate, -LIMIT, LIMIT)
        return out

    def save(self, folder: Path) -> None:
        np.save(folder / "mean.npy", self.mean)
        np.save(folder / "rate.npy", self.rate)

    @classmethod
    def load(cls, folder: Path) -> Self:
        return cls(mapped(folder / "mean.npy"), mapped(folder / "rate.npy"))


@dataclass(frozen=True, slots=True)
class Buckets:
    """Column d falls into buckets 0 … starts[d+1] - starts[d], by the edges between; an edge belongs to the upper."""

    edges: F32  # (S,) ascending within a column
    starts: I64  # (D+1,)

    @property
    def sizes(self) -> I64:
        """(D,) buckets of each column: one more than it has edges."""
        return np.asarray(np.diff(self.starts) + 1, np.int64)

    def codes(self, features: F32) -> I64:
        """(D, N) the bucket of each value."""
        out = np.empty((features.shape[1], len(features)), np.int64)
        for d, column in enumerate(np.ascontiguousarray(features.T)):
            edges = self.edges[self.starts[d] : self.starts[d + 1]]
            out[d] = np.searchsorted(edges, column, side="right")
        return out

    def save(self, folder: Path) -> None:
        np.save(folder / "edges.npy", self.edges)
        np.save(folder / "starts.npy", self.starts)

    @classmethod
    def load(cls, folder: Path) -> Self:
        return cls(mapped(folder / "edges.npy"), mapped(folder / "starts.npy"))
