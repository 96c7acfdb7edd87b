"""A factorization machine (Rendle, 2010), the ranker of Spotify's BaRT (McInerney et al., 2018)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from segue.core.types import F32, F64
from segue.fitted.responses import Response
from segue.fitted.responses.crossed_weights import bucket_places
from segue.fitted.responses.pairwise_factors import PairwiseFactors
from segue.models.responses._calibrating import calibrated
from segue.models.responses._descent import lowest
from segue.models.responses._one_hot import one_hot
from segue.models.responses._rows import Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorizationMachine:
    """Features and their buckets, every pair of them by the product of two vectors; L-BFGS from a random start."""

    rank: int = 6  # of the vectors
    buckets: int = 8  # a column
    penalty: float = 3.0  # L2 on weights, in rows' worth
    pair_penalty: float = 30.0  # L2 on vectors
    start: float = 0.1  # deviation of the vectors to begin with
    steps: int = 120  # of L-BFGS at most
    folds: int = 3  # for the calibration

    def fit(
        self, features: F32, label: F32, weight: F32, rng: np.random.Generator, names: Sequence[str] | None = None
    ) -> Response:
        return calibrated(self._form, Rows.of(features, label, weight, names), self.folds, rng)

    def _form(self, rows: Rows, rng: np.random.Generator) -> PairwiseFactors:
        scaling, buckets = rows.scaling(), rows.buckets(self.buckets)
        plain = scaling(rows.features)
        ones = one_hot(bucket_places(buckets, buckets.codes(rows.features)), int(buckets.sizes.sum()))
        x = sp.csr_array(sp.hstack([sp.csr_array(plain), ones], format="csr", dtype=np.float64))
        width = x.shape[1]
        start = np.concatenate([[rows.base()], np.zeros(width), rng.normal(0, self.start, width * self.rank)])
        theta = lowest(loss(x, rows, self.rank, self.penalty, self.pair_penalty), start, self.steps, tol=1e-7)
        weights, vectors = theta[1 : 1 + width], theta[1 + width :].reshape(width, self.rank)
        return PairwiseFactors(
            scaling, buckets, float(theta[0]), weights.astype(np.float32), vectors.astype(np.float32)
        )


def loss(
    x: sp.csr_array, rows: Rows, rank: int, penalty: float, pair_penalty: float
) -> Callable[[F64], tuple[float, F64]]:
    """The penalised mean log loss of (1 + width * (1 + rank),) parameters for x (n, width), with its slope."""
    width = x.shape[1]
    squared = sp.csr_array((x.data**2, x.indices, x.indptr), shape=x.shape)
    back, squared_back = sp.csr_array(x.T), sp.csr_array(squared.T)
    y, w = rows.label.astype(np.float64), rows.weight.astype(np.float64)
    n = float(w.sum())

    def at(theta: F64) -> tuple[float, F64]:
        linear, vectors = theta[1 : 1 + width], theta[1 + width :].reshape(width, rank)
        met = x @ vectors  # (n, K)
        own = squared @ np.einsum("fk,fk->f", vectors, vectors)
        logit = theta[0] + x @ linear + (np.einsum("nk,nk->n", met, met) - own) / 2
        p = 1 / (1 + np.exp(-np.clip(logit, -35, 35)))
        off = w * (p - y)
        slope = np.concatenate([
            [off.sum()],
            back @ off + penalty * linear,
            (back @ (off[:, None] * met) - (squared_back @ off)[:, None] * vectors + pair_penalty * vectors).ravel(),
        ])  # fmt: skip
        size = penalty * (linear @ linear) + pair_penalty * (vectors * vectors).sum()
        return float(w @ (np.logaddexp(0, logit) - y * logit) + size / 2) / n, slope / n

    return at


plugin = FactorizationMachine
