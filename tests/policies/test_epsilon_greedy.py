"""By hand: the best has what is left of the even share."""

import numpy as np
import pytest

from segue.core.slates import Arms
from segue.policies import choose
from segue.policies.epsilon_greedy import EpsilonGreedy


def test_by_hand() -> None:
    chances = EpsilonGreedy(epsilon=0.2).weigh(
        Arms.of("abcd", np.array([0, 3, 1, 2], np.float32)), np.random.default_rng(0)
    )
    nothing = np.zeros(4, np.float32)
    assert chances(np.ones(4, bool), nothing).tolist() == pytest.approx([0.05, 0.85, 0.05, 0.05])
    left = np.array([True, False, True, True])
    assert chances(left, nothing).tolist() == pytest.approx([0.2 / 3, 0, 0.2 / 3, 0.8 + 0.2 / 3])


def test_without_exploring_it_is_greedy() -> None:
    decision = choose(
        EpsilonGreedy(epsilon=0.0), Arms.of("abc", np.array([1, 3, 2], np.float32)), 3, np.random.default_rng(0)
    )
    assert decision.chosen == (1, 2, 0)
    assert decision.propensities == (1.0, 1.0, 1.0)
