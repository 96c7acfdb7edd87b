"""The rows that a response model learns from, checked once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from segue.core.errors import InputError, NotReady
from segue.core.types import F32, I64, Bools
from segue.fitted.responses._columns import Buckets, Scaling
from segue.fitted.responses._response import check_features


@dataclass(frozen=True, slots=True)
class Rows:
    names: tuple[str, ...]  # (D,)
    features: F32  # (n, D) finite
    label: F32  # (n,) in [0, 1]
    weight: F32  # (n,) > 0: for how many rows each counts

    def __len__(self) -> int:
        return len(self.label)

    @classmethod
    def of(cls, features: F32, label: F32, weight: F32, names: Sequence[str] | None) -> Self:
        """Checked: InputError names what is wrong, NotReady says that there is nothing to learn from."""
        own = tuple(names) if names is not None else tuple(f"x{d}" for d in range(features.shape[-1]))
        if len(set(own)) < len(own):
            raise InputError(f"two features are called {next(n for n in own if own.count(n) > 1)!r}")
        check_features(features, own)
        if not len(features) == len(label) == len(weight):
            raise InputError(f"{len(features)} rows with {len(label)} labels and {len(weight)} weights")
        if not (np.isfinite(label).all() and np.all((label >= 0) & (label <= 1))):
            raise InputError("a label is not a number in [0, 1]")
        if not (np.isfinite(weight).all() and np.all(weight >= 0)):
            raise InputError("a weight is not a number of 0 or more")
        total, hits = float(weight.sum(dtype=np.float64)), float(weight.astype(np.float64) @ label)
        if not 0 < hits < total:
            raise NotReady(f"{len(label)} rows, all with the same response: there is nothing to learn yet")
        rows = weight > 0  # the others say nothing
        taken = (a[rows].astype(np.float32) for a in (features, label, weight))
        return cls(own, *taken)

    def where(self, keep: Bools) -> Self:
        """The rows where `keep` (n,) is true."""
        return type(self)(self.names, self.features[keep], self.label[keep], self.weight[keep])

    def base(self) -> float:
        """The logit of the mean label, away from 0 and 1 by a row's worth."""
        hits, n = float(self.weight @ self.label), float(self.weight.sum())
        return float(np.log((hits + 0.5) / (n - hits + 0.5)))

    def scaling(self) -> Scaling:
        mean = np.average(self.features.astype(np.float64), axis=0, weights=self.weight)
        spread = np.sqrt(np.average((self.features - mean) ** 2, axis=0, weights=self.weight))
        rate = np.divide(1, spread, out=np.zeros_like(spread), where=spread > 1e-6 * np.maximum(1, np.abs(mean)))
        return Scaling(mean.astype(np.float32), rate.astype(np.float32))

    def buckets(self, most: int) -> Buckets:
        """At most `most` buckets a column of about equal weight; a column of few values gets one each."""
        edges, starts = [], [0]
        for column in self.features.T:
            values = np.unique(column)
            if len(values) <= most:
                cut = values[1:]
            else:
                order = np.argsort(column, kind="stable")
                reached = np.cumsum(self.weight[order], dtype=np.float64)
                at = np.searchsorted(reached, np.arange(1, most) / most * reached[-1], side="right")
                cut = np.unique(column[order[np.minimum(at, len(order) - 1)]])
                cut = cut[cut > values[0]]
            below = values[np.searchsorted(values, cut) - 1]  # half way: a value is never on an edge
            edges.append(((below.astype(np.float64) + cut) / 2).astype(np.float32))
            starts.append(starts[-1] + len(cut))
        flat = np.concatenate([*edges, np.zeros(0, np.float32)])
        return Buckets(flat, np.array(starts, np.int64))


def dealt(n: int, folds: int, rng: np.random.Generator) -> I64:
    """(n,) the fold of each row. Runs of neighbours, as the cards of a page are, fall into one fold."""
    runs = min(n, max(folds, min(20 * folds, n // 10)))
    fold = rng.permutation(np.arange(runs) % folds)
    return np.asarray(fold[np.arange(n) * runs // max(n, 1)], np.int64)
