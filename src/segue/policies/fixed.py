"""The shelves in the order they were offered. No chance is involved, so every choice has probability 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from segue.core.types import Arm, Decision, Query


@dataclass(frozen=True, slots=True)
class Fixed:
    release: str
    name: str = "fixed"

    def choose(self, query: Query, arms: Sequence[Arm], k: int, rng: np.random.Generator) -> Decision:
        chosen = tuple(range(min(k, len(arms))))
        return Decision(self.name, self.release, tuple(a.key for a in arms), chosen, (1.0,) * len(chosen))

    def learn(self, decisions: Sequence[Decision], rewards: Sequence[Sequence[float]]) -> Self:
        """Nothing to learn."""
        return self


plugin = Fixed
