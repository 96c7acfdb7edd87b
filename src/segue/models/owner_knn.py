"""Owner neighbours: what the listeners (or playlists) that this one is like, or follows, took lately."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import scipy.sparse as sp

from segue.core.types import Interactions
from segue.fitted.owner_rows import DAY_MS, OwnerRows


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerKNN:
    """User-based neighbours (Resnick et al. 1994: GroupLens) with two uses of time.

    What a neighbour took `half_life_days` before the newest event of the data counts half. With `lead` the likeness of
    v is the share of v's items that the history took after v did: editors take from each other, and the one who is
    early tells what comes next. All owners are neighbours; `sharpness` > 1 favours the nearest.
    """

    needs_order: ClassVar[bool] = False
    axes: ClassVar[Mapping[str, tuple[Any, ...]]] = {
        "half_life_days": (30.0, 15.0, 7.0, 90.0, 0.0),
        "lead": (True, False),
        "size_power": (1.0, 0.5, 0.75),
        "sharpness": (1.0, 2.0, 3.0),
    }
    draft: ClassVar[Mapping[str, Any]] = {}
    most_trials: ClassVar[int] = 6  # scoring costs much

    half_life_days: float = 30.0  # 0: all that a neighbour took counts alike; needs times
    lead: bool = True  # needs times
    size_power: float = 1.0
    sharpness: float = 1.0

    @classmethod
    def suits(cls, data: Interactions) -> bool:
        """Where there are times; without them item models say the same for less. Bounded: owners are kept whole."""
        return data.timed and len(data.owners) <= 50_000

    def fit(self, data: Interactions, rng: np.random.Generator) -> OwnerRows:
        u, n = data.shape
        owner = data.owner_rows().astype(np.int64)
        order = np.lexsort((data.at, data.rows, owner))
        key = owner[order] * n + data.rows[order]
        first, last = np.diff(key, prepend=-1) != 0, np.diff(key, append=-1) != 0
        owner, column = owner[order][first], data.rows[order][first]
        earliest, latest = data.at[order][first], data.at[order][last]
        value = np.ones(len(owner), np.float32)
        if data.timed and self.half_life_days:
            value = np.exp2((latest - data.at.max(initial=0)) / (DAY_MS * self.half_life_days)).astype(np.float32)
        size = np.bincount(owner, minlength=u)
        starts = np.concatenate([[0], np.cumsum(size)]).astype(np.int32)
        fresh = sp.csr_array((value, column.astype(np.int32), starts), shape=(u, n))
        by_item = np.lexsort((owner, column))
        ends = np.concatenate([[0], np.cumsum(np.bincount(column, minlength=n))]).astype(np.int32)
        takers = sp.csr_array((earliest[by_item], owner[by_item].astype(np.int32), ends), shape=(n, u))
        lead = self.lead and data.timed
        return OwnerRows(data.items, takers, fresh, size.astype(np.float32), lead, self.size_power, self.sharpness)


plugin = OwnerKNN
