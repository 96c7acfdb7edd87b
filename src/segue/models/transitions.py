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
from segue.models._sparse import empty, scaled, strongest


@dataclass(frozen=True, slots=True, kw_only=True)
class Transitions:
    """Counts C[i, j] of j coming d places after i, weighted lag_decay ** (d - 1) / d ** lag_power for d <= window.

    Counts come to weights in three ways, after rows and columns are divided by their sums to a power:
    `smoothing = 0` leaves them as they are, the rules of Ludewig and Jannach 2018 (Evaluation of session-based
    recommendation algorithms); `smoothing = s` gives log(1 + C / s), the log of a probability with a uniform
    Dirichlet prior of s for every item, summed over the history as in the chains of the RecSys 2026 study
    *Do Sequential Recommendation Benchmarks Really Require Higher-Order Sequence Modelling?*
    `window=1, last=1, smoothing=0` and nothing else is the first-order Markov chain.
    """

    needs_order: ClassVar[bool] = True
    axes: ClassVar[Mapping[str, tuple[Any, ...]]] = {
        "history_decay": (0.5, 0.6, 0.7, 0.8, 0.9),
        "smoothing": (1.0, 0.3, 3.0, 0.1, 10.0),
        "window": (5, 10, 20, 40),
        "lag_power": (1.0, 0.7, 0.4, 0.0),
        "source_power": (0.0, 0.15, 0.3),
        "target_power": (0.0, 0.1, 0.2),
        "backward": (0.0, 0.1, 0.3, 0.6),
        "second_step": (0.0, 0.1, 0.3),
        "owner_power": (0.0, 0.25, 0.5),
    }
    draft: ClassVar[Mapping[str, Any]] = {}

    window: int = 10
    lag_power: float = 1.0
    lag_decay: float = 1.0
    backward: float = 0.0  # weight of i coming after j
    owner_power: float = 0.0  # an owner of n events counts n ** -owner_power
    source_power: float = 0.0
    target_power: float = 0.0
    smoothing: float = 1.0  # prior count of every item; 0: no logarithm
    second_step: float = 0.0  # weight of P @ P, the chance of two steps, against one
    neighbours: int = 500
    history_decay: float = 0.6
    last: int = 50

    def fit(self, data: Interactions, rng: np.random.Generator) -> ItemWeights:
        counts = self.counts(data)
        into = np.asarray(counts.sum(axis=0), np.float32).ravel()
        outof = np.asarray(counts.sum(axis=1), np.float32).ravel()
        used = max(float(np.count_nonzero(outof)), 1.0)
        mean = max(float(outof.sum()) / used, 1e-9)
        weights = scaled(counts, _relative(outof, mean, self.source_power), _relative(into, mean, self.target_power))
        if self.second_step:
            one = strongest(scaled(counts, np.asarray(1 / np.maximum(outof, 1e-9), np.float32)), 100)
            two = scaled(sp.csr_array(one @ one), outof)
            weights = sp.csr_array(weights + np.float32(self.second_step) * two)
        weights.setdiag(0)
        weights.eliminate_zeros()
        if self.smoothing:
            weights.data = np.log1p(weights.data * np.float32(1 / self.smoothing))
        reading = Reading(self.history_decay, 0.0, self.last)
        return ItemWeights(data.items, strongest(weights, self.neighbours), reading)

    def counts(self, data: Interactions) -> sp.csr_array:
        """(N, N) float32 weighted counts, row: before, column: after."""
        n = len(data.items)
        owner = data.owner_rows()
        share = np.diff(data.indptr).clip(1).astype(np.float32) ** np.float32(-self.owner_power)
        total = empty(n)
        for lag in range(1, self.window + 1):
            same = np.flatnonzero(owner[lag:] == owner[:-lag])
            if len(same) == 0:
                break
            before, after = data.rows[same], data.rows[same + lag]
            value = share[owner[same]] * np.float32(self.lag_decay ** (lag - 1) / lag**self.lag_power)
            total = sp.csr_array(total + sp.csr_array((value, (before, after)), shape=(n, n)))
        return sp.csr_array(total + self.backward * sp.csr_array(total.T)) if self.backward else total


def _relative(sums: F32, mean: float, power: float) -> F32 | None:
    """(N,) multipliers (sum / mean) ** -power, or None for power 0."""
    return np.asarray((np.maximum(sums, 1e-9) / mean) ** -power, np.float32) if power else None


plugin = Transitions
