"""Sampling without replacement in proportion to value^(1/temperature), with an even share for every arm.

Plackett (1975); it equals taking the k largest of scores / temperature + Gumbel noise (Kool et al. 2019), which is how
it behaves where nothing but the arms already chosen is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from segue.core.protocols import Chances
from segue.core.slates import Arms, Lessons
from segue.policies._chances import Proportional


@dataclass(frozen=True, slots=True)
class PlackettLuce:
    temperature: float = 0.1  # towards 0 it is greedy; at 1 an arm twice as good is twice as likely
    even: float = 0.01  # share of each choice that is made evenly, which bounds every weight
    name: ClassVar[str] = "plackett-luce"
    by_scores: ClassVar[bool] = True  # asks for no features

    def weigh(self, arms: Arms, rng: np.random.Generator) -> Chances:
        return Proportional(arms.scores.astype(np.float64) / self.temperature, self.temperature, self.even)

    def learn(self, lessons: Lessons) -> Self:
        """Nothing to learn: the scores are the ranker's."""
        return self

    def state(self) -> Mapping[str, NDArray[Any]]:
        return {}

    def restored(self, state: Mapping[str, NDArray[Any]]) -> Self:
        return self


plugin = PlackettLuce
