"""What evaluation relies on: over a policy's own slates, importance weights average to 1 on every slice."""

import numpy as np
import pytest

from segue.core.slates import Arms, Decision, Lessons
from segue.core.types import Bools
from segue.policies import POLICIES, choose, make_policy

A, D, K, N, SEGMENTS = 5, 2, 3, 2_500, 2
FREE = [name for name in POLICIES if name != "greedy"]  # greedy has no chance in it


def arms(segment: int) -> Arms:
    rng = np.random.default_rng(segment)
    return Arms.of(
        tuple("abcde"), rng.normal(-2, 0.5, A).astype(np.float32), rng.normal(0, 1, (A, D)).astype(np.float32),
        segment=segment,
    )  # fmt: skip


def lessons() -> Lessons:
    rng = np.random.default_rng(3)
    arm, n = rng.integers(0, A, 300).astype(np.int32), 300
    segment = rng.integers(0, SEGMENTS, n).astype(np.int32)
    features = np.array([arms(s).features[a] for s, a in zip(segment, arm)], np.float32)
    return Lessons(
        tuple("abcde"), arm, segment, features, np.ones(n), (rng.random(n) < 0.1 * (1 + arm)).astype(np.float32)
    )


def logged(name: str) -> list[tuple[int, Decision]]:
    policy, rng = make_policy(name).learn(lessons()), np.random.default_rng(11)
    offered = [arms(s) for s in range(SEGMENTS)]
    return [(s, choose(policy, offered[s], K, rng)) for s in (rng.random(N) * SEGMENTS).astype(int).tolist()]


@pytest.mark.parametrize("name", FREE)
def test_weights_average_to_one(name: str) -> None:
    """For a target that is even over what is left, per segment, position and arm: within 5 standard errors.

    Per arm the weight of its choices sums to what the target would have given it: one in as many as are left.
    """
    log = logged(name)
    segment = np.array([s for s, _ in log])
    chosen = np.array([d.chosen for _, d in log])
    p = np.array([d.propensities for _, d in log])
    for position in range(K):
        # Given the choices above, which are this policy's own, the target is even over the A - position left.
        weights = 1 / (A - position) / p[:, position]
        for s in range(SEGMENTS):
            near_one(weights[segment == s])
        for arm in range(A):
            was_left = ~(chosen[:, :position] == arm).any(axis=1)
            near_one((weights * (chosen[:, position] == arm) * (A - position))[was_left])


def test_weights_of_wrong_propensities_do_not() -> None:
    """Control: had the log said a flattened chance, the same test sees it."""
    weights = np.array([1 / A / d.propensities[0] ** 0.8 for _, d in logged("plackett-luce(temperature=0.5)")])
    with pytest.raises(AssertionError):
        near_one(weights)


def near_one(weights: np.ndarray) -> None:
    """Within 5 standard errors; of an arm hardly ever chosen, the deviation is what its chance implies."""
    error = max(weights.std(), np.sqrt(max(weights.max(), 1.0))) / np.sqrt(len(weights))
    assert abs(weights.mean() - 1) < 5 * error


@pytest.mark.parametrize("name", FREE)
def test_slates_come_as_often_as_stated(name: str) -> None:
    """χ² over ordered pairs: expected counts are the sums of what was stated for each draw's generator."""
    policy = make_policy(name).learn(lessons())
    offered, rng = arms(0), np.random.default_rng(5)
    counts, expected = np.zeros((A, A)), np.zeros((A, A))
    nothing = np.zeros(A, np.float32)
    for _ in range(1_500):
        first = policy.weigh(offered, rng)
        expected += pairs(lambda available, given=first: given(available, nothing))
        counts[choose(policy, offered, 2, rng).chosen] += 1
    some = expected > 1
    chi = ((counts - expected)[some] ** 2 / expected[some]).sum()
    assert chi < 50.8  # 99.99 % of 19 degrees
    assert counts[~some].sum() < 15


def pairs(chances) -> np.ndarray:
    """(A, A) probability of each ordered pair."""
    out = np.zeros((A, A))
    every: Bools = np.ones(A, bool)
    p = chances(every)
    for i in np.flatnonzero(p):
        left = every.copy()
        left[i] = False
        out[i] = p[i] * chances(left)
    return out
