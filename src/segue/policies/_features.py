"""What policies that learn by themselves see of an arm."""

from __future__ import annotations

import numpy as np

from segue.core.types import F32, F64


def with_one(features: F32) -> F64:
    """(N, 1 + D): a constant before the features."""
    return np.concatenate([np.ones((len(features), 1)), features], axis=1)
