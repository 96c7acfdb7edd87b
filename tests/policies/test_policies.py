"""What every policy must be: distinct choices of what was offered, each with its probability."""

import numpy as np
import pytest

from segue.core.types import Arm, Query
from segue.policies import POLICIES


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize(("arms", "k"), [(0, 3), (1, 3), (5, 3), (5, 9)])
def test_conformance(name: str, arms: int, k: int) -> None:
    policy = POLICIES[name]("r-1")
    decision = policy.choose(Query("t", 1), [Arm(f"a{i}") for i in range(arms)], k, np.random.default_rng(0))
    assert decision.policy == policy.name
    assert decision.release == "r-1"
    assert decision.arms == tuple(f"a{i}" for i in range(arms))
    assert len(decision.chosen) == len(decision.propensities) == min(arms, k)
    assert len(set(decision.chosen)) == len(decision.chosen)
    assert all(0 <= c < arms for c in decision.chosen)
    assert all(0 < p <= 1 for p in decision.propensities)
    assert policy.learn([decision], [[0.0] * len(decision.chosen)]).name == policy.name


def test_fixed_keeps_the_order() -> None:
    decision = POLICIES["fixed"]("r").choose(Query("t", 1), [Arm("b"), Arm("a")], 2, np.random.default_rng(0))
    assert decision.chosen == (0, 1)
    assert decision.propensities == (1.0, 1.0)
