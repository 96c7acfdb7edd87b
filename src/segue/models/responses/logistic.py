"""Logistic regression on features, their buckets, and crossed buckets of the pairs that need it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import scipy.sparse as sp

from segue.core.errors import UnknownName
from segue.core.types import F32, F64, I64
from segue.fitted.responses import Response
from segue.fitted.responses._columns import Buckets
from segue.fitted.responses.crossed_weights import CrossedWeights, bucket_places, cell_places
from segue.models.responses._calibrating import calibrated
from segue.models.responses._descent import lowest
from segue.models.responses._one_hot import one_hot
from segue.models.responses._rows import Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Logistic:
    """Convex, deterministic and without further libraries: the default.

    First features and their buckets are fitted. Then those pairs of columns are crossed whose cells explain most of
    what is left (the gain of one Newton step, as in GA2M; Lou et al., 2013), and all is fitted again.
    """

    buckets: int = 8  # a column; 1: features as they are, a plain linear model
    crosses: int = 12  # pairs of columns chosen by gain
    cross: tuple[tuple[str, str], ...] = ()  # pairs of features that are crossed in any case
    penalty: float = 3.0  # L2, in rows' worth
    cross_penalty: float = 30.0
    folds: int = 3  # for the calibration
    steps: int = 200  # of L-BFGS at most

    def fit(
        self, features: F32, label: F32, weight: F32, rng: np.random.Generator, names: Sequence[str] | None = None
    ) -> Response:
        rows = Rows.of(features, label, weight, names)
        for name in (n for pair in self.cross for n in pair):
            if name not in rows.names:
                raise UnknownName("feature", name, rows.names)
        return calibrated(self._form, rows, self.folds, rng)

    def _form(self, rows: Rows, rng: np.random.Generator) -> CrossedWeights:
        scaling, buckets = rows.scaling(), rows.buckets(self.buckets)
        codes = buckets.codes(rows.features)
        plain = scaling(rows.features)
        places, width = bucket_places(buckets, codes), int(buckets.sizes.sum())
        start = np.concatenate([[rows.base()], np.zeros(plain.shape[1] + width)])
        theta = self._solve([sp.csr_array(plain), one_hot(places, width)], rows, [self.penalty] * 2, start)
        pairs = self._pairs(rows, buckets, codes, _logits(theta, plain, places))
        crossed = int(buckets.sizes[pairs].prod(axis=1).sum())
        if len(pairs):
            cells = one_hot(cell_places(buckets, pairs, codes), crossed)
            blocks = [sp.csr_array(plain), one_hot(places, width), cells]
            start = np.concatenate([theta, np.zeros(crossed)])
            theta = self._solve(blocks, rows, [self.penalty] * 2 + [self.cross_penalty], start)
        base, linear, steps, rest = np.split(theta.astype(np.float32), np.cumsum([1, plain.shape[1], width]))
        return CrossedWeights(scaling, buckets, pairs, float(base[0]), linear, steps, rest)

    def _solve(self, blocks: list[sp.csr_array], rows: Rows, penalties: list[float], start: F64) -> F64:
        """(1 + columns,) intercept and weights of least penalised log loss."""
        x = sp.csr_array(sp.hstack(blocks, format="csr", dtype=np.float64))
        back = sp.csr_array(x.T)
        y, w = rows.label.astype(np.float64), rows.weight.astype(np.float64)
        n = float(w.sum())
        ridge = np.concatenate([[0.0], *(np.full(b.shape[1], p) for b, p in zip(blocks, penalties, strict=True))])

        def loss(theta: F64) -> tuple[float, F64]:
            logit = theta[0] + x @ theta[1:]
            p = 1 / (1 + np.exp(-np.clip(logit, -35, 35)))
            off = w * (p - y)
            value = w @ (np.logaddexp(0, logit) - y * logit) + ridge @ theta**2 / 2
            slope = np.concatenate([[off.sum()], back @ off]) + ridge * theta
            return float(value) / n, slope / n

        return lowest(loss, start, self.steps)

    def _pairs(self, rows: Rows, buckets: Buckets, codes: I64, logit: F64) -> I64:
        """(P, 2) the listed pairs, then those of the largest gain."""
        listed = [(rows.names.index(a), rows.names.index(b)) for a, b in self.cross]
        can = [(i, j) for i, j in combinations(np.flatnonzero(buckets.sizes > 1).tolist(), 2)]
        can = [p for p in can if p not in listed and p[::-1] not in listed] if self.crosses else []
        p = 1 / (1 + np.exp(-logit))
        left, bend = rows.weight * (rows.label - p), rows.weight * p * (1 - p)
        gains = np.zeros(len(can))
        for at, (i, j) in enumerate(can):
            size = int(buckets.sizes[j])
            cell = codes[i] * size + codes[j]
            pull, stiff = (np.bincount(cell, v, int(buckets.sizes[i]) * size) for v in (left, bend))
            gains[at] = float((pull**2 / (stiff + self.cross_penalty)).sum())
        best = np.argsort(-gains, kind="stable")[: self.crosses]
        return np.array([*listed, *(can[b] for b in best)], np.int64).reshape(-1, 2)


def _logits(theta: F64, plain: F32, places: I64) -> F64:
    d = plain.shape[1]
    logit: F64 = theta[0] + plain @ theta[1 : 1 + d] + theta[1 + d :][places].sum(axis=0)
    return logit


plugin = Logistic
