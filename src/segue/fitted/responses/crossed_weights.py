"""A weighted sum of features, of the buckets they fall into, and of pairs of buckets."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from segue.core.types import F32, I64
from segue.fitted._reading import mapped
from segue.fitted.responses._columns import Buckets, Scaling


@dataclass(frozen=True, slots=True)
class CrossedWeights:
    """logit = base + scaled features · linear + one weight a bucket + one a cell of each crossed pair of columns."""

    scaling: Scaling
    buckets: Buckets
    pairs: I64  # (P, 2) columns
    base: float
    linear: F32  # (D,)
    steps: F32  # weights of the buckets of column 0, then of column 1, …
    cells: F32  # weights of the cells of pair 0, row by row, then of pair 1, …

    def logit(self, features: F32) -> F32:
        """(N,)"""
        codes = self.buckets.codes(features)
        out = self.scaling(features) @ self.linear + np.float32(self.base)
        out += self.steps[bucket_places(self.buckets, codes)].sum(axis=0)
        if len(self.pairs):
            out += self.cells[cell_places(self.buckets, self.pairs, codes)].sum(axis=0)
        return np.asarray(out, np.float32)

    def save(self, folder: Path) -> None:
        self.scaling.save(folder)
        self.buckets.save(folder)
        for name in ("pairs", "linear", "steps", "cells"):
            np.save(folder / f"{name}.npy", getattr(self, name))
        (folder / "base.json").write_text(json.dumps(self.base) + "\n")

    @classmethod
    def load(cls, folder: Path) -> Self:
        pairs, linear, steps, cells = (mapped(folder / f"{n}.npy") for n in ("pairs", "linear", "steps", "cells"))
        base = json.loads((folder / "base.json").read_text())
        return cls(Scaling.load(folder), Buckets.load(folder), pairs, base, linear, steps, cells)


def bucket_places(buckets: Buckets, codes: I64) -> I64:
    """(D, N) where the bucket of each value stands when the buckets of all columns are counted through."""
    first = np.cumsum(buckets.sizes) - buckets.sizes
    places: I64 = codes + first[:, None]
    return places


def cell_places(buckets: Buckets, pairs: I64, codes: I64) -> I64:
    """(P, N) where the cell of each pair of values stands when the cells of all pairs are counted through."""
    size = buckets.sizes[pairs]  # (P, 2)
    count = size.prod(axis=1)
    places: I64 = codes[pairs[:, 0]] * size[:, 1:] + codes[pairs[:, 1]] + (np.cumsum(count) - count)[:, None]
    return places


plugin = CrossedWeights
