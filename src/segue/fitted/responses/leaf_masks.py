"""A sum of small trees, evaluated a feature at a time (QuickScorer; Lucchese et al., 2015).

A tree is a set of leaves, numbered from the left, as the bits of a number. Every test of a feature that fails (its
value is above the threshold) rules out the leaves to the left of that test; the leaf reached is the first that no test
ruled out. So a feature's bucket gives a mask a tree, and the masks of all features are put together by "and": 700 rows
through 100 trees take D table look-ups and no walk.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from segue.core.types import F32, I64
from segue.fitted._reading import mapped
from segue.fitted.responses._columns import Buckets

Masks = NDArray[np.unsignedinteger[Any]]


@dataclass(frozen=True)
class LeafMasks:
    """logit = base + the sum of the values of the leaves reached."""

    buckets: Buckets  # by every threshold that some tree has for the feature
    masks: Masks  # (all buckets of column 0, then of column 1, …; T) the leaves that a bucket does not rule out
    values: F32  # (T, L)
    base: float

    def logit(self, features: F32) -> F32:
        """(N,)"""
        left = np.full((len(features), len(self.values)), np.iinfo(self.masks.dtype).max, self.masks.dtype)
        codes, first = self.buckets.codes(features), self._first
        here = np.empty_like(left)
        for d in np.flatnonzero(self.buckets.sizes > 1):
            left &= np.take(self.masks, codes[d] + first[d], axis=0, out=here, mode="clip")
        leaf = np.bitwise_count((left & -left) - self.masks.dtype.type(1))
        reached = self.values.ravel().take(leaf + self._rows)
        return np.asarray(reached.sum(axis=1) + np.float32(self.base), np.float32)

    @cached_property
    def _first(self) -> I64:
        """(D,) where the buckets of each column begin."""
        sizes = self.buckets.sizes
        return np.asarray(np.cumsum(sizes) - sizes, np.int64)

    @cached_property
    def _rows(self) -> I64:
        """(T,) where the leaves of each tree begin."""
        trees, leaves = self.values.shape
        return np.asarray(np.arange(trees) * leaves, np.int64)

    def save(self, folder: Path) -> None:
        self.buckets.save(folder)
        np.save(folder / "masks.npy", self.masks)
        np.save(folder / "values.npy", self.values)
        (folder / "base.json").write_text(json.dumps(self.base) + "\n")

    @classmethod
    def load(cls, folder: Path) -> Self:
        base = json.loads((folder / "base.json").read_text())
        return cls(Buckets.load(folder), mapped(folder / "masks.npy"), mapped(folder / "values.npy"), base)


plugin = LeafMasks
