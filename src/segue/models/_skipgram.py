"""Skip-gram with negative sampling, a block of events at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from segue.core.types import F32, I32, I64, Interactions

BLOCK = 128  # events whose windows are worked on at once
MOST = 1_500_000  # events looked at in all: with many of them there are fewer epochs


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipGram:
    """Mikolov et al. 2013 (Distributed representations of words and phrases), histories for sentences.

    The loss of a pair i, j that stand d <= window places apart in a history is
    (1 - (d - 1) / window) * (-log s(u_i . v_j) - sum over `negatives` draws m of log s(-u_i . v_m)), m drawn with
    chances count ** exponent. In place of drawing a window's width, its expectation is the weight.

    A block of events is one product of matrices: all its pairs are met at once, and its events share the draws,
    each counting for many. Steps are those of AdaGrad (Duchi et al. 2011), one rate a row.
    """

    dimensions: int = 64
    window: int = 20
    exponent: float = 0.75
    subsampling: float = (
        0.0  # an item with a share f > this of all events is kept with chance sqrt(this / f); 0: always
    )
    negatives: float = 5.0  # of each pair
    draws: int = 256  # shared by a block
    epochs: int = 20
    rate: float = 0.2  # of the first epoch; it falls evenly to 0

    def fit(self, data: Interactions, parts: sp.csr_array, rng: np.random.Generator) -> tuple[F32, F32]:
        """(F, D) and (F, D): vectors of parts as heard and as recommended.

        An item's vector is the sum of those of its parts, weighted by `parts` (N, F): with the identity, one of its
        own. Artists and albums as further parts are learned with the items, as parts of words are in
        Bojanowski et al. 2017 (Enriching word vectors with subword information).
        """
        n, f = parts.shape
        source = Rows(((rng.random((f, self.dimensions)) - 0.5) / self.dimensions).astype(np.float32))
        target = Rows(np.zeros((f, self.dimensions), np.float32))
        counts = np.bincount(data.rows, minlength=n)
        ends, keep, owner = self._ends(counts), self._kept(counts)[data.rows], data.owner_rows()
        epochs = min(self.epochs, max(1, MOST // max(len(keep), 1))) if len(keep) else 0
        for epoch in range(epochs):
            there = np.flatnonzero(rng.random(len(keep)) < keep)
            blocks = np.split(there, np.arange(int(rng.integers(BLOCK)), len(there), BLOCK))
            for b in rng.permutation(len(blocks)):
                rows = data.rows[blocks[b]]
                near = self.nearness(rows, owner[blocks[b]])
                if near.any():
                    drawn = np.searchsorted(ends, rng.random(self.draws) * ends[-1], side="right")
                    made = parts[np.concatenate([rows, drawn])]
                    self._step(near, made, source, target, self.rate * (1 - epoch / epochs))
        return source.vectors, target.vectors

    def _ends(self, counts: I64) -> NDArray[np.float64]:
        """(N,) running sums of the chances to be drawn; what nobody took never is."""
        chances = np.zeros(len(counts))
        taken = counts > 0
        chances[taken] = counts[taken].astype(np.float64) ** self.exponent
        return np.cumsum(chances)

    def _kept(self, counts: I64) -> NDArray[np.float64]:
        """(N,) chance of an item's event to be looked at in an epoch."""
        if not self.subsampling:
            return np.ones(len(counts))
        share = counts / max(int(counts.sum()), 1)
        return np.minimum(1, np.sqrt(self.subsampling / np.maximum(share, 1e-12)))

    def nearness(self, rows: I32, who: I32) -> F32:
        """(T, T) weight of each pair of a block: 0 across owners, outside the window and of an item with itself."""
        place = np.arange(len(who), dtype=np.float32)
        near = 1 - (np.abs(place[:, None] - place) - 1) / np.float32(self.window)
        return np.asarray(near * ((near > 0) & (who[:, None] == who) & (rows[:, None] != rows)), np.float32)

    def _step(self, near: F32, made: sp.csr_array, source: Rows, target: Rows, rate: float) -> None:
        """A step down the loss of one block; `made` (T + draws, F) are the parts of its events and of its draws."""
        used, place = np.unique(made.indices, return_inverse=True)
        made = sp.csr_array((made.data, place, made.indptr), shape=(made.shape[0], len(used)))
        heard = made[: len(near)]
        u, v = np.asarray(heard @ source.vectors[used]), np.asarray(made @ target.vectors[used])
        slope = self.slope(near, u @ v.T)
        source.move(used, np.asarray(heard.T @ (slope @ v)), rate)
        target.move(used, np.asarray(made.T @ (slope.T @ u)), rate)

    def slope(self, near: F32, z: F32) -> F32:
        """(T, T + draws) of the loss by z = u . v, the events first and then the draws; z is written over."""
        t = len(near)
        np.exp(-np.clip(z, -20, 20, out=z), out=z)
        z += 1
        np.reciprocal(z, out=z)
        z[:, :t] -= 1
        z[:, :t] *= near
        z[:, t:] *= near.sum(axis=1, keepdims=True) * np.float32(self.negatives / self.draws)
        return z


class Rows:
    """Vectors (F, D) under AdaGrad."""

    def __init__(self, vectors: F32) -> None:
        self.vectors, self._squares = vectors, np.full(len(vectors), 1e-6, np.float32)

    def move(self, rows: NDArray[np.integer], slope: F32, rate: float) -> None:
        """Distinct rows (R,) down their slopes (R, D), which are written over."""
        squares = self._squares[rows] + np.einsum("rd,rd->r", slope, slope) / slope.shape[1]
        self._squares[rows] = squares
        slope *= (np.float32(rate) / np.sqrt(squares))[:, None]
        self.vectors[rows] -= slope
