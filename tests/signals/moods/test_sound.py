"""Sound moves activities by stated weights, and nothing else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.signals.moods import MOODS, NAMES, sounding

SLOW, MIDDLE, FAST = (60.0, 0.05, -30.0, 1.0), (115.0, 0.5, -14.0, 1.0), (175.0, 0.95, -6.0, 1.0)
Sound = tuple[float, float, float, float]


def heard(sound: Sound, said: float = 0.4) -> dict[str, float]:
    before = np.full((1, len(NAMES)), said, np.float32)
    return dict(zip(NAMES, sounding(before, *(np.array([v]) for v in sound))[0].tolist()))


def test_fast_and_loud_is_for_a_workout_slow_and_quiet_for_the_evening():
    fast, middle, slow = heard(FAST), heard(MIDDLE), heard(SLOW)
    assert middle == pytest.approx(dict.fromkeys(NAMES, 0.4))
    assert fast["workout"] == 1 > middle["workout"] > slow["workout"] == 0
    for quiet in ("wind-down", "sleep", "meditation", "focus"):
        assert fast[quiet] < middle[quiet] < slow[quiet]
    assert [fast[m.name] for m in MOODS] == [slow[m.name] for m in MOODS], "moods stay as they are said"
    assert fast["workout"] > fast["commute"] > middle["commute"]


def test_what_cannot_be_measured_adds_nothing():
    assert heard((np.nan, np.nan, np.nan, np.nan)) == heard(MIDDLE)
    assert heard((np.inf, 0.5, -np.inf, 1.0)) == heard(MIDDLE), "silence has no loudness"


def test_a_tempo_without_a_beat_says_nothing():
    fast, middle = (175.0, 0.5, -14.0), heard(MIDDLE)
    assert heard((*fast, 0.0)) == middle
    assert middle["workout"] < heard((*fast, 0.3))["workout"] < heard((*fast, 0.9))["workout"]


@given(st.tuples(st.floats(0, 400), st.floats(0, 1), st.floats(-90, 3), st.floats(0, 1)), st.floats(0, 1))
def test_it_stays_in_range(sound, said):
    assert all(0 <= v <= 1 for v in heard(sound, said).values())
