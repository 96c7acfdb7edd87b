"""Many small choices from one generator, quickly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")


class Dice:
    """Uniform numbers drawn in blocks, for choices that are made one by one."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng, self._block, self._next = rng, [0.0], 1

    def u(self) -> float:
        """A number in [0, 1)."""
        if self._next == len(self._block):
            self._block, self._next = self._rng.random(65_536).tolist(), 0
        self._next += 1
        return self._block[self._next - 1]

    def of(self, choices: Sequence[T]) -> T:
        """One of a sequence that is not empty."""
        return choices[int(self.u() * len(choices))]

    def chance(self, p: float) -> bool:
        return self.u() < p
