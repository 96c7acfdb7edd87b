"""Thompson sampling by segment of listeners, from a pessimistic prior (Bendada, Salha and Bontempelli 2020).

For each segment and arm, the reward's probability is believed to be Beta(1 + rewards, 99 + the rest): one stream in a
hundred until more is known, so that of many arms most are left alone after few chances. The ranker's scores shift that
prior against their mean, in proportion, and never its weight; equal scores leave it as it is.

A slate takes `draws` samples of every arm; an arm's chance is how often it is the best of those available among them,
mixed with an even share, and the choice is drawn from these frequencies. So what is logged is exact given the draws;
against Thompson sampling with endless draws the standard error is at most sqrt(p (1 - p) / draws).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from segue.core.protocols import Chances
from segue.core.slates import Arms, Key, Lessons
from segue.core.types import F64, I64
from segue.policies._chances import winners
from segue.policies._keys import grown, packed, rows, unpacked

LOWEST, HIGHEST = 1e-4, 0.5  # of the prior's mean, however far a score shifts it


@dataclass(frozen=True, slots=True)
class ThompsonSegment:
    draws: int = 200
    even: float = 0.05  # share of each choice that is made evenly
    rewards: float = 1.0  # of the prior: Beta(rewards, rest)
    rest: float = 99.0
    known: Mapping[Key, int] = field(default_factory=dict)  # the row of each arm
    segments: I64 = field(default_factory=lambda: np.zeros(0, np.int64))  # (S,) ascending
    counts: F64 = field(default_factory=lambda: np.zeros((2, 0, 0)))  # (2, S, arms): rewards, and the rest
    name: ClassVar[str] = "thompson-segment"

    def weigh(self, arms: Arms, rng: np.random.Generator) -> Chances:
        a, b = self.beliefs(arms)
        drawn = rng.beta(a, b, (self.draws, len(arms)))
        return winners(np.log(np.maximum(drawn, np.finfo(np.float64).tiny)), self.even)

    def beliefs(self, arms: Arms) -> tuple[F64, F64]:
        """(A,) and (A,): the two parameters of each arm's Beta in the segment that asks."""
        weight = self.rewards + self.rest
        shift = np.exp(arms.scores.astype(np.float64) - arms.scores.mean(dtype=np.float64))
        mean = self.rewards / weight * shift
        mean = np.where(shift == 1, mean, np.clip(mean, LOWEST, HIGHEST))
        seen = np.zeros((2, len(arms)))
        at = int(np.searchsorted(self.segments, arms.segment))
        if at < len(self.segments) and self.segments[at] == arms.segment:
            row = rows(self.known, arms.keys)
            seen[:, row >= 0] = self.counts[:, at, row[row >= 0]]
        return weight * mean + seen[0], weight * (1 - mean) + seen[1]

    def learn(self, lessons: Lessons) -> Self:
        known = grown(self.known, lessons.keys)
        segments = np.union1d(self.segments, lessons.segment).astype(np.int64)
        counts = np.zeros((2, len(segments), len(known)))
        counts[:, np.searchsorted(segments, self.segments), : len(self.known)] = self.counts
        cell = np.searchsorted(segments, lessons.segment) * len(known) + rows(known, lessons.keys)[lessons.arm]
        cells = counts[0].size
        for i, amount in enumerate((lessons.reward, 1 - lessons.reward)):
            counts[i] += np.bincount(cell, amount, cells).reshape(counts[i].shape)
        return replace(self, known=known, segments=segments, counts=counts)

    def state(self) -> Mapping[str, NDArray[Any]]:
        return packed(self.known) | {"segments": self.segments, "counts": self.counts}

    def restored(self, state: Mapping[str, NDArray[Any]]) -> Self:
        return replace(self, known=unpacked(state), segments=state["segments"], counts=state["counts"])


plugin = ThompsonSegment
