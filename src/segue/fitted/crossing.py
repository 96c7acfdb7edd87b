"""What people take of one kind by what they took of another: dense layers over features of their taste, in NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from segue.core.types import F32, Ids, Queries
from segue.fitted._reading import mapped
from segue.fitted._taste import Taste

FEW = 3
"""Different items of a kind that say more of a listener than what they took of another."""
Layer = tuple[F32, F32]
"""Weights (I, O) and biases (O,)."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """score = layers(features of the history), rectified between layers. One layer is a ridge regression.

    Of a history that holds nothing known the score is `prior`: what everybody takes.
    """

    items: Ids  # (N,) sorted: what is recommended, of another kind than what was heard
    taste: Taste
    layers: Sequence[Layer]  # the last gives (B, N)
    prior: F32  # (N,)

    def score(self, queries: Queries) -> F32:
        """(B, N) float32."""
        values, known = self.taste.features(queries)
        for n, (weights, bias) in enumerate(self.layers):
            values = values @ weights + bias
            if n + 1 < len(self.layers):
                np.maximum(values, 0, out=values)
        values[~known] = self.prior
        return np.asarray(values, np.float32)

    def save(self, folder: Path) -> None:
        np.save(folder / "items.npy", self.items)
        np.save(folder / "prior.npy", self.prior)
        for n, (weights, bias) in enumerate(self.layers):
            np.save(folder / f"weights{n}.npy", weights)
            np.save(folder / f"bias{n}.npy", bias)
        self.taste.save(folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        count = len(list(folder.glob("weights*.npy")))
        layers = tuple((mapped(folder / f"weights{n}.npy"), mapped(folder / f"bias{n}.npy")) for n in range(count))
        return cls(mapped(folder / "items.npy"), Taste.load(folder), layers, mapped(folder / "prior.npy"))


plugin = Crossing
