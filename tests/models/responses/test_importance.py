"""Importance weights: clipped, normalised, and what they repair."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from segue.core.errors import InputError
from segue.models.responses import importance


@given(arrays(np.float64, st.integers(1, 50), elements=st.floats(1e-6, 1)), st.floats(1, 100))
def test_they_count_the_rows_they_tell_of(propensity: np.ndarray, clip: float) -> None:
    weight = importance(propensity, clip=clip).astype(np.float64)
    assert weight.sum() == pytest.approx(weight.sum() ** 2 / (weight @ weight), rel=1e-4)
    assert 1 - 1e-4 <= weight.sum() <= len(weight) * (1 + 1e-4)
    assert weight.min() > 0
    order = np.argsort(propensity)
    assert (np.diff(weight[order]) <= 1e-6).all(), "the likelier, the lighter"


def test_by_hand() -> None:
    np.testing.assert_allclose(importance([0.5, 0.25, 0.25]), np.array([2, 4, 4]) * 10 / 36)
    np.testing.assert_allclose(importance([0.5, 0.25], target=[0.5, 0.25]), [1, 1])
    heavy = importance([1e-6] + [1.0] * 99, clip=10)  # a ratio of almost 100 times the mean becomes 10
    assert heavy[0] / heavy.mean() > 5
    assert importance([]).shape == (0,)


def test_the_mean_of_a_biased_log_comes_back() -> None:
    """Arms are worth .1, .5 and .9, and the first is shown most; weighted, their mean is .5 again."""
    rng = np.random.default_rng(0)
    chance, worth = np.array([0.7, 0.2, 0.1]), np.array([0.1, 0.5, 0.9])
    arm = rng.choice(3, 20_000, p=chance)
    reward = rng.random(20_000) < worth[arm]
    assert abs(np.average(reward, weights=importance(chance[arm])) - 0.5) < 0.02
    assert abs(reward.mean() - 0.5) > 0.2, "the control: as it was logged"


@pytest.mark.parametrize("bad", [0.0, -0.1, 1.1, np.nan])
def test_what_is_no_propensity_is_refused(bad: float) -> None:
    with pytest.raises(InputError, match="propensity"):
        importance([0.5, bad])
