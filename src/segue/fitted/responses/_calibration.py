"""From a model's own logit to a probability that may be counted on: beta calibration (Kull et al., 2017)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from segue.core.types import F32

LEAST = 1e-6  # no probability is nearer to 0 or 1


class Beta(NamedTuple):
    """logit q = a ln p - b ln(1 - p) + c with a, b >= 0: rising, without ties, and 1, 1, 0 changes nothing."""

    a: float = 1.0
    b: float = 1.0
    c: float = 0.0

    def __call__(self, logit: F32) -> F32:
        """(N,) probability from (N,) logits."""
        low = np.logaddexp(0, -logit)  # -ln p
        raised = self.b * (low + logit) - self.a * low + self.c
        chance = 1 / (1 + np.exp(-np.clip(raised, -30, 30)))
        return np.clip(chance, LEAST, 1 - LEAST).astype(np.float32)
