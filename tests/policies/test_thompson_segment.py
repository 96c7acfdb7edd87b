"""Counts by hand, and the frequencies against the probability that one Beta is above another."""

import math

import numpy as np
import pytest

from segue.core.slates import Arms, Lessons
from segue.policies.thompson_segment import ThompsonSegment

ALL, NOTHING = np.ones(2, bool), np.zeros(2, np.float32)


def lessons(arm: list[int], segment: list[int], reward: list[float], keys: tuple[int | str, ...] = ("a", 7)) -> Lessons:
    n = len(arm)
    return Lessons(
        keys, np.array(arm, np.int32), np.array(segment, np.int32), np.zeros((n, 0), np.float32), np.ones(n),
        np.array(reward, np.float32),
    )  # fmt: skip


def above(a: int, b: int, c: int, d: int) -> float:
    """P(Beta(a, b) > Beta(c, d)) for whole numbers, as a finite sum."""

    def beta(x: int, y: int) -> float:
        return math.lgamma(x) + math.lgamma(y) - math.lgamma(x + y)

    return sum(math.exp(beta(c + i, b + d) - math.log(b + i) - beta(1 + i, b) - beta(c, d)) for i in range(a))


def test_counts_by_hand() -> None:
    policy = ThompsonSegment().learn(lessons([0, 0, 1, 0], [2, 2, 2, 5], [1, 0, 0.25, 1]))
    arms = Arms.of(("a", 7, "new"), segment=2)
    a, b = policy.beliefs(arms)
    assert a.tolist() == pytest.approx([2, 1.25, 1])
    assert b.tolist() == pytest.approx([100, 99.75, 99])
    assert policy.beliefs(Arms.of(("a",), segment=4))[0].tolist() == [1]  # a segment that was never seen


def test_a_number_and_its_word_are_two_arms() -> None:
    policy = ThompsonSegment().learn(lessons([0, 1], [0, 0], [1, 0], keys=(7, "7")))
    again = ThompsonSegment().restored(policy.state())
    assert again.beliefs(Arms.of(("7", 7)))[0].tolist() == [1, 2]


def test_batches_add_up() -> None:
    one = ThompsonSegment().learn(lessons([0, 1, 0], [3, 1, 1], [1, 0, 1]))
    two = ThompsonSegment().learn(lessons([0], [3], [1])).learn(lessons([0, 1], [1, 1], [0, 1], keys=(7, "a")))
    for segment in (1, 3):
        arms = Arms.of(("a", 7), segment=segment)
        assert two.beliefs(arms)[0].tolist() == one.beliefs(arms)[0].tolist()


def test_scores_shift_the_prior_in_proportion() -> None:
    a, b = ThompsonSegment().beliefs(Arms.of("ab", np.array([math.log(2), -math.log(2)], np.float32)))
    assert a.tolist() == pytest.approx([2, 0.5])
    assert (a + b).tolist() == pytest.approx([100, 100])


def test_frequencies_are_the_beta_probability() -> None:
    arm, reward = [0] * 60 + [1] * 60, [1.0] * 4 + [0.0] * 56 + [1.0] * 2 + [0.0] * 58
    policy = ThompsonSegment(draws=20_000, even=0.0).learn(lessons(arm, [0] * 120, reward))
    exact = above(5, 155, 3, 157)
    p = policy.weigh(Arms.of(("a", 7)), np.random.default_rng(3))(ALL, NOTHING)[0]
    error = math.sqrt(exact * (1 - exact) / policy.draws)
    assert abs(p - exact) < 4 * error
    assert abs(p - above(4, 57, 2, 59)) > 4 * error  # control: the even prior Beta(0, 1)


def test_the_best_arm_of_a_segment_is_found() -> None:
    rng = np.random.default_rng(0)
    rates = np.array([[0.02, 0.1], [0.1, 0.02]])  # (segment, arm)
    policy = ThompsonSegment(even=0.0)
    for _ in range(20):
        segment = rng.integers(0, 2, 300)
        arms = [policy.weigh(Arms.of(("a", 7), segment=s), rng) for s in (0, 1)]
        p = np.array([chances(ALL, NOTHING) for chances in arms])[segment, 1]
        arm = (rng.random(300) < p).astype(int)
        reward = (rng.random(300) < rates[segment, arm]).astype(float)
        policy = policy.learn(lessons(arm.tolist(), segment.tolist(), reward.tolist()))
    for s in (0, 1):
        assert policy.weigh(Arms.of(("a", 7), segment=s), rng)(ALL, NOTHING).argmax() == 1 - s
