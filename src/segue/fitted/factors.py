"""Item factors with a fold-in of the history: what matrix factorization is served as."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
import scipy.sparse as sp

from segue.core.types import F32, I32, Ids, Queries
from segue.fitted._reading import Reading, mapped, positions

CHUNK_BYTES = 32_000_000  # of temporaries


@dataclass(frozen=True)
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
        n = np.diff(heard.indptr) + self.unobserved * len(self.items)
        ridge = np.asarray(self.regularization * n**self.exponent, np.float32)
        return fold_in(heard, self.factors, self.unobserved * self.spectrum, ridge)

    def score(self, queries: Queries) -> F32:
        """(B, N) float32."""
        return np.asarray(self.embed_histories(queries) @ self.factors.T, np.float32)

    @cached_property
    def shrink(self) -> F32:
        """(N,) 1 / length of each item's vector, 0 for one without any."""
        length = np.linalg.norm(self.factors, axis=1)
        return np.asarray(np.divide(1, length, out=np.zeros_like(length), where=length > 1e-6), np.float32)

    def similar(self, item: int) -> F32:
        """(N,) cosine of the factors."""
        at = int(positions(np.array([item], np.int32), self.items)[0])
        if at < 0:
            return np.zeros(len(self.items), np.float32)
        return self.alike(at)

    def alike(self, at: int, others: I32 | slice = slice(None)) -> F32:
        """(K,) cosine of the item at one position and those at others, by default all; 0 for one without a vector."""
        if not self.shrink[at]:
            return np.zeros(len(self.shrink[others]), np.float32)
        cosine: F32 = self.factors[others] @ self.factors[at] * (self.shrink[others] * self.shrink[at])
        return cosine

    def save(self, folder: Path) -> None:
        for name in ("items", "factors", "spectrum"):
            np.save(folder / f"{name}.npy", getattr(self, name))
        self.reading.save(folder)
        rest = {name: getattr(self, name) for name in ("unobserved", "regularization", "exponent")}
        (folder / "fold-in.json").write_text(json.dumps(rest) + "\n")

    @classmethod
    def load(cls, folder: Path) -> Self:
        items, factors, spectrum = (mapped(folder / f"{name}.npy") for name in ("items", "factors", "spectrum"))
        rest = json.loads((folder / "fold-in.json").read_text())
        return cls(items, factors, spectrum, Reading.load(folder), **rest)


def fold_in(heard: sp.csr_array, factors: F32, prior: F32, ridge: F32) -> F32:
    """(rows, D): for each row (V' W V + diag(prior) + ridge * I) x = V' W 1 over what it heard; zeros where nothing.

    `heard` (rows, N) holds the weights W, `prior` is (D,), `ridge` is (rows,). Rows of like length are solved together.
    """
    d = factors.shape[1]
    out = np.zeros((heard.shape[0], d), np.float32)
    lengths = np.diff(heard.indptr)
    order = np.argsort(lengths, kind="stable")
    sorted_lengths = lengths[order]
    start = int(np.searchsorted(sorted_lengths, 1))
    while start < len(order):
        longest = sorted_lengths[start] * 5 // 4 + 1
        most = max(1, CHUNK_BYTES // (4 * d * int(max(longest, d if longest >= d else 1))))
        stop = min(start + most, int(np.searchsorted(sorted_lengths, longest, side="right")))
        rows = order[start:stop]
        slot = np.arange(sorted_lengths[stop - 1])
        real = slot < lengths[rows][:, None]
        place = np.where(real, heard.indptr[rows][:, None] + slot, 0)
        weight = np.where(real, heard.data[place], 0).astype(np.float32)  # (rows, width)
        v = factors[heard.indices[place]] * real[..., None]  # (rows, width, D)
        diagonal = prior + ridge[rows][:, None]  # (rows, D)
        out[rows] = _in_length(v, weight, diagonal) if len(slot) < d else _in_dimensions(v, weight, diagonal)
        start = stop
    return out


def _in_length(v: F32, weight: F32, diagonal: F32) -> F32:
    """(rows, D) by a system as large as the row is long: x = R^-1 V' (W^-1 + V R^-1 V')^-1 1."""
    scaled = v / diagonal[:, None, :]
    inner = scaled @ v.transpose(0, 2, 1)
    slot = np.arange(v.shape[1])
    inner[:, slot, slot] += 1 / np.where(weight > 0, weight, 1)
    found = np.linalg.solve(inner, (weight > 0).astype(np.float32)[..., None])
    return np.asarray((scaled.transpose(0, 2, 1) @ found)[..., 0], np.float32)


def _in_dimensions(v: F32, weight: F32, diagonal: F32) -> F32:
    """(rows, D) by a system of D equations."""
    weighted = v * weight[..., None]
    normal = weighted.transpose(0, 2, 1) @ v
    slot = np.arange(v.shape[2])
    normal[:, slot, slot] += diagonal
    return np.asarray(np.linalg.solve(normal, weighted.sum(axis=1)[..., None])[..., 0], np.float32)


plugin = Factors
