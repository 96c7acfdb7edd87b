"""EASE with the items' tags as further rows, counts and popularity damped: for few owners and many items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import scipy.linalg as sl
import scipy.sparse as sp
from scipy.sparse.linalg import svds

from segue.core.types import F32, Interactions
from segue.fitted._reading import Reading
from segue.fitted.ridge_factors import RidgeFactors, damped
from segue.models._traits import tf_idf


@dataclass(frozen=True, slots=True, kw_only=True)
class Cease:
    """EASE of the rows [X G; side * F]: X owners by items, G = diag(n ** -popularity_power), F tags by items.

    Collective EASE (Jeunen, Van Balen, Goethals 2020: Closed-form models for collaborative filtering with
    side-information) in its dual form: with R rows in all, P = (I - M' (M M' + ridge I)^-1 M) / ridge needs one
    R x R Cholesky factor, so that time grows with R ** 2 * N and memory is 4 * R * N bytes. F is the tf-idf of the
    tags, reduced to `tag_rank` rows by singular values. Of more than `cap` owners those with most items are used.
    `ridge` is in units of plain EASE's: it is multiplied by the mean of the squared damping over all events.
    """

    needs_order: ClassVar[bool] = False
    axes: ClassVar[Mapping[str, tuple[Any, ...]]] = {
        "popularity_power": (0.2, 0.1, 0.0, 0.3),
        "ridge": (100.0, 50.0, 200.0, 400.0),
        "side": (0.8, 0.4, 0.0, 1.6),
        "power": (0.1, 0.0, 0.2),
    }
    draft: ClassVar[Mapping[str, Any]] = {}
    most_trials: ClassVar[int] = 5  # a fit costs much and the defaults are near the best

    ridge: float = 100.0
    popularity_power: float = 0.2
    power: float = 0.1  # of an owner's total weight on an item
    side: float = 0.8  # strength of the tag rows; 0: none
    tag_rank: int = 200
    cap: int = 4000

    @classmethod
    def suits(cls, data: Interactions) -> bool:
        """Where there is no order to learn from and the owners are few enough to be used all."""
        return not data.ordered and len(data.owners) <= cls().cap

    def fit(self, data: Interactions, rng: np.random.Generator) -> RidgeFactors:
        reading = Reading(power=self.power)
        rows = reading.of_data(data)
        taken = np.bincount(rows.indices, minlength=len(data.items))
        damping = np.maximum(taken, 1).astype(np.float32) ** np.float32(-self.popularity_power)
        ridge = self.ridge * (float((taken * damping**2).sum() / max(taken.sum(), 1)) or 1.0)
        rows = damped(rows, damping)
        lengths = np.diff(rows.indptr)
        chosen = np.sort(np.argsort(-lengths, kind="stable")[: self.cap])
        stack = rows[chosen[lengths[chosen] > 0]].toarray()
        if self.side:
            stack = np.concatenate([stack, np.float32(self.side) * self._tag_rows(data.attributes.tags, rng)])
        gram = stack @ stack.T
        gram[np.diag_indices_from(gram)] += np.float32(ridge)
        whitened = sl.solve_triangular(
            np.linalg.cholesky(gram), stack, lower=True, overwrite_b=True, check_finite=False
        )
        factors = np.ascontiguousarray(whitened.T / np.float32(np.sqrt(ridge)), np.float32)
        diagonal = 1 / ridge - np.einsum("nr,nr->n", factors, factors)
        scale = (1 / np.maximum(diagonal, 1e-9 / ridge)).astype(np.float32)
        return RidgeFactors(data.items, factors, scale, damping, ridge, reading)

    def _tag_rows(self, tags: sp.csr_array, rng: np.random.Generator) -> F32:
        """(F, N): tf-idf of the tags; of more than `tag_rank` tags (and items) the largest singular directions."""
        weights = tf_idf(tags)
        if weights.nnz == 0 or not self.tag_rank:
            return np.zeros((0, tags.shape[0]), np.float32)
        if self.tag_rank >= min(weights.shape):
            return np.asarray(weights.T.toarray(), np.float32)
        start = rng.standard_normal(min(weights.shape)).astype(np.float32)
        _, values, directions = svds(sp.csc_array(weights.T), k=self.tag_rank, v0=start)
        return np.asarray(values[:, None] * directions, np.float32)


plugin = Cease
