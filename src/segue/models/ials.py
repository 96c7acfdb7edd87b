"""Implicit matrix factorization by alternating least squares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import scipy.sparse as sp

from segue.core.types import F32, Interactions
from segue.fitted._reading import Reading
from segue.fitted.factors import Factors

CHUNK_BYTES = 64_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ials:
    """min sum_heard w (1 - u.v)^2 + unobserved sum_all (u.v)^2 + reg (sum_u n_u^e |u|^2 + sum_v n_v^e |v|^2).

    Hu, Koren and Volinsky 2008 with the regularization of Rendle et al. 2021 (Revisiting the performance of iALS):
    n_u = heard of u + unobserved * N, n_v = heard of v + unobserved * U, exponent e = 1.
    """

    needs_order: ClassVar[bool] = False
    axes: ClassVar[Mapping[str, tuple[Any, ...]]] = {
        "regularization": (0.003, 0.01, 0.03, 0.1),
        "unobserved": (0.01, 0.03, 0.1, 0.3, 1.0),
        "history_decay": (1.0, 0.95, 0.9, 0.8),
        "power": (0.0, 0.2, 0.4),
    }
    draft: ClassVar[Mapping[str, Any]] = {"dimensions": 32, "epochs": 5}

    dimensions: int = 64
    epochs: int = 8
    regularization: float = 0.01
    unobserved: float = 0.1
    exponent: float = 1.0
    scale: float = 0.1  # deviation of the first factors, times D ** 0.5
    decay: float = 1.0
    power: float = 0.0
    history_decay: float = 1.0
    last: int = 200

    def fit(self, data: Interactions, rng: np.random.Generator) -> Factors:
        heard = Reading(self.decay if data.ordered else 1.0, self.power).of_data(data)
        heard = heard[np.diff(heard.indptr) > 0]
        by_item = sp.csr_array(heard.T)
        u, n = heard.shape
        d = self.dimensions
        items = (rng.standard_normal((n, d)) * self.scale / np.sqrt(d)).astype(np.float32)
        items[np.diff(by_item.indptr) == 0] = 0
        user_ridge, item_ridge = self.ridges(heard), self.ridges(by_item)
        for _ in range(self.epochs if u else 0):
            users = solve(heard, items, self.unobserved, user_ridge)
            items = solve(by_item, users, self.unobserved, item_ridge)
        spectrum, axes = np.linalg.eigh((items.T @ items).astype(np.float64))
        reading = Reading(self.history_decay if data.ordered else 1.0, self.power, self.last)
        return Factors(
            items=data.items, factors=np.ascontiguousarray(items @ axes.astype(np.float32)),
            spectrum=np.maximum(spectrum, 0).astype(np.float32), reading=reading,
            unobserved=self.unobserved, regularization=self.regularization, exponent=self.exponent,
        )  # fmt: skip

    def ridges(self, heard: sp.csr_array) -> F32:
        """(rows,) the diagonal of every row's normal equations."""
        sizes = np.diff(heard.indptr) + self.unobserved * heard.shape[1]
        return np.asarray(self.regularization * sizes**self.exponent, np.float32)


def solve(heard: sp.csr_array, other: F32, unobserved: float, ridge: F32) -> F32:
    """(rows, D) least squares of every row against the other side's factors (columns, D). Zeros for empty rows."""
    d = other.shape[1]
    gram = np.float32(unobserved) * (other.T @ other)
    out = np.zeros((heard.shape[0], d), np.float32)
    lengths = np.diff(heard.indptr)
    order = np.argsort(lengths, kind="stable")
    order = order[lengths[order] > 0]
    start = 0
    while start < len(order):
        stop = start + 1
        longest = 2 * lengths[order[start]] + 8
        most = max(1, CHUNK_BYTES // (4 * d * max(longest, d)))
        stop = min(start + most, int(np.searchsorted(lengths[order], longest, side="right")))
        stop = max(stop, start + 1)
        rows = order[start:stop]
        width = int(lengths[rows[-1]])
        slot = np.arange(width)
        real = slot < lengths[rows][:, None]
        place = np.where(real, heard.indptr[rows][:, None] + slot, 0)
        weight = np.where(real, heard.data[place], 0).astype(np.float32)
        v = other[heard.indices[place]]  # (rows, width, D)
        weighted = v * weight[..., None]
        normal = np.matmul(weighted.transpose(0, 2, 1), v) + gram
        normal[:, np.arange(d), np.arange(d)] += ridge[rows][:, None]
        out[rows] = np.linalg.solve(normal, weighted.sum(axis=1)[..., None])[..., 0]
        start = stop
    return out


plugin = Ials
