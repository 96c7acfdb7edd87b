"""What music suits by its moods: a sum with stated weights, so that everybody can see why."""

from __future__ import annotations

import numpy as np

from segue.core.types import F32
from segue.signals.moods.activities import ACTIVITIES, Activity
from segue.signals.moods.moods import MOODS, Mood

VOCABULARY: tuple[Mood | Activity, ...] = (*MOODS, *ACTIVITIES)
NAMES = tuple(kind.name for kind in VOCABULARY)
"""The columns of everything that tells of moods, in this order."""
WEIGHTS = np.array([[a.moods.get(m.name, 0.0) for m in MOODS] for a in ACTIVITIES], np.float32)
"""(A, 16) how far each mood speaks for each activity, or against it."""
NAMED = len(MOODS)


def suiting(said: F32) -> F32:
    """(N, M) affinities in [0, 1] with each activity at least as strong as its moods make it, given (N, M) so far.

    What was named for an activity itself stays, whatever its moods.
    """
    moods = said[:, :NAMED]
    out = said.copy()
    out[:, NAMED:] = np.maximum(said[:, NAMED:], np.clip(moods @ WEIGHTS.T, 0, 1))
    return out
