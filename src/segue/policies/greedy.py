"""The best by score, always. No chance is involved, so every choice has probability 1: nothing can be learned of the
rest, and no other policy can be judged from such a log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from segue.core.protocols import Chances
from segue.core.slates import Arms, Lessons
from segue.policies._chances import best


@dataclass(frozen=True, slots=True)
class Greedy:
    name: str = "greedy"  # what the log calls it: the page that all is compared with is greedy, too
    by_scores: ClassVar[bool] = True  # asks for no features

    def weigh(self, arms: Arms, rng: np.random.Generator) -> Chances:
        scores = arms.scores.astype(np.float64)
        return lambda available, added: best(scores + added, available)

    def learn(self, lessons: Lessons) -> Self:
        """Nothing to learn: the scores are the ranker's."""
        return self

    def state(self) -> Mapping[str, NDArray[Any]]:
        return {}

    def restored(self, state: Mapping[str, NDArray[Any]]) -> Self:
        return self


plugin = Greedy
