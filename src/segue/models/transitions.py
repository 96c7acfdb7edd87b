"""What follows what: item transitions over one or more steps, smoothed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import scipy.sparse as sp

from segue.core.types import F32, Interactions
from segue.fitted._reading import Reading
from segue.fitted.item_weights import ItemWeights
from segue.models._pairs import lagged, sums, without_diagonal
from segue.models._sparse import scaled, strongest


@dataclass(frozen=True, slots=True, kw_only=True)
class Transitions:
    """Counts C[i, j] of j coming d places after i, weighted lag_decay ** (d - 1) / d ** lag_power for d <= window.

    Counts come to weights in three ways, after rows and columns are divided by their sums to a power:
    `smoothing = 0` leaves them as they are, the rules of Ludewig and Jannach 2018 (Evaluation of session-based
    recommendation algorithms); `smoothing = s` gives log(1 + C / s), the log of a probability with a uniform
    Dirichlet prior of s for every item, summed over the history as in the chains of the RecSys 2026 study
    *Do Sequential Recommendation Benchmarks Really Require Higher-Order Sequence Modelling?*
    `window=1, last=1, smoothing=0, backward=0, source_power=0, target_power=0` is the first-order Markov chain.
    """

    needs_order: ClassVar[bool] = True
    axes: ClassVar[Mapping[str, tuple[Any, ...]]] = {
        "history_decay": (0.5, 0.6, 0.7, 0.8, 0.9),
        "smoothing": (1.0, 0.3, 3.0, 0.1, 10.0),
        "window": (10, 20, 40),
        "lag_power": (1.0, 0.7, 0.4, 0.0),
        "source_power": (0.0, 0.15, 0.3, 0.5),
        "target_power": (0.0, 0.1, 0.2),
        "backward": (0.0, 0.1, 0.3, 0.6),
        "owner_power": (0.0, 0.25, 0.5),
        "second_step": (0.0, 0.3),
    }
    draft: ClassVar[Mapping[str, Any]] = {}

    window: int = 20
    lag_power: float = 0.7
    lag_decay: float = 1.0
    backward: float = 0.1  # weight of i coming after j
    owner_power: float = 0.0  # an owner of n events counts n ** -owner_power
    source_power: float = 0.15
    target_power: float = 0.1
    smoothing: float = 1.0  # prior count of every item; 0: no logarithm
    second_step: float = 0.0  # weight of P @ P, the chance of two steps, against one
    neighbours: int = 500
    history_decay: float = 0.6
    last: int = 50

    def fit(self, data: Interactions, rng: np.random.Generator) -> ItemWeights:
        counts = lagged(data, self.window, self.lag_power, self.lag_decay, self.backward, self.owner_power)
        into, outof = sums(counts, 0), sums(counts, 1)
        used = max(float(np.count_nonzero(outof)), 1.0)
        mean = max(float(outof.sum()) / used, 1e-9)
        weights = scaled(counts, _relative(outof, mean, self.source_power), _relative(into, mean, self.target_power))
        if self.second_step:
            one = strongest(scaled(counts, np.asarray(1 / np.maximum(outof, 1e-9), np.float32)), STEPS)
            two = scaled(sp.csr_array(one @ one), outof)
            weights = without_diagonal(sp.csr_array(weights + np.float32(self.second_step) * two))
        if self.smoothing:
            weights.data = np.log1p(weights.data * np.float32(1 / self.smoothing))
        reading = Reading(self.history_decay, 0.0, self.last)
        return ItemWeights(data.items, strongest(weights, self.neighbours), reading)


STEPS = 30  # of the first of two steps, the likeliest from each item


def _relative(sums: F32, mean: float, power: float) -> F32 | None:
    """(N,) multipliers (sum / mean) ** -power, or None for power 0."""
    return np.asarray((np.maximum(sums, 1e-9) / mean) ** -power, np.float32) if power else None


plugin = Transitions
