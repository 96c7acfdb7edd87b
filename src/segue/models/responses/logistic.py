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

Block = F64 | sp.csr_array  # (n, columns)


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
        plain = scaling(rows.features).astype(np.float64)
        places, width = bucket_places(buckets, codes), int(buckets.sizes.sum())
        blocks: list[tuple[Block, float]] = [(plain, self.penalty), (one_hot(places, width), self.penalty)]
        theta = self._solve(blocks, rows, np.concatenate([[rows.base()], np.zeros(plain.shape[1] + width)]))
        pairs = self._pairs(rows, buckets, codes, _logits(theta, plain, places))
        if len(pairs):
            crossed = int(buckets.sizes[pairs].prod(axis=1).sum())
            blocks.append((one_hot(cell_places(buckets, pairs, codes), crossed), self.cross_penalty))
            theta = self._solve(blocks, rows, np.concatenate([theta, np.zeros(crossed)]))
        base, linear, steps, rest = np.split(theta.astype(np.float32), np.cumsum([1, plain.shape[1], width]))
        return CrossedWeights(scaling, buckets, pairs, float(base[0]), linear, steps, rest)

    def _solve(self, blocks: list[tuple[Block, float]], rows: Rows, start: F64) -> F64:
        """(1 + columns,) intercept and weights of least log loss; each block of columns has its own penalty."""
        y, w = rows.label.astype(np.float64), rows.weight.astype(np.float64)
        n, ends = float(w.sum()), np.cumsum([b.shape[1] for b, _ in blocks])[:-1]

        def loss(theta: F64) -> tuple[float, F64]:
            logit, size, parts = np.full(len(y), theta[0]), 0.0, np.split(theta[1:], ends)
            for (block, penalty), part in zip(blocks, parts, strict=True):
                logit += block @ part
                size += penalty * float(part @ part)
            p = 1 / (1 + np.exp(-np.clip(logit, -35, 35)))
            off = w * (p - y)
            slopes = [b.T @ off + penalty * part for (b, penalty), part in zip(blocks, parts, strict=True)]
            value = float(w @ (np.logaddexp(0, logit) - y * logit)) + size / 2
            return value / n, np.concatenate([[off.sum()], *slopes]) / n

        return lowest(loss, start, self.steps, tol=1e-7)

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


def _logits(theta: F64, plain: F64, places: I64) -> F64:
    d = plain.shape[1]
    logit: F64 = theta[0] + plain @ theta[1 : 1 + d] + theta[1 + d :][places].sum(axis=0)
    return logit


plugin = Logistic
