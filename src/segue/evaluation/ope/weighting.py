"""One choice a page, judged by weighting what was logged: weight = P(choice | target) / P(choice | logging policy).

Horvitz & Thompson (1952); clipped: Strehl et al. (2010); self-normalized: Swaminathan & Joachims (2015).
All arrays are (P,) float64.
"""

from __future__ import annotations

import numpy as np

from segue.core.types import F64
from segue.evaluation.ope.terms import Terms, mean_of


def ips(reward: F64, weight: F64) -> Terms:
    """Unbiased wherever the log supports the target."""
    return mean_of(weight * reward)


def clipped_ips(reward: F64, weight: F64, clip: float) -> Terms:
    """No weight above `clip`: less variance, and a value too low by what was cut off (for rewards of 0 and more)."""
    return mean_of(np.minimum(weight, clip) * reward)


def snips(reward: F64, weight: F64) -> Terms:
    """A weighted mean: never outside the rewards seen, and moved along when all rewards move."""
    return Terms((weight * reward)[:, None], weight[:, None])
