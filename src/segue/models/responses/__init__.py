"""Response models: what a card leads to, from its features. Recipes here, what they fit is in `segue.fitted.responses`.

All take rows with importance weights, so that they learn of what could have been shown and not of what a policy liked
to show, and all are calibrated on rows that they were not fitted to.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from segue.core.registry import Registry
from segue.core.types import F32
from segue.fitted.responses import Response
from segue.models.responses._importance import importance

__all__ = ["RESPONSES", "ResponseRecipe", "importance"]


class ResponseRecipe(Protocol):
    """Hyper-parameters as a frozen dataclass."""

    def fit(
        self, features: F32, label: F32, weight: F32, rng: np.random.Generator, names: Sequence[str] | None = None
    ) -> Response:
        """From features (n, D), labels in [0, 1] and weights >= 0 (n,); `names` (D,) default to x0, x1, …"""
        ...


RESPONSES = Registry[type[ResponseRecipe]]("segue.models.responses", "response model")
