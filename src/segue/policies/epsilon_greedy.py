"""The best by score, and now and then, evenly, any: the simplest policy whose log can judge every other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from segue.core.protocols import Chances
from segue.core.slates import Arms, Lessons
from segue.policies._chances import best, mixed


@dataclass(frozen=True, slots=True)
class EpsilonGreedy:
    epsilon: float = 0.1  # share of the choices made evenly
    name: ClassVar[str] = "epsilon-greedy"
    by_scores: ClassVar[bool] = True  # asks for no features

    def weigh(self, arms: Arms, rng: np.random.Generator) -> Chances:
        scores = arms.scores.astype(np.float64)
        return lambda available, added: mixed(best(scores + added, available), available, self.epsilon)

    def learn(self, lessons: Lessons) -> Self:
        """Nothing to learn: the scores are the ranker's."""
        return self

    def state(self) -> Mapping[str, NDArray[Any]]:
        return {}

    def restored(self, state: Mapping[str, NDArray[Any]]) -> Self:
        return self


plugin = EpsilonGreedy
