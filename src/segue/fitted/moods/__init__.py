"""The moods of a release: how far each mood and each activity fits each item."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np

from segue.core.errors import InputError, UnknownName
from segue.core.types import F32, Ids
from segue.fitted._reading import mapped, positions

CARD = "moods.json"
CLOSE = 0.45
"""Of how far the best fits: what says less is a faint resemblance of words, which tells an order but makes no shelf."""


@dataclass(frozen=True)
class Moods:
    """Affinities of N items with M moods and activities, from 0 (not at all, or unknown) to 1."""

    items: Ids  # (N,) sorted, of all kinds
    names: tuple[str, ...]  # (M,)
    values: F32  # (N, M) in [0, 1]

    def __len__(self) -> int:
        return len(self.items)

    def column(self, name: str) -> int:
        """Where a mood or an activity stands, or UnknownName."""
        if name not in self._columns:
            raise UnknownName("mood or activity", name, self.names)
        return self._columns[name]

    @cached_property
    def _columns(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.names)}

    def of(self, numbers: Ids) -> F32:
        """(K, M) of each item; 0 for one that nothing is known of."""
        rows = positions(numbers, self.items)
        out = np.zeros((len(numbers), len(self.names)), np.float32)
        out[rows >= 0] = self.values[rows[rows >= 0]]
        return out

    def fit(self, numbers: Ids, name: str) -> F32:
        """(K,) how far each item fits one mood or activity; 0 for one that fits far less than those that fit best."""
        rows, column = positions(numbers, self.items), self.column(name)
        found = self.values[np.maximum(rows, 0), column] if len(self) else np.zeros(len(rows), np.float32)
        return np.where((rows >= 0) & (found >= CLOSE * self._best[column]), found, 0).astype(np.float32)

    @cached_property
    def _best(self) -> F32:
        """(M,) how far the item fits that fits best."""
        best: F32 = self.values.max(axis=0, initial=0.0)
        return best

    def save(self, folder: Path) -> None:
        """Plain files into an existing, empty folder."""
        np.save(folder / "items.npy", self.items)
        np.save(folder / "moods.npy", self.values)
        (folder / CARD).write_text(json.dumps({"names": self.names}) + "\n")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Arrays are mapped read-only; InputError where the folder holds no moods."""
        try:
            names = tuple(json.loads((folder / CARD).read_text())["names"])
            return cls(mapped(folder / "items.npy"), names, mapped(folder / "moods.npy"))
        except (OSError, ValueError, KeyError) as e:
            raise InputError(f"{folder} holds no moods: {e}") from None
