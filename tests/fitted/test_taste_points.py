"""Scores by points, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from segue.core.types import F32, Queries
from segue.fitted._reading import Reading
from segue.fitted.taste_points import SHARPNESS, TastePoints

VECTORS = np.array([[1, 0, 0], [0, 1, 0], [0.6, 0.8, 0], [0, 0, 1], [0, 0, 0]], np.float32)
PRIOR = np.array([0, 1, 2, 3, 4], np.float32)


def scores(most_tastes: int, history: list[int], weight: float = 0.5) -> F32:
    model = TastePoints(np.arange(1, 6, dtype=np.int32), VECTORS, PRIOR, weight, most_tastes, Reading())
    out: F32 = model.score(Queries.of(np.array([0, len(history)]), np.array(history, np.int32)))[0]
    return out


def test_one_taste_is_the_cosine_and_the_prior() -> None:
    middle = np.array([1, 1, 0]) / np.sqrt(2)
    np.testing.assert_allclose(scores(1, [1, 2]), VECTORS @ middle + PRIOR / 2, rtol=1e-5)
    np.testing.assert_allclose(scores(8, [3]), scores(1, [3]), rtol=1e-5)


def test_two_tastes_are_met_where_their_mean_is_not() -> None:
    got = scores(8, [1, 4], weight=0)
    half = np.log((np.exp(SHARPNESS) + 1) / 2) / SHARPNESS
    np.testing.assert_allclose(got[[0, 3]], half, rtol=1e-5)
    assert half > 0.9
    assert got[0] > scores(1, [1, 4], weight=0)[0] + 0.2
    assert got[1] == pytest.approx(0, abs=1e-5)


def test_nothing_known_gets_the_prior_alone() -> None:
    for most in (1, 8):
        for history in ([], [5], [77]):
            np.testing.assert_allclose(scores(most, history), PRIOR / 2, atol=1e-6)
