"""Neighbours worked out ahead are those the model names, for the items asked about and no others."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from segue.core.types import F32, I32, Ids, Queries
from segue.fitted import NEIGHBOURS, Ahead, save_ahead


@dataclass(frozen=True)
class Ring:
    """Every item is near the two beside it."""

    items: Ids

    def score(self, queries: Queries) -> F32:
        return np.zeros((len(queries), len(self.items)), np.float32)

    def nearest(self, item: int, n: int) -> tuple[I32, F32]:
        at = int(np.searchsorted(self.items, item))
        size = len(self.items)
        return np.array([(at - 1) % size, (at + 1) % size], np.int32)[:n], np.array([1.0, 0.5], np.float32)[:n]


def test_saved_and_loaded_it_says_what_the_model_says(tmp_path: Path) -> None:
    ring = Ring(np.arange(10, 20, dtype=np.int32))
    takers = np.array([5, 0, 3, 0, 0, 0, 0, 0, 0, 1], np.int32)
    save_ahead(ring, takers, tmp_path)
    ahead = Ahead.load(tmp_path)
    assert ahead.items.tolist() == [10, 12, 19]
    for item in ahead.items.tolist():
        found = ahead.nearest(item)
        assert found is not None
        expected = ring.nearest(item, NEIGHBOURS)
        assert found[0].tolist() == expected[0].tolist()
        assert found[1].tolist() == expected[1].tolist()
    assert ahead.nearest(11) is None
    assert ahead.nearest(99) is None


def test_where_nothing_was_worked_out_nothing_is_known(tmp_path: Path) -> None:
    assert Ahead.load(tmp_path).nearest(1) is None
    assert Ahead.none().nearest(0) is None
