"""How long listeners stay with a show they started: daily activity over thirty days, which its first days do not tell.

On each day a listener is active with a chance that begins with how much they like the show and how well it catches
them, and ends with how well it keeps them. Catching and keeping are drawn apart, with a known correlation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segue.core.types import F64, Bools
from segue.world.draws import Index
from segue.world.settings import DAY
from segue.world.world import World

DAYS = 30
ALIKE = 0.4  # correlation of catching and keeping
LIKED, CAUGHT, KEPT = 0.5, 0.9, 1.1  # logits of activity for each unit
FADES = 3.0  # days in which being caught wears off
FIRST, LATER = -0.6, -2.4  # logit of activity in the first days and, as interest fades, in the last ones
SETTLES = 8.0  # days in which it does


@dataclass(frozen=True, slots=True)
class Staying:
    """L listeners and S shows."""

    liking: F64  # (L, S) logit of hearing an episode to the end, midway through the world
    catches: F64  # (S,)
    keeps: F64  # (S,)

    @classmethod
    def of(cls, world: World, seed: int = 0) -> Staying:
        truth, rng = world.truth, np.random.default_rng([seed, 41])
        shows = np.arange(truth.numbers.show, truth.numbers.episode)
        people = np.arange(len(world.listeners))
        at = world.settings.start + world.settings.days * DAY // 2
        liking = truth.appeal(np.repeat(people, len(shows)), np.tile(shows, len(people)), at)
        catches, own = rng.standard_normal((2, len(shows)))
        keeps = ALIKE * catches + np.sqrt(1 - ALIKE**2) * own
        return cls(liking.reshape(len(people), len(shows)).astype(np.float64), catches, keeps)

    def chances(self, who: Index, show: Index) -> F64:
        """(n, DAYS) chance of being active on each day after the start."""
        day = np.arange(DAYS)
        caught, settled = np.exp(-day / FADES), 1 - np.exp(-day / SETTLES)
        logit = FIRST + (LATER - FIRST) * settled + LIKED * self.liking[who, show][:, None]
        logit = logit + CAUGHT * self.catches[show][:, None] * caught + KEPT * self.keeps[show][:, None] * settled
        out: F64 = 1 / (1 + np.exp(-logit))
        return out

    def traces(self, who: Index, show: Index, rng: np.random.Generator) -> Bools:
        """(n, DAYS) whether each listener was active on each day."""
        out: Bools = rng.random((len(who), DAYS)) < self.chances(who, show)
        return out

    def values(self) -> F64:
        """(S,) active days in thirty that a start is worth, on average over all listeners."""
        people, shows = self.liking.shape
        who = np.arange(people)
        return np.array([self.chances(who, np.full(people, s)).sum(1).mean() for s in range(shows)])
