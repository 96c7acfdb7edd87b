"""Thompson sampling of a logistic reward over features (Chapelle and Li 2011), with the full covariance.

What is believed of θ is Gaussian: the mode of the posterior and the curvature there (Laplace), each batch of lessons
starting from the last. A slate takes `draws` θs; an arm's chance is how often it is the best of those available among
them, mixed with an even share, and the choice is drawn from these frequencies. So what is logged is exact given the
draws; against Thompson sampling with endless draws the standard error is at most sqrt(p (1 - p) / draws).

Until it was taught, and where arms have no features, the ranker's scores are added to what is drawn. Lessons are not
weighted by their propensities: given the features, which arm was shown says nothing more about its reward.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from segue.core.protocols import Chances
from segue.core.slates import Arms, Lessons
from segue.core.types import F64
from segue.policies._chances import winners
from segue.policies._features import with_one
from segue.policies._logistic import laplace, log_sigmoid


@dataclass(frozen=True, slots=True)
class ThompsonLogistic:
    draws: int = 256
    even: float = 0.05  # share of each choice that is made evenly
    bias: float = -4.6  # logit of the reward expected of an arm of which nothing is known: 1 in 100
    spread: float = 0.5  # standard deviation of each weight before anything is known
    mean: F64 = field(default_factory=lambda: np.zeros(0))  # (1 + D,)
    precision: F64 = field(default_factory=lambda: np.zeros((0, 0)))  # (1 + D, 1 + D)
    root: F64 = field(default_factory=lambda: np.zeros((0, 0)))  # root @ rootᵀ is the covariance
    name: ClassVar[str] = "thompson-logistic"

    def weigh(self, arms: Arms, rng: np.random.Generator) -> Chances:
        z = with_one(arms.features)
        known = self if len(self.mean) == z.shape[1] else self._prior(z.shape[1])
        theta = known.mean + rng.standard_normal((self.draws, z.shape[1])) @ known.root.T
        logits = theta @ z.T
        if known is not self or z.shape[1] == 1:
            logits += arms.scores
        return winners(log_sigmoid(logits), self.even)

    def learn(self, lessons: Lessons) -> Self:
        z = with_one(lessons.features)
        known = self if len(self.mean) == z.shape[1] else self._prior(z.shape[1])
        return self._with(*laplace(z, lessons.reward, known.mean, known.precision))

    def state(self) -> Mapping[str, NDArray[Any]]:
        return {"mean": self.mean, "precision": self.precision}

    def restored(self, state: Mapping[str, NDArray[Any]]) -> Self:
        return self._with(state["mean"], state["precision"])

    def _prior(self, d: int) -> Self:
        return self._with(np.concatenate([[self.bias], np.zeros(d - 1)]), np.eye(d) / self.spread**2)

    def _with(self, mean: F64, precision: F64) -> Self:
        """precision = L Lᵀ, so the covariance is L⁻ᵀ L⁻¹."""
        return replace(self, mean=mean, precision=precision, root=np.linalg.inv(np.linalg.cholesky(precision)).T)


plugin = ThompsonLogistic
