"""Models of the reward: right where the world is as simple as they are, and never fitted on whom they are used for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from segue.evaluation.ope import Log, of_columns
from segue.evaluation.ope.reward_model import cross_fitted, fit_means, ridge, still_to_come


def made(n: int = 3000, noise: float = 0.1) -> Log:
    """Reward = an effect of the arm, one of the slot and one of the context."""
    rng = np.random.default_rng(0)
    action, slot, x = rng.integers(0, 4, n), rng.integers(0, 2, n), rng.normal(size=(n, 2))
    reward = 0.3 * action + 0.2 * slot + x @ [0.5, -0.25] + noise * rng.normal(size=n)
    return of_columns(
        action.astype(np.int32), np.full(n, 0.25), reward, listener=np.arange(n) // 3, slot=slot.astype(np.int32),
        context=x,
    )  # fmt: skip


def test_ridge_by_hand() -> None:
    x, y = np.array([[0.0], [1.0], [2.0]]), np.array([1.0, 2.0, 6.0])
    found, base = ridge(x, y, np.ones(3), 0.0)
    assert (found[0], base) == pytest.approx((2.5, 0.5))
    found, base = ridge(x, y, np.ones(3), 2.0)  # Σ(x - x̄)(y - ȳ) = 5, Σ(x - x̄)² + 2 = 4
    assert (found[0], base) == pytest.approx((1.25, 3 - 1.25))
    found, base = ridge(x, y, np.array([1.0, 1.0, 0.0]), 0.0)
    assert (found[0], base) == pytest.approx((1.0, 1.0))


def test_means_stand_behind_those_of_the_slot() -> None:
    log = of_columns(np.array([0, 0, 1], np.int32), np.full(3, 0.5), np.array([1.0, 1.0, 0.0]))
    table = fit_means(log, np.arange(3), np.ones(3)).table
    slot = (2 + 20 * 2 / 3) / 23
    np.testing.assert_allclose(table[0], [(2 + 20 * slot) / 22, 20 * slot / 21])
    twice = fit_means(log, np.arange(3), np.array([2.0, 2.0, 2.0])).table  # as if each row stood there twice
    assert twice[0, 0] > table[0, 0]


def test_an_additive_world_is_learned_and_the_mean_under_a_target_with_it() -> None:
    log = made()
    pi = np.array([0.1, 0.2, 0.3, 0.4])
    q, v, name = cross_fitted(log, lambda rows: np.tile(pi, (rows.stop - rows.start, 1)))
    assert name == "ridge"
    effect = 0.2 * log.slot + log.context @ [0.5, -0.25]
    np.testing.assert_allclose(q, 0.3 * log.action + effect, atol=0.06)
    np.testing.assert_allclose(v, 0.3 * (pi @ np.arange(4)) + effect, atol=0.06)


def test_nobody_is_predicted_by_a_model_that_saw_them() -> None:
    log = made()
    some = log.listener == 7
    other = replace(log, reward=np.where(some, 1e6, log.reward))
    for over in (None, lambda rows: np.full((rows.stop - rows.start, 4), 0.25)):
        q, v, _ = cross_fitted(log, over)
        q_, v_, _ = cross_fitted(other, over)
        np.testing.assert_allclose(q_[some], q[some], atol=1e-6)
        np.testing.assert_allclose(v_[some], v[some], atol=1e-6)
        assert np.abs(q_ - q).max() > 1  # the control: others are


def test_without_a_target_over_all_actions_the_choice_is_not_looked_at() -> None:
    log = made()
    q, v, name = cross_fitted(log, None)
    assert "context alone" in name
    np.testing.assert_array_equal(q, v)
    assert abs(np.corrcoef(q - log.context @ [0.5, -0.25], log.action)[0, 1]) < 0.1


def test_what_is_still_to_come_is_what_others_had() -> None:
    log = of_columns(
        np.zeros(60, np.int32), np.full(60, 0.5), np.tile([1.0, 2.0, 4.0], 20), page=np.repeat(np.arange(20), 3),
        slot=np.tile(np.arange(3), 20).astype(np.int32),
    )  # fmt: skip
    np.testing.assert_allclose(still_to_come(log), np.tile([6.0, 4.0, 0.0], 20))
