"""Gradient-boosted trees, grown by scikit-learn and served without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from segue.core.errors import UnknownName, UsageError
from segue.core.optional import needed
from segue.core.types import F32
from segue.fitted.responses import Response
from segue.fitted.responses._columns import Buckets
from segue.fitted.responses.leaf_masks import LeafMasks
from segue.models.responses._calibrating import calibrated
from segue.models.responses._rows import Rows

MOST_LEAVES = 64  # bits of the widest mask


@dataclass(frozen=True, slots=True, kw_only=True)
class BoostedTrees:
    """Histogram gradient boosting on log loss. In a feature of `rising` (`falling`) the answer never falls (rises)."""

    trees: int = 100
    leaves: int = 16  # a tree, at most; up to 64
    rate: float = 0.08
    penalty: float = 5.0  # L2 on leaf values
    least: int = 40  # rows a leaf
    bins: int = 63  # candidates for thresholds a feature
    rising: tuple[str, ...] = ()
    falling: tuple[str, ...] = ()
    folds: int = 3  # for the calibration

    def fit(
        self, features: F32, label: F32, weight: F32, rng: np.random.Generator, names: Sequence[str] | None = None
    ) -> Response:
        if not 2 <= self.leaves <= MOST_LEAVES:
            raise UsageError(f"trees of {self.leaves} leaves; it takes 2 to {MOST_LEAVES}")
        rows = Rows.of(features, label, weight, names)
        for name in (*self.rising, *self.falling):
            if name not in rows.names:
                raise UnknownName("feature", name, rows.names)
        return calibrated(self._form, rows, self.folds, rng)

    def _form(self, rows: Rows, rng: np.random.Generator) -> LeafMasks:
        grower = needed("sklearn.ensemble", "boosted-trees").HistGradientBoostingClassifier(
            max_iter=self.trees, max_leaf_nodes=self.leaves, learning_rate=self.rate, l2_regularization=self.penalty,
            min_samples_leaf=self.least, max_bins=self.bins, early_stopping=False, random_state=0,
            monotonic_cst=[(n in self.rising) - (n in self.falling) for n in rows.names],
        )  # fmt: skip
        x, y, w = rows.features, rows.label, rows.weight
        both = (y > 0) & (y < 1)  # a label between counts as both, in its parts
        grower.fit(
            np.concatenate([x, x[both]]),
            np.concatenate([y > 0, np.zeros(both.sum(), bool)]),
            np.concatenate([np.where(both, w * y, w), (w * (1 - y))[both]]),
        )
        nodes = [stage[0].nodes for stage in grower._predictors]
        return _masked(nodes, float(grower._baseline_prediction.item()), x.shape[1], self.leaves)


def _masked(trees: list[Any], base: float, d: int, leaves: int) -> LeafMasks:
    """The same trees as masks: `trees` are node tables, parents before their children."""
    width = next(w for w in (8, 16, 32, 64) if w >= leaves)
    kind = np.dtype(f"u{width // 8}")
    values = np.zeros((len(trees), leaves), np.float32)
    tests: list[tuple[int, np.float32, int, int]] = []  # feature, first value above, tree, leaves ruled out there
    for t, nodes in enumerate(trees):
        count = 0

        def number(at: int, t: int = t, nodes: Any = nodes) -> int:
            """The leaves under a node as bits; numbers them from the left on the way."""
            nonlocal count
            node = nodes[at]
            if node["is_leaf"]:
                values[t, count] = node["value"]
                count += 1
                return 1 << (count - 1)
            under = number(int(node["left"]))
            tests.append((int(node["feature_idx"]), _above(float(node["num_threshold"])), t, under))
            return under | number(int(node["right"]))

        number(0)
    edges, starts, tables = [], [0], []
    every = np.iinfo(kind).max
    for column in range(d):
        own = [x for x in tests if x[0] == column]
        cuts = np.unique(np.array([x[1] for x in own], np.float32))
        table = np.full((len(cuts) + 1, len(trees)), every, kind)
        for _, cut, t, under in own:
            table[int(np.searchsorted(cuts, cut)) + 1, t] &= kind.type(every ^ under)
        tables.append(np.bitwise_and.accumulate(table, axis=0))
        edges.append(cuts)
        starts.append(starts[-1] + len(cuts))
    buckets = Buckets(np.concatenate([*edges, np.zeros(0, np.float32)]), np.array(starts, np.int64))
    return LeafMasks(buckets, np.concatenate(tables), values, base)


def _above(threshold: float) -> np.float32:
    """The least float32 that is above a threshold."""
    near = np.float32(threshold)
    return near if float(near) > threshold else np.nextafter(near, np.float32(np.inf))


plugin = BoostedTrees
