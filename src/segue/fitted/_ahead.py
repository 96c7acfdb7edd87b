"""Nearest items worked out once for a release, so that a request need not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from segue.core.protocols import Nearest, Scores
from segue.core.types import F32, I32, NO_IDS, Ids, place_of

NEIGHBOURS = 128  # of each item
MOST = 100_000  # items that are worked out ahead: those that most owners took; 1 KB and a millisecond or two each
NAMES = ("items", "found", "alike")


@dataclass(frozen=True, slots=True)
class Ahead:
    """What `model.nearest` says of the items asked about most."""

    items: Ids  # (M,) sorted
    found: I32  # (M, K) positions in the model's items, -1 where there are fewer
    alike: F32  # (M, K)

    @classmethod
    def none(cls) -> Self:
        return cls(NO_IDS, np.zeros((0, 0), np.int32), np.zeros((0, 0), np.float32))

    @classmethod
    def of(cls, model: Scores, asked: Ids) -> Self:
        """Of the items `asked` (M,) about, where the model can tell the nearest at all."""
        if not isinstance(model, Nearest):
            return cls.none()
        items = np.sort(asked).astype(np.int32)
        found = np.full((len(items), NEIGHBOURS), -1, np.int32)
        alike = np.zeros(found.shape, np.float32)
        for m, item in enumerate(items.tolist()):
            at, values = model.nearest(item, NEIGHBOURS)
            found[m, : len(at)], alike[m, : len(at)] = at, values
        return cls(items, found, alike)

    def nearest(self, item: int) -> tuple[I32, F32] | None:
        """(K,), (K,) positions and similarities; None for an item that was not asked about."""
        m = place_of(item, self.items)
        if m < 0:
            return None
        some = self.found[m] >= 0
        return self.found[m][some], self.alike[m][some]

    def save(self, folder: Path) -> None:
        for name in NAMES:
            np.save(folder / f"ahead-{name}.npy", getattr(self, name))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Of a model's folder; nothing where nothing was worked out."""
        if not (folder / "ahead-items.npy").exists():
            return cls.none()
        return cls(*(np.load(folder / f"ahead-{name}.npy", mmap_mode="r").view(np.ndarray) for name in NAMES))


def save_ahead(model: Scores, takers: F32 | I32, folder: Path) -> None:
    """Work out the nearest of the items that most owners took, `takers` (N,) of `model.items`, beside the model."""
    leading = np.argsort(-takers, kind="stable")[:MOST]
    Ahead.of(model, model.items[leading[takers[leading] > 0]]).save(folder)
