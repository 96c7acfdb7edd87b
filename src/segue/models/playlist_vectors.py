"""Tracks, artists and albums as points of one space, learned from what stands together in playlists and sessions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import scipy.sparse as sp

from segue.core.types import F32, Attributes, Interactions
from segue.fitted._reading import Reading
from segue.fitted.taste_points import TastePoints
from segue.models._compose import unit_rows
from segue.models._pairs import without_diagonal
from segue.models._pmi import factors, ppmi, together
from segue.models._skipgram import SkipGram
from segue.models._traits import compact, holding

DAY_MS = 86_400_000
ROUNDS = 2  # of the power iteration
FAINT = 0.01  # events of an item that nobody takes any more


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistVectors:
    """An item's point is the sum of a vector of its own, of its artists' and of its album's, all learned together.

    Two ways to learn them: `ppmi` factorizes the shifted positive PMI of the parts' co-occurrence, each part standing
    wherever an item that holds it stands; `sgns` is skip-gram with negative sampling on the same parts. Side
    information of this sort is that of Vasile et al. 2016 (Meta-Prod2Vec) and Wang et al. 2018 (EGES); powers of the
    negatives' popularity of 0 and below are worth trying (Caselles-Dupré et al. 2018: Word2vec applied to
    recommendation: hyperparameters matter). What is taken of late is put back as a prior with a half-life.
    """

    needs_order: ClassVar[bool] = False
    axes: ClassVar[Mapping[str, tuple[Any, ...]]] = {
        "prior_weight": (0.1, 0.15, 0.05),
        "half_life_days": (7.0, 14.0, 30.0),
        "method": ("ppmi", "sgns"),
        "exponent": (0.75, 0.5, 0.0, -0.5),
        "history_decay": (0.95, 0.9, 0.98, 1.0),
        "most_tastes": (1, 8),
        "window": (20, 40, 10),
        "parts": (1.0, 2.0, 0.5, 0.0),
        "shift": (0.0, 1.0),
    }
    draft: ClassVar[Mapping[str, Any]] = {}
    most_trials: ClassVar[int] = 16  # a fit costs some seconds

    method: str = "ppmi"  # or "sgns"
    dimensions: int = 64
    window: int = 20
    lag_power: float = 0.5  # of a pair's distance, for ppmi; sgns counts by 1 - distance / window
    exponent: float = 0.75  # of the counts of the item recommended (ppmi) or drawn as a negative (sgns)
    shift: float = 0.0  # of the PMI
    parts: float = 1.0  # weight of artists and albums beside the item's own vector; 0: none
    subsampling: float = 0.0  # of sgns
    epochs: int = 20  # of sgns
    rate: float = 0.2  # of sgns
    prior_weight: float = 0.1
    half_life_days: float = 7.0  # of the prior; 0: all taking counts alike; needs times
    history_decay: float = 0.95
    most_tastes: int = 1
    last: int = 200

    @classmethod
    def suits(cls, data: Interactions) -> bool:
        """Where the catalogue knows artists or albums; without them `pmi-vectors` says the same."""
        return bool(data.attributes.artists.nnz or (data.attributes.album > 0).any())

    def fit(self, data: Interactions, rng: np.random.Generator) -> TastePoints:
        reading = Reading(self.history_decay if data.ordered else 1.0, 0.0, self.last)
        return TastePoints(
            data.items, self.vectors(data, rng), self.prior(data), self.prior_weight, self.most_tastes, reading
        )

    def vectors(self, data: Interactions, rng: np.random.Generator) -> F32:
        """(N, D) float32 of length 1; zeros for items without any company."""
        n = len(data.items)
        made = parts_of(data.attributes, n, self.parts)
        if self.method == "sgns":
            learner = SkipGram(
                dimensions=min(self.dimensions, max(n, 1)), window=self.window, exponent=self.exponent,
                subsampling=self.subsampling, epochs=self.epochs, rate=self.rate,
            )  # fmt: skip
            learned, _ = learner.fit(data, made, rng)
        else:
            pairs = together(data, self.window, self.lag_power, backward=1.0)
            pairs = without_diagonal(sp.csr_array(made.T @ pairs @ made)) if made.shape[1] > n else pairs
            d = min(self.dimensions, made.shape[1])
            left, values, _ = factors(ppmi(pairs, self.exponent, self.shift), d, rng, ROUNDS)
            learned = np.asarray(left * np.sqrt(values), np.float32)
        known = np.zeros(n, np.float32)
        known[data.rows] = 1
        known = known if not self.parts else np.ones(n, np.float32)
        return unit_rows(np.asarray(made @ learned, np.float32) * known[:, None])

    def prior(self, data: Interactions) -> F32:
        """(N,) log of how often each item is taken of late."""
        fresh = None
        if data.timed and self.half_life_days:
            fresh = np.exp2((data.at - data.at.max(initial=0)) / (DAY_MS * self.half_life_days))
        return np.log1p(np.bincount(data.rows, fresh, len(data.items)) / FAINT).astype(np.float32)


def parts_of(attributes: Attributes, n: int, weight: float = 1.0) -> sp.csr_array:
    """(N, F) float32: what an item is the sum of, itself first and then the artists and albums of two items or more.

    An artist of one track would only be that track once more.
    """
    own = sp.eye_array(n, dtype=np.float32, format="csr")
    if not weight:
        return sp.csr_array(own)
    shared = sp.csr_array(sp.hstack([compact(attributes.artists), holding(attributes.album)], format="csr"))
    shared = sp.csr_array(shared[:, np.bincount(shared.indices, minlength=shared.shape[1]) > 1])
    return sp.csr_array(sp.hstack([own, shared * np.float32(weight)], format="csr"))


plugin = PlaylistVectors
