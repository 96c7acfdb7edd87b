"""A graph of near points: Hierarchical Navigable Small World (Malkov and Yashunin 2018), by voyager."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import voyager

from segue.core.errors import InputError
from segue.core.types import F32, I32

LINKS = 16  # of a point to others (M)
BUILDING = 100  # points looked through to place a new one (ef of construction)
LOOKING = 64  # points looked through to answer, at least (ef)
APART = 3e-4  # how far points are moved at random: many in one place would link to each other alone, out of reach
BEYOND = 1.5  # and this many times as many as are asked for


@dataclass(frozen=True)
class Graph:
    """Points of length 1 under the rows they have in a table.

    Whole in memory: voyager reads its file, it cannot map it.
    """

    inner: Any  # voyager.Index

    @classmethod
    def build(cls, vectors: F32, rows: I32, seed: int = 0) -> Self:
        """Of vectors (K, D) that stand in rows (K,). One thread: the same points and seed give the same graph."""
        inner = voyager.Index(
            voyager.Space.InnerProduct, vectors.shape[1], M=LINKS, ef_construction=BUILDING, random_seed=seed,
            max_elements=len(rows),
        )  # fmt: skip
        noise = np.random.default_rng(seed).standard_normal(vectors.shape, np.float32)
        apart = vectors + noise * np.float32(APART / np.sqrt(vectors.shape[1]))
        inner.add_items(np.asarray(apart, np.float32), rows.tolist(), num_threads=1)
        return cls(inner)

    def __len__(self) -> int:
        return len(self.inner)

    def nearest(self, point: F32, n: int) -> I32:
        """(K,) rows of nearly the n largest products with a point (D,), in any order; none where it cannot find n."""
        try:
            found, _ = self.inner.query(point, n, num_threads=1, query_ef=max(LOOKING, int(BEYOND * n)))
        except RuntimeError:  # RecallError: parts of the graph are out of reach
            found = ()
        return np.asarray(found, np.int32)

    def save(self, file: Path) -> None:
        self.inner.save(str(file))

    @classmethod
    def load(cls, file: Path) -> Self:
        """InputError where the file holds no graph."""
        try:
            return cls(voyager.Index.load(str(file)))
        except (OSError, RuntimeError, ValueError) as e:
            raise InputError(f"{file} holds no index: {e}") from None
