"""Many small logistic regressions at once: one an arm, each with its own Gaussian belief from before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from segue.core.types import F32, F64, I64
from segue.policies._logistic import sigmoid


@dataclass(frozen=True, slots=True)
class Rows:
    """Lessons sorted by arm; those of an arm that are alike are one row that counts as many."""

    z: F64  # (n, d)
    share: F64  # (n,) mean reward of a row's lessons
    count: F64  # (n,) lessons
    arm: I64  # (n,) ascending; each of the K arms occurs
    arms: int  # K

    @classmethod
    def of(cls, z: F64, reward: F32, arm: NDArray[np.intp], arms: int, kind: NDArray[Any]) -> Self:
        """kind: (n,) the same for lessons of an arm whose z are the same."""
        order = np.lexsort((kind, arm))
        z, arm, kind, reward = z[order], arm[order], kind[order], reward[order]
        starts = np.flatnonzero(np.concatenate([[True], (arm[1:] != arm[:-1]) | (kind[1:] != kind[:-1])]))
        count = np.diff(starts, append=len(arm)).astype(np.float64)
        return cls(z[starts], np.add.reduceat(reward.astype(np.float64), starts) / count, count, arm[starts], arms)

    def logits(self, theta: F64) -> F64:
        """(n,) for weights (K, d)."""
        out: F64 = np.einsum("nd,nd->n", self.z, theta[self.arm])
        return out

    def totals(self, values: F64) -> F64:
        """(K,) sums over the rows of each arm, of (n,)."""
        return np.bincount(self.arm, values, self.arms).astype(np.float64)

    def slopes(self, values: F64) -> F64:
        """(K, d) Σ v z over the rows of each arm."""
        out = np.empty((self.arms, self.z.shape[1]))
        for k, (start, end) in enumerate(self._spans()):
            np.matmul(values[start:end], self.z[start:end], out=out[k])
        return out

    def curvature(self, weights: F64) -> F64:
        """(K, d, d) Σ w z zᵀ over the rows of each arm."""
        weighted = self.z * weights[:, None]
        out = np.empty((self.arms, self.z.shape[1], self.z.shape[1]))
        for k, (start, end) in enumerate(self._spans()):
            np.matmul(weighted[start:end].T, self.z[start:end], out=out[k])
        return out

    def _spans(self) -> Iterator[tuple[int, int]]:
        return pairwise(np.searchsorted(self.arm, np.arange(self.arms + 1)).tolist())


def laplace(rows: Rows, mean: F64, precision: F64, start: F64, steps: int = 30) -> tuple[F64, F64]:
    """The modes (K, d), and the curvature (K, d, d) of the lessons there, from means (K, d), precisions (K, d, d).

    Newton's steps, for all arms together; where one does not lower an arm's loss, that arm's is halved.
    """
    theta = start
    logits = rows.logits(theta)
    loss = _loss(rows, logits, theta - mean, precision)
    for _ in range(steps):
        p = sigmoid(logits)
        gradient = rows.slopes(rows.count * (p - rows.share))
        gradient += np.einsum("kij,kj->ki", precision, theta - mean)
        hessian = precision + rows.curvature(rows.count * p * (1 - p))
        direction = np.linalg.solve(hessian, gradient[:, :, None])[:, :, 0]
        size = np.ones(len(mean))
        gain = (gradient * direction).sum(axis=1)  # twice what the step promises
        while True:
            tried = theta - size[:, None] * direction
            logits = rows.logits(tried)
            new = _loss(rows, logits, tried - mean, precision)
            worse = (new > loss + 1e-9 * np.abs(loss)) & (size > 1e-6)
            if not worse.any():
                break
            size[worse] /= 2
        theta, loss = tried, new
        if gain.max() < 1e-4:
            break
    p = sigmoid(logits)
    return theta, rows.curvature(rows.count * p * (1 - p))


def _loss(rows: Rows, logits: F64, away: F64, precision: F64) -> F64:
    """(K,)"""
    fit = rows.totals(rows.count * (np.logaddexp(0, logits) - rows.share * logits))
    out: F64 = fit + np.einsum("ki,kij,kj->k", away, precision, away) / 2
    return out
