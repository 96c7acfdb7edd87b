"""Intervals: what they must be on sums whose answer is known, and that listeners, not pages, are resampled."""

from __future__ import annotations

import numpy as np
import pytest

from segue.evaluation.ope.intervals import Kind, empirical_bernstein, interval, resampled, standard_error
from segue.evaluation.ope.terms import Terms, mean_of

KINDS: tuple[Kind, ...] = ("outer", "student", "percentile", "normal")


@pytest.mark.parametrize("kind", KINDS)
def test_of_a_mean_of_many_it_is_two_standard_errors_either_way(kind: Kind) -> None:
    values = np.random.default_rng(0).normal(3, 1, 4000)
    low, high = interval(mean_of(values), kind)
    assert (low, high) == pytest.approx((values.mean() - 1.96 / 63.2, values.mean() + 1.96 / 63.2), abs=0.004)


@pytest.mark.parametrize("kind", KINDS)
def test_it_moves_and_scales_with_the_rewards(kind: Kind) -> None:
    values = np.random.default_rng(1).exponential(1, 300)
    low, high = interval(mean_of(values), kind)
    np.testing.assert_allclose(interval(mean_of(2 * values + 5), kind), (2 * low + 5, 2 * high + 5))


def test_the_delta_method_of_a_ratio() -> None:
    rng = np.random.default_rng(2)
    den = rng.uniform(0.5, 1.5, 2000)
    terms = Terms((den * 3 + rng.normal(0, 0.1, 2000))[:, None], den[:, None])
    values, errors = resampled(terms, 400, 0)
    assert standard_error(terms) == pytest.approx(values.std(), rel=0.1)
    assert standard_error(terms) == pytest.approx(errors.mean(), rel=0.05)
    alone = Terms((den * 3)[:, None], den[:, None])
    assert standard_error(alone) == pytest.approx(0, abs=1e-12)
    assert interval(alone) == pytest.approx((3, 3))


def test_pages_of_one_listener_are_one() -> None:
    rng = np.random.default_rng(3)
    each = rng.normal(0, 1, 200)
    pages = mean_of(np.repeat(each, 10))
    clustered = pages.by(np.repeat(np.arange(200), 10), 200)
    assert clustered.value == pytest.approx(pages.value)
    np.testing.assert_allclose(standard_error(clustered), standard_error(mean_of(each)))
    assert standard_error(pages) < standard_error(clustered) / 2.5  # the control: as if all were independent


def test_empirical_bernstein_by_hand_and_its_promise() -> None:
    sums = np.array([0.0, 1.0, 0.0, 1.0, 1.0])
    log = np.log(4 / 0.05)
    assert empirical_bernstein(sums, 1.0) == pytest.approx(np.sqrt(2 * 0.3 * log / 5) + 7 * log / (3 * 4))
    assert empirical_bernstein(sums[:1], 1.0) == np.inf
    rng = np.random.default_rng(4)
    missed = 0
    for _ in range(200):
        drawn = (rng.random(300) < 0.02).astype(np.float64)
        missed += abs(drawn.mean() - 0.02) > empirical_bernstein(drawn, 1.0)
    assert missed == 0


def test_a_student_interval_leans_to_the_side_that_was_seldom_seen() -> None:
    """Rare large values: the t interval is symmetric, the studentized one reaches further up."""
    values = 30.0 * (np.random.default_rng(5).random(400) < 0.03).astype(np.float64)
    mean = values.mean()
    student, normal = interval(mean_of(values), "student"), interval(mean_of(values), "normal")
    outer = interval(mean_of(values), "outer")
    assert student.high - mean > (mean - student.low) * 1.3
    assert normal.high - mean == pytest.approx(mean - normal.low)
    assert outer == (min(student.low, normal.low), max(student.high, normal.high))


def test_many_ratios_and_many_listeners_are_resampled_in_a_shorter_way(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(6)
    den = rng.uniform(0.5, 1.5, (3000, 4))
    terms = Terms(den * rng.normal(1, 1, (3000, 4)), den)
    whole = interval(terms)
    monkeypatch.setattr("segue.evaluation.ope.intervals.RATIOS", 3)
    np.testing.assert_allclose(interval(terms), whole, atol=0.1 * (whole.high - whole.low))
    monkeypatch.setattr("segue.evaluation.ope.intervals.MOST", 500)
    np.testing.assert_allclose(interval(terms), whole, atol=0.1 * (whole.high - whole.low))


def test_nothing_varies_nothing_is_uncertain() -> None:
    assert interval(mean_of(np.full(50, 2.0))) == (2.0, 2.0)
    assert np.isnan(Terms(np.zeros((3, 1)), np.zeros((3, 1))).value)
    with pytest.raises(ValueError, match="shape"):
        Terms(np.zeros((3, 1)), np.zeros((2, 1)))
