from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.core.errors import UsageError
from segue.evaluation.intervals import interval, intervals, paired, resampled_means


def test_the_interval_of_a_mean_is_that_of_theory() -> None:
    values = np.random.default_rng(1).normal(3, 2, 4000)
    got = interval(values, resamples=4000)
    half = 1.96 * values.std() / np.sqrt(len(values))
    assert got.mean == pytest.approx(values.mean())
    assert got.low == pytest.approx(values.mean() - half, abs=0.006)
    assert got.high == pytest.approx(values.mean() + half, abs=0.006)


def test_coverage_of_the_truth() -> None:
    """Of 300 intervals at 90 %, about 270 hold the true mean (4 standard errors either way)."""
    rng = np.random.default_rng(7)
    held = sum(
        low <= 0.2 <= high for _, low, high in intervals(rng.binomial(1, 0.2, (800, 300)).astype(np.float64), 0.9)
    )
    assert abs(held - 270) < 4 * np.sqrt(300 * 0.9 * 0.1)


def test_a_pair_is_surer_than_its_parts() -> None:
    rng = np.random.default_rng(3)
    theirs = rng.random(2000)
    ours = theirs + rng.normal(0.01, 0.02, 2000)
    gap = paired(ours, theirs)
    assert gap.excludes_zero
    assert gap.low > 0.005
    assert interval(ours).low < interval(theirs).high  # the two intervals overlap all the same
    assert not paired(ours, rng.permutation(theirs)).excludes_zero  # control: not the same listeners, not as sure


@settings(max_examples=20)
@given(st.integers(1, 40), st.integers(0, 10))
def test_seeded_bounded_and_blind_to_nan(b: int, seed: int) -> None:
    values = np.random.default_rng(seed).random((b, 2))
    drawn = resampled_means(values, 50, seed)
    np.testing.assert_array_equal(drawn, resampled_means(values, 50, seed))
    assert ((drawn >= values.min(0) - 1e-12) & (drawn <= values.max(0) + 1e-12)).all()
    mixed = np.vstack([values, [[np.nan, 0.5]]])
    means = resampled_means(mixed, 50, seed)[:, 0]
    assert np.nanmax(np.append(means, 0)) <= values[:, 0].max() + 1e-12
    assert interval(mixed[:, 0]).mean == pytest.approx(values[:, 0].mean())


def test_nothing_to_average_is_nan() -> None:
    assert np.isnan(interval(np.array([np.nan, np.nan]))).all()
    assert np.isnan(interval(np.zeros(0))).all()


def test_rows_of_one_listener_are_drawn_together() -> None:
    """Each listener said four times over tells no more than once; taken for four listeners, it seems to."""
    values = np.random.default_rng(2).random(500)
    owners = np.arange(500, dtype=np.int32)
    once = intervals(values[:, None], owners=owners)[0]
    again = intervals(np.tile(values, 4)[:, None], owners=np.tile(owners, 4))[0]
    assert again == pytest.approx(once)
    alone = interval(np.tile(values, 4))
    assert alone.high - alone.low < 0.6 * (again.high - again.low)
    assert intervals(values[:, None])[0] == pytest.approx(once)


def test_a_block_of_draws_is_as_good_as_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(0).random((30, 1))
    whole = resampled_means(values, 64, 5)
    monkeypatch.setattr("segue.evaluation.intervals._BLOCK", 100)
    np.testing.assert_allclose(resampled_means(values, 64, 5), whole)


@pytest.mark.parametrize(("level", "resamples", "said"), [(1.0, 100, "level"), (0.95, 0, "resamples")])
def test_senseless_settings_are_refused(level: float, resamples: int, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        interval(np.ones(3), level, resamples)


def test_pairs_need_the_same_listeners() -> None:
    with pytest.raises(ValueError, match="same listeners"):
        paired(np.ones(3), np.ones(4))
