"""Implicit matrix factorization by alternating least squares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import scipy.sparse as sp

from segue.core.types import F32, Interactions
from segue.fitted._reading import Reading
from segue.fitted.factors import Factors, fold_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Ials:
    """min sum_heard w (1 - u.v)^2 + unobserved sum_all (u.v)^2 + reg (sum_u n_u^e |u|^2 + sum_v n_v^e |v|^2).

    Hu, Koren and Volinsky 2008 with the regularization of Rendle et al. 2021 (Revisiting the performance of iALS):
    n_u = heard of u + unobserved * N, n_v = heard of v + unobserved * U, exponent e = 1.
    """

    needs_order: ClassVar[bool] = False
    axes: ClassVar[Mapping[str, tuple[Any, ...]]] = {
        "regularization": (0.001, 0.003, 0.0003, 0.01),
        "unobserved": (0.03, 0.1, 0.3, 1.0),
        "history_decay": (1.0, 0.9, 0.8, 0.7),
        "power": (0.0, 0.2, 0.4),
    }
    draft: ClassVar[Mapping[str, Any]] = {"epochs": 4}

    dimensions: int = 64
    epochs: int = 6
    regularization: float = 0.001
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
        items, spectrum = rotated(items)
        for _ in range(self.epochs if u else 0):
            users, spectrum = rotated(fold_in(heard, items, self.unobserved * spectrum, user_ridge))
            items, spectrum = rotated(fold_in(by_item, users, self.unobserved * spectrum, item_ridge))
        reading = Reading(self.history_decay if data.ordered else 1.0, self.power, self.last)
        return Factors(
            items=data.items, factors=items,
            spectrum=spectrum, reading=reading,
            unobserved=self.unobserved, regularization=self.regularization, exponent=self.exponent,
        )  # fmt: skip

    def ridges(self, heard: sp.csr_array) -> F32:
        """(rows,) the diagonal of every row's normal equations."""
        sizes = np.diff(heard.indptr) + self.unobserved * heard.shape[1]
        return np.asarray(self.regularization * sizes**self.exponent, np.float32)


def rotated(factors: F32) -> tuple[F32, F32]:
    """(N, D) with V' V diagonal and that diagonal (D,)."""
    spectrum, axes = np.linalg.eigh((factors.T @ factors).astype(np.float64))
    return np.ascontiguousarray(factors @ axes.astype(np.float32)), np.maximum(spectrum, 0).astype(np.float32)


plugin = Ials
