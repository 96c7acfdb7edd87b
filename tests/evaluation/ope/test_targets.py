"""Policies by name: their chances, and that learned ones are judged on what they never saw."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from segue.core.errors import InputError, UnknownName, UsageError
from segue.evaluation.ope import Log, of_columns
from segue.evaluation.ope.targets import names, target


def made(n: int = 2000) -> Log:
    """Arm 0 is liked by people with x > 0, arm 1 by the others, arm 2 by nobody; what is best turns round at half."""
    rng = np.random.default_rng(0)
    action, x = rng.integers(0, 3, n), rng.normal(size=n)
    liked = np.where(action == 0, x > 0, np.where(action == 1, x <= 0, False))
    reward = (rng.random(n) < np.where(liked, 0.8, 0.1)).astype(float)
    log = of_columns(action.astype(np.int32), np.full(n, 1 / 3), reward, at=np.arange(n)[::-1] + 1, context=x[:, None])
    return replace(log, context_names=("x_taste",))


def test_uniform_is_even_among_what_is_available() -> None:
    log = made(30)
    np.testing.assert_allclose(target("uniform", log).chance, 1 / 3)
    pages = of_columns(
        np.array([0, 1, 2, 1], np.int32), np.full(4, 0.5), np.zeros(4), page=np.array([0, 0, 1, 1]),
        slot=np.array([0, 1, 0, 1], np.int32),
    )  # fmt: skip
    np.testing.assert_allclose(target("uniform", pages).chance, [1 / 3, 1 / 2, 1 / 3, 1 / 2])
    again = replace(pages, action=np.array([0, 0, 2, 1], np.int32))  # a page shows one twice: so it may
    np.testing.assert_allclose(target("uniform", again).chance, 1 / 3)


def test_logged_weighs_all_alike() -> None:
    log = made(30)
    np.testing.assert_allclose(target("logged", log).chance / log.propensity, 1)


@pytest.mark.parametrize("name", ["most-rewarded", "logistic"])
def test_a_learned_policy_is_judged_on_the_later_half_by_what_the_earlier_taught(name: str) -> None:
    log = made()
    t = target(name, log)
    assert len(t.log) == 1000
    assert t.log.at.max() == 2000  # the order of rows was backwards
    assert t.log.at.min() == 1001
    assert "earlier half" in t.notes[0]
    assert t.over is not None
    chances = t.over(slice(0, 1000))
    np.testing.assert_allclose(chances.sum(axis=1), 1)
    np.testing.assert_allclose(chances[np.arange(1000), t.log.action], t.chance)
    later = replace(log, reward=np.where(log.at > 1000, 1 - log.reward, log.reward))
    np.testing.assert_array_equal(target(name, later).chance, t.chance)  # the later half teaches nothing
    earlier = replace(log, reward=np.where(log.at <= 1000, 1 - log.reward, log.reward))
    assert not np.array_equal(target(name, earlier).chance, t.chance)  # the control: the earlier does


def test_logistic_sees_who_likes_what() -> None:
    log = made()
    t = target("logistic", log)
    assert t.over is not None
    best = t.over(slice(0, 1000)).argmax(axis=1)
    right = np.where(t.log.context[:, 0] > 0, 0, 1)
    assert (best == right).mean() > 0.9


def test_a_column_is_a_policy_with_or_without_its_prefix() -> None:
    log = replace(made(20), columns={"p_new": np.linspace(0, 1, 20), "q": np.zeros(20), "q_new": np.ones(20)})
    t = target("new", log)
    np.testing.assert_array_equal(t.chance, target("p_new", log).chance)
    assert t.q is not None
    assert t.v is not None
    assert names(log)[0] == "new"
    with pytest.raises(UnknownName, match="new, logged, uniform"):
        target("old", log)


def test_what_cannot_be_learned_says_so() -> None:
    log = made(20)
    with pytest.raises(UsageError, match="x_"):
        target("logistic", replace(log, context_names=()))
    with pytest.raises(UsageError, match="from 0 to 1"):
        target("logistic", replace(log, reward=log.reward * 3))
    with pytest.raises(InputError, match="cut in two"):
        target("most-rewarded", log.take(np.array([0])))
