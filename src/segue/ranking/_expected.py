"""By the reward expected of a card: several things it may lead to, each with what it is worth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from segue.core.errors import UsageError
from segue.core.protocols import Responds
from segue.core.types import F32, Bools, Candidates, Query

STREAM, COMPLETION, DISCOVERY = "stream", "completion", "discovery"
LEAST = 1e-6  # reward: what is worth nothing keeps a finite score


@dataclass(frozen=True, slots=True)
class Expected:
    """score = log(w_stream P(stream) + w_completion P(completion) + w_discovery P(stream) [an artist new to them]).

    A head is a response model under the name of what it predicts; a weight of 0 leaves a head unasked.
    """

    values: Callable[[Query, Candidates], F32]  # (N, D) features
    heads: Mapping[str, Responds]  # "stream", "completion"
    weights: Mapping[str, float]  # "stream", "completion", "discovery"; 0 where not given
    new: Callable[[Query, Candidates], Bools]  # (N,) the artist is new to the listener

    def __post_init__(self) -> None:
        valid = (STREAM, COMPLETION, DISCOVERY)
        for name, weight in self.weights.items():
            if name not in valid:
                raise UsageError(f"no reward {name!r}; there are: {', '.join(valid)}")
            if not (np.isfinite(weight) and weight >= 0):
                raise UsageError(f"the weight of {name} is {weight}; it must be 0 or more")
        for name, head in ((STREAM, STREAM), (COMPLETION, COMPLETION), (DISCOVERY, STREAM)):
            if self.weights.get(name, 0) and head not in self.heads:
                raise UsageError(f"the reward {name} needs a model of {head}; there are: {', '.join(self.heads)}")

    def __call__(self, query: Query, candidates: Candidates) -> Candidates:
        return candidates.rescored(self.worth(self.values(query, candidates), query, candidates))

    def worth(self, features: F32, query: Query, candidates: Candidates) -> F32:
        """(N,) log of the reward expected, from features (N, D) that are at hand."""
        weight = {name: np.float32(self.weights.get(name, 0)) for name in (STREAM, COMPLETION, DISCOVERY)}
        reward = np.full(len(candidates), LEAST, np.float32)
        if len(candidates) and (weight[STREAM] or weight[DISCOVERY]):
            stream = self.heads[STREAM].predict(features)
            reward += weight[STREAM] * stream
            if weight[DISCOVERY]:
                reward += weight[DISCOVERY] * stream * self.new(query, candidates)
        if len(candidates) and weight[COMPLETION]:
            reward += weight[COMPLETION] * self.heads[COMPLETION].predict(features)
        return np.log(reward)
