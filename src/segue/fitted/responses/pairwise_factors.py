"""A factorization machine of second order: every feature has a weight and a vector, and every pair meets."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np

from segue.core.types import F32
from segue.fitted._reading import mapped
from segue.fitted.responses._columns import Buckets, Scaling
from segue.fitted.responses.crossed_weights import bucket_places


@dataclass(frozen=True)
class PairwiseFactors:
    """logit = base + x·w + ½ Σ ((x·V)² - x²·V²), x = scaled features, then a 1 a bucket (Rendle, 2010)."""

    scaling: Scaling
    buckets: Buckets
    base: float
    weights: F32  # (D + S,)
    vectors: F32  # (D + S, K)

    def logit(self, features: F32) -> F32:
        """(N,)"""
        d, z = features.shape[1], self.scaling(features)
        own, own_bucket = self._own
        met = z @ self.vectors[:d]
        alone = z @ self.weights[:d] - z**2 @ own
        for places in bucket_places(self.buckets, self.buckets.codes(features)):
            met += self.vectors[d:].take(places, axis=0)
            alone += own_bucket.take(places)
        return np.asarray(alone + np.einsum("nk,nk->n", met, met) / 2 + np.float32(self.base), np.float32)

    @cached_property
    def _own(self) -> tuple[F32, F32]:
        """(D,) what to take off for a feature that meets itself; (S,) the weight of each bucket with that taken off."""
        d, squares = len(self.scaling.mean), np.einsum("fk,fk->f", self.vectors, self.vectors) / 2
        return squares[:d], self.weights[d:] - squares[d:]

    def save(self, folder: Path) -> None:
        self.scaling.save(folder)
        self.buckets.save(folder)
        np.save(folder / "weights.npy", self.weights)
        np.save(folder / "vectors.npy", self.vectors)
        (folder / "base.json").write_text(json.dumps(self.base) + "\n")

    @classmethod
    def load(cls, folder: Path) -> Self:
        base = json.loads((folder / "base.json").read_text())
        weights, vectors = mapped(folder / "weights.npy"), mapped(folder / "vectors.npy")
        return cls(Scaling.load(folder), Buckets.load(folder), base, weights, vectors)


plugin = PairwiseFactors
