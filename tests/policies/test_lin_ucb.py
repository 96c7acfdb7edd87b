"""A, b and the bound by hand; lessons in two batches are lessons in one; the best arm is found."""

import numpy as np
import pytest

from segue.core.slates import Arms, Lessons
from segue.policies import choose
from segue.policies.lin_ucb import LinUCB


def lessons(features: list[list[float]], reward: list[float]) -> Lessons:
    n = len(reward)
    zeros = np.zeros(n, np.int32)
    return Lessons(("a",), zeros, zeros, np.array(features, np.float32), np.ones(n), np.array(reward, np.float32))


def test_by_hand() -> None:
    """z = (1, 2) with reward 1 and (1, 0) with reward 0, ridge 1: A = [[3, 2], [2, 5]], b = (1, 2), |A| = 11."""
    policy = LinUCB(width=2.0).learn(lessons([[2], [0]], [1, 0]))
    assert policy.a.tolist() == [[3, 2], [2, 5]]
    assert policy.b.tolist() == [1, 2]
    arms = Arms.of("a", features=np.array([[1]], np.float32))
    # θ = (5·1 - 2·2, -2·1 + 3·2) / 11 = (1, 4) / 11; zᵀ A⁻¹ z for z = (1, 1) is (5 - 4 + 3) / 11.
    assert policy.bounds(arms).tolist() == pytest.approx([5 / 11 + 2 * np.sqrt(4 / 11)])


def test_two_batches_are_one() -> None:
    rng = np.random.default_rng(0)
    features, reward = rng.normal(0, 1, (40, 3)), rng.random(40)
    one = LinUCB().learn(lessons(features.tolist(), reward.tolist()))
    two = LinUCB().learn(lessons(features[:15].tolist(), reward[:15].tolist()))
    two = two.learn(lessons(features[15:].tolist(), reward[15:].tolist()))
    assert two.a == pytest.approx(one.a)
    assert two.b == pytest.approx(one.b)


def test_what_is_known_less_is_bounded_higher() -> None:
    policy = LinUCB(width=1.0, even=0.0).learn(lessons([[1.0, 0]] * 50 + [[0.0, 1]] * 2, [0.2] * 52))
    arms = Arms.of("ab", features=np.eye(2, dtype=np.float32))
    assert choose(policy, arms, 1, np.random.default_rng(0)).chosen == (1,)
    sure = LinUCB(width=0.0, even=0.0).learn(lessons([[1.0, 0]] * 50 + [[0.0, 1]] * 2, [0.3] * 50 + [0.0] * 2))
    assert choose(sure, arms, 1, np.random.default_rng(0)).chosen == (0,)  # control: without the bound it stays


def test_untaught_or_without_features_the_scores_decide() -> None:
    scores = np.array([0, 2, 1], np.float32)
    assert choose(LinUCB(even=0.0), Arms.of("abc", scores), 3, np.random.default_rng(0)).chosen == (1, 2, 0)
    taught = LinUCB(even=0.0).learn(lessons([[1.0]] * 3, [1, 0, 1]))
    assert choose(taught, Arms.of("abc", scores), 3, np.random.default_rng(0)).chosen == (1, 2, 0)
