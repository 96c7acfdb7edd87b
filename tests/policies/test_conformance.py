"""What every policy must be: a distribution over what is available, drawn from as it says."""

import numpy as np
import pytest

from segue.core.protocols import Policy
from segue.core.slates import Arms, Lessons
from segue.policies import POLICIES, choose, probabilities, repeated

A, D, K = 6, 3, 4


def _arms(a: int = A, groups: bool = False) -> Arms:
    rng = np.random.default_rng(7)
    keys = tuple(range(100, 100 + a))
    return Arms.of(
        keys, rng.normal(0, 1, a).astype(np.float32), rng.normal(0, 1, (a, D)).astype(np.float32),
        (np.arange(a) // 2 + 1).astype(np.int32) if groups else None, segment=1,
    )  # fmt: skip


def _lessons(n: int = 400) -> Lessons:
    rng = np.random.default_rng(3)
    arm = rng.integers(0, A, n).astype(np.int32)
    reward = (rng.random(n) < 0.1 + 0.1 * arm).astype(np.float32)
    features = rng.normal(0, 1, (n, D)).astype(np.float32)
    segment = rng.integers(0, 3, n).astype(np.int32)
    return Lessons(tuple(range(100, 100 + A)), arm, segment, features, np.full(n, 1 / A), reward)


@pytest.fixture(params=[(name, taught) for name in POLICIES for taught in (False, True)], ids=str)
def policy(request: pytest.FixtureRequest) -> Policy:
    name, taught = request.param
    made = POLICIES[name]()
    assert made.name == name
    return made.learn(_lessons()) if taught else made


@pytest.mark.parametrize(("arms", "k"), [(0, 3), (1, 3), (5, 3), (5, 9)])
def test_a_slate_is_distinct_and_stated(policy: Policy, arms: int, k: int) -> None:
    decision = choose(policy, _arms(arms), k, np.random.default_rng(0), "r-1")
    assert (decision.policy, decision.release) == (policy.name, "r-1")
    assert decision.arms == tuple(range(100, 100 + arms))
    assert len(decision.chosen) == len(decision.propensities) == min(arms, k)
    assert len(set(decision.chosen)) == len(decision.chosen)
    assert all(0 < p <= 1 for p in decision.propensities)
    assert decision.propensity == pytest.approx(np.prod(decision.propensities))


def test_probabilities_sum_to_one_over_what_is_available(policy: Policy) -> None:
    chances = policy.weigh(_arms(), np.random.default_rng(0))
    for available in ([1] * A, [0, 1, 1, 0, 1, 0], [0, 0, 1, 0, 0, 0]):
        mask = np.array(available, bool)
        p = chances(mask, np.zeros(A, np.float32))
        assert p.sum() == pytest.approx(1)
        assert (p[~mask] == 0).all()
        assert (p >= 0).all()


def test_by_scores_the_same_choice_again_is_the_same(policy: Policy) -> None:
    if not getattr(policy, "by_scores", False):
        pytest.skip("goes by more than the scores")
    again, one, other = repeated(policy, _arms(3), "r-1"), np.random.default_rng(5), np.random.default_rng(5)
    for _ in range(50):
        assert again(one) == choose(policy, _arms(3), 1, other, "r-1")


def test_stated_equals_observed(policy: Policy) -> None:
    """χ² over first choices: what is drawn has the frequencies that are stated. 99.99 % of 5 degrees: 25.7."""
    n = 3_000
    counts, expected = np.zeros(A), np.zeros(A)
    rng = np.random.default_rng(1)
    arms = _arms()
    for _ in range(n):
        chances = policy.weigh(arms, rng)
        expected += chances(np.ones(A, bool), np.zeros(A, np.float32))
        counts[choose(policy, arms, 1, rng).chosen[0]] += 1
    some = expected > 0
    assert not counts[~some].any()
    assert ((counts - expected)[some] ** 2 / expected[some]).sum() < 25.7


def test_the_same_generator_gives_the_same_slate(policy: Policy) -> None:
    arms = _arms(groups=True)
    assert choose(policy, arms, K, np.random.default_rng(5)) == choose(policy, arms, K, np.random.default_rng(5))


def test_neighbours_share_no_group(policy: Policy) -> None:
    arms = _arms(groups=True)
    for seed in range(20):
        chosen = choose(policy, arms, K, np.random.default_rng(seed)).chosen
        groups = arms.groups[list(chosen)]
        assert (groups[1:] != groups[:-1]).all()


def test_what_is_added_to_a_score_helps(policy: Policy) -> None:
    chances = policy.weigh(_arms(), np.random.default_rng(0))
    mask, more = np.ones(A, bool), np.zeros(A, np.float32)
    more[4] = 3.0
    assert chances(mask, more)[4] >= chances(mask, np.zeros(A, np.float32))[4]


def test_state_comes_back_the_same(policy: Policy) -> None:
    again = POLICIES[policy.name]().restored(policy.state())
    one = choose(policy, _arms(), K, np.random.default_rng(2))
    assert choose(again, _arms(), K, np.random.default_rng(2)) == one
    assert all(np.asarray(v).dtype != object for v in policy.state().values())


def test_learning_changes_nothing_behind_the_back(policy: Policy) -> None:
    before = choose(policy, _arms(), K, np.random.default_rng(2))
    policy.learn(_lessons())
    assert choose(policy, _arms(), K, np.random.default_rng(2)) == before


def test_stated_again_for_its_own_slate() -> None:
    """Of a policy that states without sampling, the probabilities of its own slates are those that were logged."""
    for name in ("greedy", "plackett-luce"):
        made, arms = POLICIES[name](), _arms(groups=True)
        decision = choose(made, arms, K, np.random.default_rng(4))
        again = probabilities(made, arms, decision.chosen, np.random.default_rng(9))
        assert again.tolist() == pytest.approx(list(decision.propensities))
