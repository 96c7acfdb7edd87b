"""Nearest neighbours by cosine: what lies near a point of a space."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from segue.core.types import F32, I32, Bools
from segue.index.graph import Graph
from segue.index.products import GATHER, exact, first

EXACT_BELOW = 8_000  # points of a kind: working out all products is as fast there, and never wrong
SPARE = 1.5  # more is asked for than should be enough after a filter
COSTLY = 8  # a point that a graph looks at costs about as much as this many products

NONE: I32 = np.zeros(0, np.int32)

__all__ = ["Graph", "Index", "exact"]


@dataclass(frozen=True)
class Index:
    """N points (N, D) of length 1, each with a label (N,): a graph for every label that many points have.

    A filter is kept without losing what it should find: a graph is asked for so many that enough of them pass, and
    where few would, the products of all allowed points are worked out instead. Safe for several threads.
    """

    vectors: F32
    labels: NDArray[np.uint8]
    graphs: Mapping[int, Graph] = field(default_factory=dict)

    @classmethod
    def build(cls, vectors: F32, labels: NDArray[np.uint8], seed: int = 0) -> Self:
        """In one thread; the same points give the same index."""
        of = {int(label): np.flatnonzero(labels == label).astype(np.int32) for label in np.unique(labels)}
        return cls(
            vectors,
            labels,
            {label: Graph.build(vectors[rows], rows, seed) for label, rows in of.items() if len(rows) >= EXACT_BELOW},
        )

    @cached_property
    def _of(self) -> dict[int, Bools]:
        """(N,) which points have each label."""
        return {int(label): self.labels == label for label in np.unique(self.labels)}

    def nearest(
        self, point: F32, n: int, label: int | None = None, allowed: Bools | None = None
    ) -> tuple[I32, F32]:  # fmt: skip
        """(K,), (K,) rows of the n largest products with a point (D,), best first, ties by row.

        Only of a label, where one is given, and only where `allowed` (N,) is true. K is n unless fewer are allowed.
        """
        if label is None and self.graphs:
            found = [self.nearest(point, n, each, allowed) for each in self._of]
            return first(np.concatenate([f[0] for f in found]), np.concatenate([f[1] for f in found]), n)
        if label is None:
            return exact(self.vectors, point, n, allowed)
        of_label = self._of.get(label, np.zeros(len(self.labels), np.bool_))
        wanted = of_label if allowed is None else of_label & allowed
        rows = self._by_graph(point, n, label, None if allowed is None else wanted)
        if len(rows) < max(n, 1):
            return exact(self.vectors, point, n, wanted)
        return first(rows, np.asarray(self.vectors[rows] @ point, np.float32), n)

    def _by_graph(self, point: F32, n: int, label: int, wanted: Bools | None) -> I32:
        """(K,) nearly the K nearest of the label's rows, or of those wanted (N,), K >= n; fewer where it is no use."""
        graph = self.graphs.get(label)
        if graph is None:
            return NONE
        if wanted is None:
            return graph.nearest(point, n) if n * COSTLY <= len(graph) else NONE
        left = int(np.count_nonzero(wanted))
        ask = int(SPARE * n * len(graph) / max(left, 1)) + 16
        while ask * COSTLY <= left and left * GATHER >= EXACT_BELOW:
            rows = graph.nearest(point, ask)
            rows = rows[wanted[rows]]
            if len(rows) >= n:
                return rows
            ask *= 4
        return NONE

    def save(self, folder: Path) -> None:
        """One file a graph into an existing folder."""
        for label, graph in self.graphs.items():
            graph.save(folder / f"near-{label}.voyager")

    @classmethod
    def load(cls, folder: Path, vectors: F32, labels: NDArray[np.uint8]) -> Self:
        """What `save` wrote, over the same points; without files it works out all products."""
        files = {int(f.stem.partition("-")[2]): f for f in sorted(folder.glob("near-*.voyager"))}
        return cls(vectors, labels, {label: Graph.load(file) for label, file in files.items()})
