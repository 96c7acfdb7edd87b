"""EASE: a linear model of every item from all others, in closed form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import scipy.linalg as sl
import scipy.sparse as sp

from segue.core.types import F32, Interactions
from segue.fitted._reading import Reading
from segue.fitted.item_weights import ItemWeights
from segue.models._sparse import empty, scaled, spread, stacked, strongest_of_dense

BLOCK = 512  # rows of weights made at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Ease:
    """B = I - P diag(1 / diag P), P = (X'X + ridge * I)^-1, of Steck 2019 (Embarrassingly shallow autoencoders).

    `decay < 1` weighs each row's items by recency, `history_decay` does so when serving; with both 1 it is plain EASE.

    Bounded: one dense float32 matrix of side min(U, N, cap) is inverted in place, 4 * side ** 2 bytes (900 MB at the
    default cap, about a minute on two cores). Where U < N and U <= cap, P comes from a U x U matrix by Woodbury:
    P = (I - X' (X X' + ridge I)^-1 X) / ridge, exactly, block by block, so that N may be anything. Otherwise the `cap`
    most taken items get weights and the rest none: a blend serves those from its other components.
    Of the weights of an item the `neighbours` largest in absolute value are kept.
    """

    needs_order: ClassVar[bool] = False
    axes: ClassVar[Mapping[str, tuple[Any, ...]]] = {
        "ridge": (100.0, 300.0, 1000.0, 30.0, 10.0),
        "history_decay": (1.0, 0.95, 0.9, 0.8, 0.6),
        "decay": (1.0, 0.97, 0.9, 0.8),
        "owner_power": (0.0, 0.25, 0.5),
        "power": (0.0, 0.2, 0.4),
    }
    draft: ClassVar[Mapping[str, Any]] = {"cap": 3000}

    ridge: float = 100.0
    decay: float = 1.0
    power: float = 0.0  # of an owner's total weight on an item
    owner_power: float = 0.0  # an owner of n items counts n ** -owner_power
    history_decay: float = 1.0
    last: int = 200
    cap: int = 15000
    neighbours: int = 300

    def fit(self, data: Interactions, rng: np.random.Generator) -> ItemWeights:
        rows = Reading(self.decay if data.ordered else 1.0, self.power).of_data(data)
        length = np.maximum(np.diff(rows.indptr), 1).astype(np.float32)
        rows = scaled(rows, rows=length ** np.float32(-self.owner_power / 2))
        rows = rows[np.diff(rows.indptr) > 0]
        taken = np.bincount(rows.indices, minlength=len(data.items))
        live = int(np.count_nonzero(taken))
        if len(data.items) == 0 or live == 0:
            weights = empty(len(data.items))
        elif rows.shape[0] < live and rows.shape[0] <= self.cap:
            weights = spread(self._dual(rows[:, taken > 0]), np.flatnonzero(taken), len(data.items))
        else:
            most = np.sort(np.lexsort((np.arange(len(taken)), -taken))[: min(self.cap, live)])
            weights = spread(self._primal(rows[:, most]), most, len(data.items))
        reading = Reading(self.history_decay if data.ordered else 1.0, self.power, self.last)
        return ItemWeights(data.items, weights, reading)

    def _primal(self, rows: sp.csr_array) -> sp.csr_array:
        """(N, N) sparse from an N x N inverse."""
        inverse = _inverse(sp.csr_array(rows.T @ rows), self.ridge)
        diagonal = inverse.diagonal().copy()
        starts = range(0, len(inverse), BLOCK)
        return stacked([self._weights(inverse[s : s + BLOCK].copy(), diagonal, s) for s in starts], len(inverse))

    def _dual(self, rows: sp.csr_array) -> sp.csr_array:
        """(N, N) sparse from a U x U inverse."""
        inverse = _inverse(sp.csr_array(rows @ rows.T), self.ridge)
        columns = sp.csr_array(rows.T)
        n = columns.shape[0]
        inner = np.empty(n, np.float32)
        for start in range(0, n, BLOCK):
            part = columns[start : start + BLOCK]
            inner[start : start + BLOCK] = np.asarray(part.multiply(part @ inverse).sum(axis=1)).ravel()
        diagonal = np.asarray((1 - inner) / self.ridge, np.float32)
        blocks = []
        for start in range(0, n, BLOCK):
            part = columns[start : start + BLOCK]
            p = -np.asarray((columns @ (part @ inverse).T).T, np.float32)
            blocks.append(self._weights(np.asarray(p / np.float32(self.ridge)), diagonal, start))
        return stacked(blocks, n)

    def _weights(self, p: F32, diagonal: F32, start: int) -> sp.csr_array:
        """Rows start: of B from rows of P (without caring for P's diagonal, which B has not)."""
        p /= -diagonal
        p[np.arange(len(p)), start + np.arange(len(p))] = 0
        return strongest_of_dense(p, self.neighbours)


def _inverse(gram: sp.csr_array, ridge: float) -> F32:
    """(M, M) float32 inverse of gram + ridge * I, symmetric positive definite, in the memory of one such matrix."""
    dense = np.zeros(gram.shape, np.float32, order="F")
    row = np.repeat(np.arange(gram.shape[0]), np.diff(gram.indptr))
    dense[row, gram.indices] = gram.data
    dense[np.diag_indices(len(dense))] += np.float32(ridge)
    factor, info = sl.lapack.spotrf(dense, lower=1, overwrite_a=1)
    if info == 0:
        factor, info = sl.lapack.spotri(factor, lower=1, overwrite_c=1)
    if info != 0:
        raise np.linalg.LinAlgError(f"X'X + {ridge} I is not positive definite (LAPACK {info}); raise the ridge")
    for start in range(0, len(factor), BLOCK):  # the upper half is left over from the input
        stop = start + BLOCK
        factor[start:stop, stop:] = factor[stop:, start:stop].T
        square = factor[start:stop, start:stop]
        square[...] = np.tril(square) + np.tril(square, -1).T
    return np.asarray(factor, np.float32)


plugin = Ease
