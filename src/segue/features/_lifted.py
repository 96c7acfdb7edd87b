"""What is taken with an item: its album or show, and its artist or author."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segue.core.protocols import Facts
from segue.core.types import I32, I64


@dataclass(frozen=True, slots=True)
class Lifted:
    album: I32  # (N,) positions in the facts; -1 unknown
    artist: I32

    @classmethod
    def of(cls, facts: Facts) -> Lifted:
        if not len(facts.items):
            return cls(np.zeros(0, np.int32), np.zeros(0, np.int32))
        return cls(facts.rows(facts.album).astype(np.int32), facts.rows(facts.artist).astype(np.int32))

    def __call__(self, items: I32) -> tuple[I32, I64]:
        """(L,) the items with what is taken with each, (L,) which of the items each belongs to."""
        rows = np.concatenate([items, self.album[items], self.artist[items]])
        of = np.tile(np.arange(len(items)), 3)
        there = rows >= 0
        return rows[there], of[there]
