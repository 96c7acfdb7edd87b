"""What sound adds to what words say: fast and loud music for a workout, slow and quiet music for the evening.

A sum with the weights that stand beside each activity. Tempo, energy and loudness count from -1 to 1, by how far they
lie from the middle of popular music; what sounds like the middle is moved by nothing.
"""

from __future__ import annotations

import numpy as np

from segue.core.types import F32, F64
from segue.signals.moods.activities import ACTIVITIES
from segue.signals.moods.suiting import NAMED

ASPECTS: dict[str, tuple[float, float]] = {"tempo": (115.0, 45.0), "energy": (0.5, 0.4), "loudness": (-14.0, 10.0)}
"""The middle of each, and how far from it it counts fully: beats a minute, 0 … 1, LUFS."""
SOUND = np.array([[a.sound.get(name, 0.0) for name in ASPECTS] for a in ACTIVITIES], np.float32)
"""(A, 3) what each aspect at its fullest adds to each activity."""


def sounding(said: F32, tempo: F64, energy: F64, loudness: F64, pulse: F64) -> F32:
    """(N, M) affinities in [0, 1] of N items that were heard, given (N, M) by what is said of them.

    The tempo counts by how regular the beat is, `pulse` from 0 to 1: that of music without one is chance. An aspect
    that is not a number adds nothing.
    """
    place = [
        (np.where(np.isfinite(v), v, middle) - middle) / width
        for v, (middle, width) in zip((tempo, energy, loudness), ASPECTS.values())
    ]
    far = np.clip(np.array(place, np.float32).T, -1, 1)
    far[:, 0] *= np.where(np.isfinite(pulse), pulse, 0)
    moved = far @ SOUND.T
    out = said.copy()
    out[:, NAMED:] = np.clip(said[:, NAMED:] + moved, 0, 1)
    return out
