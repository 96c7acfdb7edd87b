"""By hand: proportional to exp(value / temperature), values being exp(score)."""

import numpy as np
import pytest

from segue.core.slates import Arms
from segue.policies.boltzmann import Boltzmann

VALUES = np.array([0.3, 0.2, 0.1])
ALL, NOTHING = np.ones(3, bool), np.zeros(3, np.float32)


def test_by_hand() -> None:
    arms = Arms.of("abc", np.log(VALUES).astype(np.float32))
    p = Boltzmann(temperature=0.1, even=0.0).weigh(arms, np.random.default_rng(0))(ALL, NOTHING)
    exact = np.exp([3, 2, 1]) / np.exp([3, 2, 1]).sum()
    assert p.tolist() == pytest.approx(exact.tolist(), rel=1e-5)


def test_what_is_added_multiplies_the_value() -> None:
    arms = Arms.of("abc", np.log(VALUES).astype(np.float32))
    more = np.array([0, np.log(2), 0], np.float32)
    p = Boltzmann(temperature=0.1, even=0.0).weigh(arms, np.random.default_rng(0))(ALL, more)
    assert p[1] / p[0] == pytest.approx(np.e, rel=1e-5)  # .4 against .3


def test_a_huge_score_is_no_overflow() -> None:
    arms = Arms.of("abc", np.array([900, 0, -900], np.float32))
    p = Boltzmann(even=0.0).weigh(arms, np.random.default_rng(0))(ALL, NOTHING)
    assert p.tolist() == [1, 0, 0]
