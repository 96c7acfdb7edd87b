"""Weights that make a biased log count as if another policy had written it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from segue.core.errors import InputError
from segue.core.types import F32

CLIP = 10.0  # times the mean weight


def importance(propensity: ArrayLike, target: ArrayLike = 1.0, clip: float = CLIP) -> F32:
    """(n,) target / propensity, clipped, and scaled so that all together count as many rows as they tell of.

    `target` is the probability of the same choice under the policy that is to be learned for, up to a constant: 1 / A
    where it should be as if each of A arms had been shown equally often. Ratios above `clip` times the mean are cut (a
    little bias for much less variance). The sum is the effective number of rows, (Σw)² / Σw² (Kish, 1965): n where all
    are alike, and less the more a few rows stand for; so a model's penalty weighs against what is really known.
    """
    given = np.asarray(propensity, np.float64)
    if given.size and not (np.all(given > 0) and np.all(given <= 1)):
        raise InputError(f"a propensity lies in (0, 1]; these lie in [{given.min():.3g}, {given.max():.3g}]")
    ratio = np.broadcast_to(np.asarray(target, np.float64), given.shape) / given
    if not ratio.size or not ratio.any():
        return ratio.astype(np.float32)
    ratio = np.minimum(ratio / ratio.mean(), clip)
    return np.asarray(ratio * (ratio.sum() / (ratio @ ratio)), np.float32)
