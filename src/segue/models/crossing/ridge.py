"""Cross-domain ridge regression: everything of one kind from the taste in another, in closed form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from segue.core.types import Interactions
from segue.fitted.crossing import Crossing
from segue.models.crossing._people import Points, common, histories, shared, taken, taste_of, together


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossRidge:
    """W = (X'X + ridge I)^-1 X'(Y - mean Y): X taste features of the people shared, Y what else they took.

    What W says of single items is mixed with what it says of directions in which items go together among all who took
    any (`rank` right singular vectors of Y of everybody, each person by the root of their number of items), because few
    people stand behind one item. A taste read from few items is drawn to the middle of all first: at length 1 a single
    album would say as much as a hundred. Popularity is the mean, and is not shrunk. Cost: one solve of F x F.
    """

    axes: ClassVar[Mapping[str, tuple[Any, ...]]] = {
        "ridge": (5.0, 10.0, 30.0, 100.0, 300.0),
        "smooth": (0.5, 1.0, 0.0),
        "marks": (0.0, 0.5),
    }

    ridge: float = 5.0
    rank: int = 40
    smooth: float = 0.5  # share of what is said by way of the directions
    leading: float = 0.45
    marks: float = 0.0
    heard: float = 0.1
    doubt: float = 10.0  # items of a history that the middle of all tastes is worth

    def fit(self, of: Interactions, by: Interactions, points: Points, rng: np.random.Generator) -> Crossing:
        pairs = shared(of, by)
        taste = taste_of(by, pairs, points, self.leading, self.marks, self.heard, self.doubt)
        x, _ = taste.features(histories(by, pairs.by))
        y, middle = taken(of, pairs.of), x.mean(axis=0)
        x -= middle
        gram = x.T @ x + np.float32(self.ridge) * np.eye(x.shape[1], dtype=np.float32)
        weights = np.asarray(np.linalg.solve(gram, (y.T @ x).T), np.float32)  # x is centred: Y's mean drops out
        if self.smooth:
            basis = together(of, self.rank, rng)
            weights = np.asarray((1 - self.smooth) * weights + self.smooth * (weights @ basis) @ basis.T, np.float32)
        prior = common(of, pairs)
        return Crossing(of.items, taste, ((weights, prior - middle @ weights),), prior)


plugin = CrossRidge
