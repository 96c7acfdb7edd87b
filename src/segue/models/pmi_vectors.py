"""Items as vectors: the taste space, from what stands near what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import scipy.sparse as sp

from segue.core.types import Interactions
from segue.fitted._reading import Reading
from segue.fitted.paired_vectors import PairedVectors
from segue.models._pmi import factors, ppmi, together

ROUNDS = 3  # of the power iteration
REQUEST_BYTES = 32_000_000  # of target vectors a request may read: a few ms


@dataclass(frozen=True, slots=True, kw_only=True)
class PmiVectors:
    """Truncated SVD of positive pointwise mutual information, targets smoothed to a power.

    Levy and Goldberg 2014 (Neural word embedding as implicit matrix factorization) with their later advice (2015):
    this is word2vec on histories without its sampling. The SVD is the randomized one of Halko et al. 2011. Where the
    data has an order, pairs count by their distance, as in transitions; otherwise all pairs of a history count alike.
    A request reads all target vectors, so that from 31,000 items on there are fewer dimensions (133 at 60,000).
    """

    needs_order: ClassVar[bool] = False
    axes: ClassVar[Mapping[str, tuple[Any, ...]]] = {
        "history_decay": (0.8, 0.7, 0.9, 0.95, 1.0),
        "backward": (0.3, 0.1, 1.0),
        "window": (20, 10, 40),
        "lag_power": (0.5, 0.8, 0.2),
        "target_smoothing": (0.75, 0.5, 1.0),
        "spectrum_power": (1.0, 0.5),
    }
    draft: ClassVar[Mapping[str, Any]] = {"dimensions": 64}

    dimensions: int = 256
    window: int = 20
    lag_power: float = 0.5
    backward: float = 0.3
    target_smoothing: float = 0.75  # power of the counts of the item recommended
    spectrum_power: float = 1.0  # of the singular values
    history_decay: float = 0.8
    last: int = 50

    def fit(self, data: Interactions, rng: np.random.Generator) -> PairedVectors:
        n = len(data.items)
        d = min(self.dimensions, n, max(32, REQUEST_BYTES // (4 * max(n, 1))))
        left, values, right = factors(self.pmi(data), d, rng, ROUNDS)
        reading = Reading(self.history_decay if data.ordered else 1.0, 0.0, self.last)
        source = np.asarray(left * values**self.spectrum_power, np.float32)
        return PairedVectors(data.items, source, np.asarray(right, np.float32), reading)

    def pmi(self, data: Interactions) -> sp.csr_array:
        """(N, N) float32 max(0, log(C[i, j] / (row share * smoothed column share * total)))."""
        return ppmi(together(data, self.window, self.lag_power, self.backward), self.target_smoothing)


plugin = PmiVectors
