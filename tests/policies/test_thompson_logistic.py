"""The posterior against one worked out on a grid, and the frequencies against the normal probability they stand for."""

import math

import numpy as np
import pytest

from segue.core.slates import Arms, Lessons
from segue.policies.thompson_logistic import ThompsonLogistic

ALL, NOTHING = np.ones(2, bool), np.zeros(2, np.float32)


def lessons(features: np.ndarray, reward: np.ndarray) -> Lessons:
    n = len(reward)
    zeros = np.zeros(n, np.int32)
    return Lessons(("a",), zeros, zeros, features.astype(np.float32), np.ones(n), reward.astype(np.float32))


def test_posterior_equals_the_grid() -> None:
    """One feature that is always 0 leaves the intercept alone: its posterior is one-dimensional."""
    policy = ThompsonLogistic(bias=-1.0, spread=1.0).learn(lessons(np.zeros((40, 1)), np.arange(40) < 10))
    grid = np.linspace(-6, 4, 20_001)
    log = -((grid + 1) ** 2) / 2 + 10 * grid - 40 * np.logaddexp(0, grid)
    mode = grid[log.argmax()]
    assert policy.mean[0] == pytest.approx(mode, abs=1e-3)
    p = 1 / (1 + math.exp(-mode))
    assert policy.precision[0, 0] == pytest.approx(1 + 40 * p * (1 - p), rel=1e-3)
    assert policy.mean[1] == 0
    weights = np.exp(log - log.max())
    exact = (weights * grid).sum() / weights.sum()
    assert policy.mean[0] == pytest.approx(exact, abs=0.1)  # Laplace takes the mode for the mean


def test_frequencies_are_the_normal_probability() -> None:
    """Two arms that differ in one weight: P(best) = Φ(mean / sd) of z·θ's difference, within 4 standard errors."""
    rng = np.random.default_rng(1)
    x = rng.normal(0, 1, (300, 1))
    policy = ThompsonLogistic(draws=20_000, even=0.0).learn(
        lessons(x, rng.random(300) < 1 / (1 + np.exp(3 - 0.3 * x[:, 0])))
    )
    arms = Arms.of("ab", features=np.array([[0.5], [-0.5]], np.float32))
    sd = math.sqrt(np.linalg.inv(policy.precision)[1, 1])
    exact = (1 + math.erf(policy.mean[1] / sd / math.sqrt(2))) / 2
    p = policy.weigh(arms, rng)(ALL, NOTHING)[0]
    error = math.sqrt(exact * (1 - exact) / policy.draws)
    assert 0.05 < exact < 0.98
    assert abs(p - exact) < 4 * error
    wrong = (1 + math.erf(policy.mean[1] / (2 * sd) / math.sqrt(2))) / 2  # control: twice the deviation
    assert abs(p - wrong) > 4 * error


def test_the_best_arm_is_found() -> None:
    rng = np.random.default_rng(2)
    features = np.repeat(np.eye(3), 400, axis=0)
    reward = rng.random(1200) < np.repeat([0.05, 0.3, 0.1], 400)
    policy = ThompsonLogistic(even=0.0, spread=2.0).learn(lessons(features, reward))
    p = policy.weigh(Arms.of("abc", features=np.eye(3, dtype=np.float32)), rng)(
        np.ones(3, bool), np.zeros(3, np.float32)
    )
    assert p[1] > 0.99


def test_a_far_prior_does_not_diverge() -> None:
    policy = ThompsonLogistic(bias=-30.0, spread=100.0).learn(lessons(np.full((50, 1), 9.0), np.ones(50)))
    assert np.isfinite(policy.mean).all()
    assert policy.mean[0] + 9 * policy.mean[1] > 3


def test_until_taught_the_scores_decide() -> None:
    scores = np.array([-1, 5], np.float32)
    p = ThompsonLogistic(even=0.0).weigh(Arms.of("ab", scores), np.random.default_rng(0))(ALL, NOTHING)
    assert p[1] == 1
