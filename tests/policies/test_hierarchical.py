"""Partial pooling against what is known exactly: one arm alone is a plain logistic regression, many lend each other."""

import numpy as np
import pytest

from segue.core.slates import Arms, Lessons
from segue.policies._logistic import laplace
from segue.policies.hierarchical import Hierarchical, Prior


def lessons(arm: np.ndarray, segment: np.ndarray, reward: np.ndarray, features: np.ndarray | None = None) -> Lessons:
    n = len(arm)
    return Lessons(
        tuple(range(int(arm.max()) + 1)), arm.astype(np.int32), segment.astype(np.int32),
        (np.zeros((n, 0)) if features is None else features).astype(np.float32), np.ones(n), reward.astype(np.float32),
    )  # fmt: skip


def believed(policy: Hierarchical, arm: int, segment: int) -> tuple[float, float]:
    """Mean and deviation of the logit."""
    known = policy.learned
    assert known is not None
    z = known.design(np.zeros((1, len(known.scale)), np.float32), np.array([segment]))[0]
    means, covariances = known.believed((arm,))
    return float(z @ means[0]), float(np.sqrt(z @ covariances[0] @ z))


def test_the_prior_by_hand() -> None:
    """One arm in one dimension: precision 1/4 + 2, mean (3/4 + 5) / (9/4)."""
    means, covariances = Prior(np.array([3.0]), np.array([[4.0]])).under(np.array([[5.0]]), np.array([[[2.0]]]))
    assert covariances[0, 0, 0] == pytest.approx(4 / 9)
    assert means[0, 0] == pytest.approx((3 / 4 + 5) * 4 / 9)


def test_with_a_fixed_prior_an_arm_is_a_logistic_regression() -> None:
    rng = np.random.default_rng(0)
    n = 200
    features = rng.normal(0, 1, (n, 2))
    told = lessons(np.repeat([0, 1], n // 2), np.zeros(n), rng.random(n) < 0.3, features)
    known = Hierarchical(steps=0).learn(told).learned
    assert known is not None
    for arm in (0, 1):
        own = told.arm == arm
        z = known.design(told.features[own], told.segment[own])
        mean, precision = laplace(
            z, told.reward[own], known.prior.mean, np.linalg.inv(known.prior.covariance).astype(float)
        )
        assert known.means[arm] == pytest.approx(mean, abs=1e-4)
        assert known.covariances[arm] == pytest.approx(np.linalg.inv(precision), abs=1e-4)


def world(arms: int, segments: int, n: int, seed: int = 1) -> tuple[np.ndarray, Lessons]:
    """Logits (S, A) whose arms differ by 1 and whose segments, within an arm, by .3; n lessons of each."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(-2.5, 1.0, arms) + rng.normal(0, 0.3, (segments, arms))
    segment, arm = (m.ravel() for m in np.meshgrid(np.arange(segments), np.arange(arms), indexing="ij"))
    segment, arm = np.repeat(segment, n), np.repeat(arm, n)
    return logits, lessons(arm, segment, rng.random(len(arm)) < 1 / (1 + np.exp(-logits[segment, arm])))


def test_the_distribution_of_arms_is_learned() -> None:
    _, told = world(200, 4, 100)
    known = Hierarchical(steps=30).learn(told).learned
    assert known is not None
    z = known.design(np.zeros((4, 0), np.float32), np.arange(4))
    assert (z @ known.prior.mean) == pytest.approx(np.full(4, -2.5), abs=0.2)
    between = z @ known.prior.covariance @ z.T
    assert np.diag(between) == pytest.approx(np.full(4, 1.09), abs=0.3)
    assert (np.diag(between) - between[0, 1])[0] == pytest.approx(0.09, abs=0.06)


def test_it_is_nearer_the_truth_than_an_arm_by_itself() -> None:
    logits, told = world(60, 5, 20)
    policy = Hierarchical().learn(told)
    pooled = np.array([[believed(policy, a, s)[0] for a in range(60)] for s in range(5)])
    alone = np.zeros_like(logits)
    for s in range(5):
        for a in range(60):
            rate = told.reward[(told.segment == s) & (told.arm == a)]
            p = (1 + rate.sum()) / (12 + len(rate))  # about the mean rate, as heavy as 12 lessons
            alone[s, a] = np.log(p / (1 - p))

    def error(guess: np.ndarray) -> float:
        return float(np.square(guess - logits).mean())

    assert error(pooled) < 0.6 * error(alone)


def test_an_arm_is_known_in_a_segment_that_never_saw_it() -> None:
    _, told = world(60, 4, 100)
    there = ~((told.arm == 7) & (told.segment == 3))
    kept = lessons(told.arm[there], told.segment[there], told.reward[there])
    policy = Hierarchical().learn(kept)
    stranger = believed(policy, 10_000, 3)
    for segment in (0, 3):
        assert believed(policy, 7, segment)[1] < stranger[1]
    assert believed(policy, 7, 3)[1] > believed(policy, 7, 0)[1]


def test_batches_come_near_to_one() -> None:
    """Each batch is taken at the mode of its day, so two are not exactly one; nearly."""
    _, told = world(30, 3, 200)
    order = np.random.default_rng(0).permutation(len(told))
    parts = [
        lessons(np.append(told.arm[i], 29), np.append(told.segment[i], 0), np.append(told.reward[i], 0))
        for i in np.array_split(order, 4)
    ]
    one, four = Hierarchical().learn(told), Hierarchical()
    for part in parts:
        four = four.learn(part)
    for arm in range(28):
        mean, deviation = believed(one, arm, 1)
        assert abs(believed(four, arm, 1)[0] - mean) < 0.5 * deviation


def test_the_best_arm_is_found() -> None:
    rng = np.random.default_rng(4)
    logits = np.log(np.array([[0.02, 0.12, 0.05], [0.12, 0.02, 0.05]]))
    policy = Hierarchical(even=0.0)
    for _ in range(15):
        segment = rng.integers(0, 2, 300)
        offered = [policy.weigh(Arms.of((0, 1, 2), segment=s), rng) for s in (0, 1)]
        p = np.array([chances(np.ones(3, bool), np.zeros(3, np.float32)) for chances in offered])
        arm = (rng.random(300)[:, None] > p[segment].cumsum(axis=1)).sum(axis=1).clip(0, 2)
        reward = rng.random(300) < np.exp(logits[segment, arm])
        policy = policy.learn(lessons(np.append(arm, 2), np.append(segment, 0), np.append(reward, 0)))
    for s, best in ((0, 1), (1, 0)):
        chances = policy.weigh(Arms.of((0, 1, 2), segment=s), rng)
        assert chances(np.ones(3, bool), np.zeros(3, np.float32))[best] > 0.9


def test_other_features_start_anew() -> None:
    told = lessons(np.zeros(20), np.zeros(20), np.ones(20), np.ones((20, 2)))
    again = lessons(np.zeros(20), np.zeros(20), np.zeros(20), np.ones((20, 3)))
    anew = Hierarchical().learn(told).learn(again).learned
    only = Hierarchical().learn(again).learned
    assert anew is not None
    assert only is not None
    assert anew.means.tolist() == only.means.tolist()


def test_no_lessons_change_nothing() -> None:
    policy = Hierarchical()
    empty = Lessons(
        (), *(np.zeros(0, np.int32),) * 2, np.zeros((0, 2), np.float32), np.zeros(0), np.zeros(0, np.float32)
    )
    assert policy.learn(empty) is policy
