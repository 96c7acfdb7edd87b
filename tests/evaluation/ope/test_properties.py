"""What must hold of every estimator on any log: order does not matter, self-normalized values move with the rewards."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from segue.core.types import F64
from segue.evaluation.ope import choosing, doubly_robust, slates, weighting
from segue.evaluation.ope.overlap import effective_size, overlap

N = 12
REWARDS = arrays(np.float64, N, elements=st.floats(-5, 5))
WEIGHTS = arrays(np.float64, N, elements=st.floats(0.01, 20))
ONES = np.ones((N // 3, 3), bool)


def all_of(r: F64, w: F64, q: F64, v: F64) -> dict[str, float]:
    wide = [x.reshape(-1, 3) for x in (r, w, q, v)]
    return {
        "ips": weighting.ips(r, w).value,
        "clipped": weighting.clipped_ips(r, w, 2.0).value,
        "snips": weighting.snips(r, w).value,
        "dr": doubly_robust.dr(r, w, q, v).value,
        "sndr": doubly_robust.sndr(r, w, q, v).value,
        "switch": doubly_robust.switch_dr(r, w, q, v, 2.0).value,
        "dros": doubly_robust.dr_os(r, w, q, v, 2.0).value,
        "slate-ips": slates.slate_ips(wide[0], wide[1]).value,
        "slate-snips": slates.slate_snips(wide[0], wide[1]).value,
        "iips": slates.iips(wide[0], wide[1]).value,
        "sniips": slates.sniips(wide[0], wide[1], ONES).value,
        "rips": slates.rips(wide[0], wide[1]).value,
        "snrips": slates.snrips(wide[0], wide[1], ONES).value,
        "cascade": slates.cascade_dr(wide[0], wide[1], wide[2], wide[3]).value,
        "pi": slates.pi_factored(wide[0], wide[1]).value,
    }


@settings(max_examples=50, deadline=None)
@given(REWARDS, WEIGHTS, REWARDS, REWARDS, st.integers(0, 2**31))
def test_the_order_of_pages_does_not_matter(r: F64, w: F64, q: F64, v: F64, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(N // 3)

    def moved(x: F64) -> F64:
        return x.reshape(-1, 3)[order].ravel()

    there, here = all_of(r, w, q, v), all_of(moved(r), moved(w), moved(q), moved(v))
    for name, value in there.items():
        assert here[name] == pytest.approx(value, rel=1e-9, abs=1e-7), name


@settings(max_examples=50, deadline=None)
@given(REWARDS, WEIGHTS, st.floats(-3, 3))
def test_self_normalized_values_move_with_the_rewards_and_stay_among_them(r: F64, w: F64, shift: float) -> None:
    value = weighting.snips(r, w).value
    assert r.min() - 1e-9 <= value <= r.max() + 1e-9
    assert weighting.snips(r + shift, w).value == pytest.approx(value + shift, abs=1e-9)
    pages, wide = r.reshape(-1, 3), w.reshape(-1, 3)
    for f in (slates.snrips, slates.sniips):
        assert f(pages + shift, wide, ONES).value == pytest.approx(f(pages, wide, ONES).value + 3 * shift, abs=1e-7)


def test_control_plain_weighting_does_not_move_along() -> None:
    r, w = np.arange(4.0), np.full(4, 0.5)
    assert weighting.ips(r + 1, w).value != pytest.approx(weighting.ips(r, w).value + 1)


def near(value: float):
    return pytest.approx(value, rel=1e-6, abs=1e-6)


@settings(max_examples=50, deadline=None)
@given(REWARDS, WEIGHTS, REWARDS, REWARDS)
def test_the_extremes_of_the_settings_are_other_estimators(r: F64, w: F64, q: F64, v: F64) -> None:
    dr, dm = doubly_robust.dr(r, w, q, v).value, doubly_robust.dm(v).value
    assert doubly_robust.switch_dr(r, w, q, v, np.inf).value == near(dr)
    assert doubly_robust.switch_dr(r, w, q, v, 0.0).value == near(dm)
    assert doubly_robust.dr_os(r, w, q, v, np.inf).value == near(dr)
    assert doubly_robust.dr_os(r, w, q, v, 0.0).value == near(dm)
    assert doubly_robust.dr(r, w, 0 * q, 0 * v).value == near(weighting.ips(r, w).value)
    assert weighting.clipped_ips(r, w, np.inf).value == near(weighting.ips(r, w).value)


@settings(max_examples=50, deadline=None)
@given(WEIGHTS)
def test_effective_size_is_between_one_and_all(w: F64) -> None:
    assert 1 - 1e-9 <= effective_size(w) <= N + 1e-9
    assert effective_size(3 * w) == pytest.approx(effective_size(w))


def test_effective_size_by_hand() -> None:
    assert effective_size(np.array([1.0, 1.0, 1.0, 1.0])) == 4
    assert effective_size(np.array([4.0, 0.0, 0.0, 0.0])) == 1
    assert effective_size(np.zeros(3)) == 0
    found = overlap(np.array([3.0, 1.0, 0.0, 0.0]), np.arange(4))
    assert (found.mean, found.largest, found.largest_share, found.never) == (1.0, 3.0, 0.75, 0.5)
    assert found.effective == pytest.approx(1.6)
    assert np.isnan(overlap(np.zeros(0), np.zeros(0, np.int64)).mean)


def test_settings_chosen_on_the_log_spare_even_weights_and_cut_a_wild_one() -> None:
    rng = np.random.default_rng(0)
    even, reward = np.ones(500), (rng.random(500) < 0.3).astype(float)
    assert choosing.clip(reward, even) == 1
    assert choosing.shrink(reward, even, np.zeros(500)) > 1e6  # a model that knows nothing is given no part
    error = reward - 0.3
    wild = np.where(np.arange(500) < 20, 80.0, 1.0)
    error[:20] = [0.7, -0.7] * 10  # wild weights, and no bias without them
    assert choosing.switch(error, wild, np.full(500, 0.3)) == 1
    assert choosing.shrink(error, wild, np.full(500, 0.3)) < 80**2
    error[:20] = 0.7  # and here all of the correction is theirs
    assert choosing.switch(error, wild, np.full(500, 0.3)) == 80
    assert doubly_robust.shrunk(np.array([2.0]), 4.0)[0] == 1.0
