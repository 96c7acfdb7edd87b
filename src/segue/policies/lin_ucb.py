"""The best upper bound of a linear reward (LinUCB: Li et al. 2010), one θ for all arms, mixed with an even share.

Of rewards and features it keeps A = ridge · I + Σ z zᵀ and b = Σ z r, z = (1, features), and values an arm at
z·θ + width · sqrt(zᵀ A⁻¹ z), θ = A⁻¹ b. The bound alone has no chance in it, so nothing could be learned of other
policies from its log: hence the even share, which makes each propensity exact.

Until it was taught, and where arms have no features, the ranker's scores decide. Lessons are not weighted by their
propensities: given the features, which arm was shown says nothing more about its reward.
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
from segue.policies._chances import best, mixed
from segue.policies._features import with_one

LOWEST = 1e-9  # of a value before its logarithm is taken


@dataclass(frozen=True, slots=True)
class LinUCB:
    width: float = 0.5  # standard errors above the estimate
    ridge: float = 1.0
    even: float = 0.05  # share of each choice that is made evenly
    a: F64 = field(default_factory=lambda: np.zeros((0, 0)))  # (1 + D, 1 + D)
    b: F64 = field(default_factory=lambda: np.zeros(0))  # (1 + D,)
    inverse: F64 = field(default_factory=lambda: np.zeros((0, 0)))
    name: ClassVar[str] = "lin-ucb"

    def weigh(self, arms: Arms, rng: np.random.Generator) -> Chances:
        values = np.log(np.maximum(self.bounds(arms), LOWEST)) if self._knows(arms) else arms.scores.astype(np.float64)
        return lambda available, added: mixed(best(values + added, available), available, self.even)

    def bounds(self, arms: Arms) -> F64:
        """(A,) the upper bound of each arm's reward."""
        z = with_one(arms.features)
        out: F64 = z @ (self.inverse @ self.b) + self.width * np.sqrt(((z @ self.inverse) * z).sum(1))
        return out

    def learn(self, lessons: Lessons) -> Self:
        z = with_one(lessons.features)
        d = z.shape[1]
        old = (self.a, self.b) if len(self.b) == d else (self.ridge * np.eye(d), np.zeros(d))
        return self._with(old[0] + z.T @ z, old[1] + z.T @ lessons.reward)

    def state(self) -> Mapping[str, NDArray[Any]]:
        return {"a": self.a, "b": self.b}

    def restored(self, state: Mapping[str, NDArray[Any]]) -> Self:
        return self._with(state["a"], state["b"])

    def _with(self, a: F64, b: F64) -> Self:
        return replace(self, a=a, b=b, inverse=np.linalg.inv(a).astype(np.float64))

    def _knows(self, arms: Arms) -> bool:
        """Features of another width are other features: it then starts anew."""
        d: int = arms.features.shape[1]
        return d > 0 and len(self.b) == 1 + d


plugin = LinUCB
