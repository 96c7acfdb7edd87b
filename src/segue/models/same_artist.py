"""The artists of a history: more of what they made, features counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from segue.core.types import Interactions
from segue.fitted.shared_traits import SharedTraits
from segue.models._traits import compact


@dataclass(frozen=True, slots=True, kw_only=True)
class SameArtist:
    """Scores an item by how often its artists stand in the history. Learns nothing from owners."""

    needs_order: ClassVar[bool] = False
    axes: ClassVar[Mapping[str, tuple[Any, ...]]] = {
        "saturation": (0.5, 1.0, 0.25),
        "half_life_days": (0.0, 365.0, 90.0, 30.0),
    }
    draft: ClassVar[Mapping[str, Any]] = {}

    saturation: float = 0.5
    half_life_days: float = 0.0  # 0: what was taken long ago counts like new; needs times

    @classmethod
    def suits(cls, data: Interactions) -> bool:
        """Where the catalogue says so much."""
        return bool(data.attributes.artists.nnz > 0)

    def fit(self, data: Interactions, rng: np.random.Generator) -> SharedTraits:
        half_life = self.half_life_days if data.timed else 0.0
        return SharedTraits(data.items, compact(data.attributes.artists), self.saturation, half_life)


plugin = SameArtist
