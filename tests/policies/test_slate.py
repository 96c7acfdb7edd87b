"""Slates by hand: what is left out before a choice, and the product of the choices."""

from itertools import permutations

import numpy as np
import pytest

from segue.core.slates import Arms
from segue.policies import choose, probabilities
from segue.policies.greedy import Greedy
from segue.policies.plackett_luce import PlackettLuce

SCORES = np.log(np.array([4.0, 2.0, 1.0, 1.0])).astype(np.float32)


def test_plackett_luce_by_hand() -> None:
    policy = PlackettLuce(temperature=1.0, even=0.0)
    p = probabilities(policy, Arms.of("abcd", SCORES), (1, 0, 2), np.random.default_rng(0))
    assert p.tolist() == pytest.approx([2 / 8, 4 / 6, 1 / 2])


def test_all_slates_sum_to_one_with_and_without_groups() -> None:
    policy = PlackettLuce(temperature=0.7, even=0.1)
    for groups in ([0, 0, 0, 0], [1, 1, 2, 2], [1, 1, 1, 2]):
        arms = Arms.of("abcd", SCORES, groups=np.array(groups, np.int32))
        total = sum(
            probabilities(policy, arms, slate, np.random.default_rng(0)).prod() for slate in permutations(range(4), 3)
        )
        assert total == pytest.approx(1)


def test_slates_come_as_often_as_stated() -> None:
    policy, arms = (
        PlackettLuce(temperature=1.0, even=0.05),
        Arms.of("abc", SCORES[:3], groups=np.array([1, 1, 2], np.int32)),
    )
    rng, n = np.random.default_rng(0), 20_000
    counts: dict[tuple[int, ...], int] = {}
    weights = 0.0
    for _ in range(n):
        decision = choose(policy, arms, 2, rng)
        counts[decision.chosen] = counts.get(decision.chosen, 0) + 1
        weights += (1 / len(list(permutations(range(3), 2)))) / decision.propensity
    assert (0, 1) not in counts  # neighbours of a group
    stated = {s: probabilities(policy, arms, s, rng).prod() for s in permutations(range(3), 2)}
    chi = sum((counts.get(s, 0) - n * p) ** 2 / (n * p) for s, p in stated.items() if p > 0)
    assert chi < 23.5  # 99.99 % of 4 degrees - 1 for what cannot come
    # A policy that is even over all six slates has a third of its mass where the log cannot go.
    assert weights / n == pytest.approx(4 / 6, abs=0.02)


def test_greedy_takes_the_best_apart() -> None:
    arms = Arms.of("abcd", SCORES, groups=np.array([1, 1, 2, 2], np.int32))
    decision = choose(Greedy(), arms, 4, np.random.default_rng(0))
    assert decision.chosen == (0, 2, 1, 3)
    assert decision.propensities == (1.0,) * 4


def test_what_the_choices_above_add() -> None:
    def added(chosen):
        return np.array([0, 0, 0, 5.0 * len(chosen)], np.float32)

    assert choose(Greedy(), Arms.of("abcd", SCORES), 2, np.random.default_rng(0), added=added).chosen == (0, 3)
