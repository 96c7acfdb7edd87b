from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.core.types import F64
from segue.evaluation.longterm import Belief, Prior, scalar_belief

D = 6


def prior(seed: int = 0, scatter: float = 1.0) -> Prior:
    rng = np.random.default_rng(seed)
    a, b = rng.standard_normal((2, D, D))
    return Prior(rng.standard_normal(D), scatter * (a @ a.T / D + 0.3 * np.eye(D)), b @ b.T / D + 0.5 * np.eye(D))


def told(seen: list[int], traces: F64) -> tuple[F64, F64]:
    """One item's listeners with so many days seen each, as Belief takes them."""
    count, total = np.zeros((1, D + 1)), np.zeros((1, D + 1, D))
    for d, trace in zip(seen, traces):
        count[0, d] += 1
        total[0, d, :d] += trace[:d]
    return count, total


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, D), min_size=1, max_size=8), st.integers(0, 1000))
def test_the_belief_is_the_joint_gaussian_conditioned_on_what_was_seen(seen: list[int], seed: int) -> None:
    """Known answer: all seen days stacked into one vector, and the textbook formula."""
    p, rng = prior(seed), np.random.default_rng(seed)
    traces = rng.standard_normal((len(seen), D))
    got = Belief.after(p, *told(seen, traces))
    pick = np.concatenate([np.eye(D)[:d] for d in seen])
    y = np.concatenate([t[:d] for d, t in zip(seen, traces)])
    noise = np.zeros((len(y), len(y)))
    at = 0
    for d in seen:
        noise[at : at + d, at : at + d] = p.within[:d, :d]
        at += d
    gain = p.between @ pick.T @ np.linalg.inv(pick @ p.between @ pick.T + noise) if len(y) else np.zeros((D, 0))
    assert np.allclose(got.mean[0], p.mean + gain @ (y - pick @ p.mean), atol=1e-6)
    assert np.allclose(got.covariance[0], p.between - gain @ pick @ p.between, atol=1e-6)


def test_with_every_day_seen_and_nothing_known_before_it_is_the_plain_mean() -> None:
    traces = np.random.default_rng(1).standard_normal((7, D))
    got = Belief.after(prior(scatter=1e7), *told([D] * 7, traces))
    assert np.allclose(got.mean[0], traces.mean(0), atol=1e-4)
    assert np.allclose(got.covariance[0], prior().within / 7, atol=1e-4)
    strong = Belief.after(prior(scatter=1e-3), *told([D] * 7, traces))
    assert not np.allclose(
        strong.mean[0], traces.mean(0), atol=0.1
    )  # a control: a prior that knows draws towards itself


def test_with_nothing_seen_it_is_the_prior() -> None:
    p = prior()
    got = Belief.after(p, np.zeros((2, D + 1)), np.zeros((2, D + 1, D)))
    assert np.allclose(got.mean, p.mean)
    assert np.allclose(got.covariance, p.between, atol=1e-8)


def test_more_days_make_surer_and_the_same_days_in_any_order_the_same() -> None:
    p, traces = prior(), np.random.default_rng(2).standard_normal((5, D))
    spreads = [Belief.after(p, *told([d] * 5, traces)).worth()[1][0] for d in range(D + 1)]
    assert (np.diff(spreads) < 0).all()
    orders = (([1, 2, 3, 4, 5], [0, 1, 2, 3, 4]), ([5, 3, 1, 2, 4], [4, 2, 0, 1, 3]))
    one, other = (Belief.after(p, *told(seen, traces[order])) for seen, order in orders)
    assert np.allclose(one.mean, other.mean)


def test_early_days_tell_of_late_ones_as_far_as_items_did_before() -> None:
    """Where the first day of an item tells its last, seeing it moves the last; where it does not, it does not."""
    within = np.eye(D)
    alike = Prior(np.zeros(D), np.full((D, D), 0.9) + 0.1 * np.eye(D), within)
    apart = Prior(np.zeros(D), np.eye(D), within)
    high = np.full((10, D), 2.0)
    moved = [Belief.after(p, *told([1] * 10, high)).mean[0] for p in (alike, apart)]
    assert moved[0][-1] > 1.4
    assert abs(moved[1][-1]) < 1e-9
    assert moved[1][0] > 1.4


def test_a_prior_is_learned_back_from_traces_of_items() -> None:
    true, rng = prior(3), np.random.default_rng(3)
    items = rng.multivariate_normal(true.mean, true.between, 3_000)
    traces = [m + rng.multivariate_normal(np.zeros(D), true.within, 5) for m in items]
    got = Prior.learned(traces)
    assert np.allclose(got.mean, true.mean, atol=0.1)
    assert np.abs(got.between - true.between).max() < 0.15 * np.abs(true.between).max()
    assert np.abs(got.within - true.within).max() < 0.08 * np.abs(true.within).max()
    naive = np.cov(np.stack([t.mean(0) for t in traces]).T)
    assert np.abs(naive - true.between).max() > 2 * np.abs(got.between - true.between).max()  # a control
    with pytest.raises(ValueError, match="two or more"):
        Prior.learned([np.zeros((5, D))])


def test_a_scalar_belief_is_the_full_one_where_only_complete_traces_count() -> None:
    p, rng = prior(4), np.random.default_rng(4)
    traces = rng.standard_normal((9, D))
    w = np.ones(D)
    mean, spread = scalar_belief(p, w, np.array([9]), np.array([traces.sum()]))
    one = Prior(np.array([w @ p.mean]), np.array([[w @ p.between @ w]]), np.array([[w @ p.within @ w]]))
    full = Belief.after(one, np.array([[0, 9]]), np.array([[[0.0], [traces.sum()]]]))
    assert mean[0] == pytest.approx(full.mean[0, 0])
    assert spread[0] == pytest.approx(np.sqrt(full.covariance[0, 0, 0]))


def test_intervals_hold_what_they_promise() -> None:
    p, rng, inside = prior(5), np.random.default_rng(5), 0
    for _ in range(400):
        item = rng.multivariate_normal(p.mean, p.between)
        traces = item + rng.multivariate_normal(np.zeros(D), p.within, 6)
        mean, spread = Belief.after(p, *told([1, 2, 3, 4, 6, 6], traces)).worth()
        inside += abs(mean[0] - item.sum()) < 1.96 * spread[0]
    assert 0.92 < inside / 400 < 0.98
