"""What each listener has heard and kept: a fixed number of slots, the weakest give way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segue.core.types import F32, Bools
from segue.world.draws import F64, Index

SLOTS, NEW_A_DAY = 96, 32


@dataclass(slots=True)
class Memory:
    """State of L listeners; changes day by day."""

    item: NDArray[np.int32]  # (L, SLOTS) track, -1 empty
    strength: F32  # (L, SLOTS) how well it is liked and known
    heat: F32  # (L, SLOTS) how often it was heard in the last days
    last: F32  # (L, SLOTS) day it was last heard
    cluster: NDArray[np.int8]  # (L, SLOTS) the taste it belongs to
    saved: Bools  # (L, SLOTS)
    listed: Bools  # (L, SLOTS) in the own playlist of its cluster

    @classmethod
    def empty(cls, listeners: int) -> Memory:
        shape = (listeners, SLOTS)
        return cls(
            np.full(shape, -1, np.int32), np.zeros(shape, np.float32), np.zeros(shape, np.float32),
            np.full(shape, -30.0, np.float32), np.zeros(shape, np.int8), np.zeros(shape, bool), np.zeros(shape, bool),
        )  # fmt: skip

    def pull(self, who: Index, cluster: Index, day: float, listed: Bools) -> F64:
        """(n, SLOTS) weights with which sessions come back to a slot; only the own playlist's where `listed` (n,)."""
        ago = day - self.last[who]
        weight = self.strength[who] * (0.25 + np.exp(-ago / 12)) * np.exp(-0.3 * self.heat[who])
        weight *= 0.15 + (self.cluster[who] == cluster[:, None])
        own = self.listed[who] & (self.cluster[who] == cluster[:, None])
        out: F64 = np.where(listed[:, None], own * (0.5 + weight), weight).astype(np.float64)
        return out

    def slot(self, who: Index, item: Index) -> Index:
        """(n,) the slot of an item in a listener's memory, -1 none."""
        same = self.item[who] == item[:, None].astype(np.int32)
        return np.where(same.any(1), same.argmax(1), -1)

    def cool(self) -> None:
        """A night passes."""
        self.strength *= 0.985
        self.heat *= 0.65

    def hear(self, who: Index, item: Index, gain: F64, times: F64, cluster: Index, day: float) -> None:
        """A day's plays, each pair (who, item) once: known items grow or fade, liked new ones take weak slots."""
        at = self.slot(who, item)
        known = at >= 0
        w, s = who[known], at[known]
        self.strength[w, s] = np.clip(self.strength[w, s] + gain[known], 0.02, 12.0)
        self.heat[w, s] += times[known].astype(np.float32)
        self.last[w, s] = day
        new = ~known & (gain > 0)
        who, item, gain, times, cluster = who[new], item[new], gain[new], times[new], cluster[new]
        order = np.lexsort((item, -gain, who))
        who, item, gain, times, cluster = who[order], item[order], gain[order], times[order], cluster[order]
        people, first, inverse = np.unique(who, return_index=True, return_inverse=True)
        nth = np.arange(len(who)) - first[inverse]
        keep = nth < NEW_A_DAY
        worth = self.strength[people] + 3.0 * self.saved[people] + 3.0 * self.listed[people]
        weakest = np.argsort(worth, axis=1, kind="stable")[:, :NEW_A_DAY]
        w, s = who[keep], weakest[inverse[keep], nth[keep]]
        self.item[w, s] = item[keep]
        self.strength[w, s] = gain[keep]
        self.heat[w, s] = times[keep]
        self.last[w, s] = day
        self.cluster[w, s] = cluster[keep]
        self.saved[w, s] = self.listed[w, s] = False
