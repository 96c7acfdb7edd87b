"""Drawing from many categorical distributions at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Draw:
    """G distributions laid end to end; one binary search draws from any of them."""

    indptr: Index  # (G+1,) group g holds positions indptr[g]:indptr[g+1]
    ends: F64  # (E,) g + the cumulative probability inside group g

    @classmethod
    def of(cls, indptr: Index, weights: F64) -> Draw:
        """From weights (E,) ≥ 0; a group whose weights are all 0 is drawn from evenly."""
        sizes = np.diff(indptr)
        group = np.repeat(np.arange(len(sizes)), sizes)
        total = np.bincount(group, weights, minlength=len(sizes))
        weights = np.where(total[group] > 0, weights, 1.0)
        share = weights / np.bincount(group, weights, minlength=len(sizes))[group]
        running = np.concatenate([[0.0], np.cumsum(share)])
        inside = running[1:] - running[indptr[:-1]][group]
        return cls(indptr.astype(np.int64), group + np.clip(inside, 0.0, 1.0))

    @classmethod
    def table(cls, weights: F64) -> Draw:
        """From a table (G, C): draws are positions in the flattened table; see `column`."""
        g, c = weights.shape
        return cls.of(np.arange(g + 1, dtype=np.int64) * c, weights.ravel().astype(np.float64))

    def draw(self, group: Index, u: F64) -> Index:
        """(n,) positions for groups (n,) and uniform numbers (n,) in [0, 1)."""
        at = np.searchsorted(self.ends, group + u, side="right")
        out: Index = np.clip(at, self.indptr[group], self.indptr[group + 1] - 1)
        return out

    def column(self, group: Index, u: F64) -> Index:
        """(n,) position inside the group drawn from."""
        return self.draw(group, u) - self.indptr[group]


def pick(weights: NDArray[np.floating], u: F64) -> Index:
    """(n,) one column for each row of weights (n, C) ≥ 0; column 0 where a row is all 0."""
    running = np.cumsum(weights, axis=1, dtype=np.float64)
    goal = u[:, None] * running[:, -1:]
    out: Index = np.minimum((running <= goal).sum(1), weights.shape[1] - 1) * (running[:, -1] > 0)
    return out


def ragged(sizes: Index) -> tuple[Index, Index]:
    """Row number and position in the row of every cell of rows of the given sizes: two (sum,) arrays."""
    row = np.repeat(np.arange(len(sizes)), sizes)
    first = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)
    return row, np.arange(len(row)) - first[row]


def zipf(n: int, power: float, rng: np.random.Generator) -> F64:
    """(n,) weights rank^-power in random order, with some noise."""
    return rng.permutation(np.arange(1, n + 1) ** -power) * rng.lognormal(0.0, 0.3, n)


def unit(vectors: NDArray[np.floating]) -> NDArray[np.float32]:
    """The same (..., D), each of length 1."""
    length = np.sqrt(np.einsum("...d,...d->...", vectors, vectors, optimize=False))[..., None]
    out: NDArray[np.float32] = (vectors / np.maximum(length, 1e-9)).astype(np.float32)
    return out
