"""Sampling in proportion to exp(value / temperature), the value being the reward expected: exp(score).

Where Plackett–Luce asks how many times better an arm is, this asks by how many streams: among arms that are all
unlikely it is nearly even, however much they differ in proportion.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from segue.core.protocols import Chances
from segue.core.slates import Arms, Lessons
from segue.core.types import F32, F64, Bools
from segue.policies._chances import mixed, softmax

HIGHEST = 20.0  # a score whose exp is still told apart from its neighbours


@dataclass(frozen=True, slots=True)
class Boltzmann:
    temperature: float = 0.05  # in units of reward: a stream more in twenty pages is e times as likely
    even: float = 0.02  # share of each choice that is made evenly, which bounds every weight
    name: ClassVar[str] = "boltzmann"
    by_scores: ClassVar[bool] = True  # asks for no features

    def weigh(self, arms: Arms, rng: np.random.Generator) -> Chances:
        scores = arms.scores.astype(np.float64)

        def chances(available: Bools, added: F32 | F64 | float) -> F64:
            values = np.exp(np.minimum(scores + added, HIGHEST)) / self.temperature
            return mixed(softmax(values, available), available, self.even)

        return chances

    def learn(self, lessons: Lessons) -> Self:
        """Nothing to learn: the scores are the ranker's."""
        return self

    def state(self) -> Mapping[str, NDArray[Any]]:
        return {}

    def restored(self, state: Mapping[str, NDArray[Any]]) -> Self:
        return self


plugin = Boltzmann
