"""Item neighbours by cosine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import scipy.sparse as sp

from segue.core.types import Interactions
from segue.fitted._reading import Reading
from segue.fitted.item_weights import ItemWeights
from segue.models._sparse import scaled, stacked, strongest

BLOCK = 1024  # items at a time: bounds the product in memory


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemKNN:
    """w[i, j] = X_i . X_j / (|X_i| ** 2a * |X_j| ** 2b + shrink), a = source_power, b = target_power.

    a = b = 0.5 is the cosine of Sarwar et al. 2001 (Item-based collaborative filtering); other powers trade
    popularity as in Aiolli 2013 (Efficient top-N recommendation for very large scale binary rated datasets).
    """

    needs_order: ClassVar[bool] = False
    axes: ClassVar[Mapping[str, tuple[Any, ...]]] = {
        "history_decay": (1.0, 0.95, 0.9, 0.8, 0.7),
        "target_power": (0.5, 0.4, 0.3, 0.2, 0.6),
        "owner_power": (0.0, 0.25, 0.5, 1.0),
        "shrink": (0.0, 2.0, 10.0, 50.0),
        "decay": (1.0, 0.9, 0.8),
        "neighbours": (200, 50, 500),
        "power": (0.0, 0.2, 0.4),
        "source_power": (0.5, 0.3, 0.1, 0.7),
    }
    draft: ClassVar[Mapping[str, Any]] = {}

    neighbours: int = 200
    source_power: float = 0.5
    target_power: float = 0.5
    owner_power: float = 0.5  # an owner of n items counts n ** -owner_power
    shrink: float = 0.0
    decay: float = 1.0  # per distinct item from the newest, in training rows
    power: float = 0.0  # of an owner's total weight on an item
    history_decay: float = 1.0  # the same as decay, in queries
    last: int = 200  # newest items of a history that count

    def fit(self, data: Interactions, rng: np.random.Generator) -> ItemWeights:
        rows = Reading(self.decay if data.ordered else 1.0, self.power).of_data(data)
        length = np.maximum(np.diff(rows.indptr), 1).astype(np.float32)
        rows = scaled(rows, rows=length ** np.float32(-self.owner_power / 2))
        norm = np.maximum(np.asarray(rows.power(2).sum(axis=0)).ravel(), 1e-9).astype(np.float32)
        columns = sp.csr_array(rows.T)
        n = len(data.items)
        blocks = []
        for start in range(0, n, BLOCK):
            both = sp.csr_array(columns[start : start + BLOCK] @ rows)
            source = np.repeat(np.arange(start, min(start + BLOCK, n)), np.diff(both.indptr))
            both.data /= norm[source] ** self.source_power * norm[both.indices] ** self.target_power + self.shrink
            both.data[source == both.indices] = 0
            both.eliminate_zeros()
            blocks.append(strongest(both, self.neighbours))
        reading = Reading(self.history_decay if data.ordered else 1.0, self.power, self.last)
        return ItemWeights(data.items, stacked(blocks, n), reading)


plugin = ItemKNN
