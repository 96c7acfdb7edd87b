"""Distances against SciPy, which reads the rows themselves."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import jensenshannon

from segue.checks.drift import chance
from segue.checks.drift.quantiles import Curves, spread
from segue.checks.drift.shares import REST, Shares
from segue.checks.statistics import Buckets, Tops
from segue.checks.statistics.buckets import ERROR
from segue.checks.statistics.columns import numbers_of


def samples(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.lognormal(5, 1, 4000), rng.lognormal(5.2, 0.9, 3000)


def test_area_is_scipys_within_the_error_of_the_buckets() -> None:
    a, b = samples()
    exact = stats.wasserstein_distance(a, b)
    room = ERROR * (np.abs(a).mean() + np.abs(b).mean())
    found = Curves.of(Buckets.of(a), Buckets.of(b)).area
    assert abs(found - exact) <= room
    other = Curves.of(Buckets.of(a), Buckets.of(a * 1.3)).area  # the control: another distance is another number
    assert abs(other - exact) > room
    assert Curves.of(Buckets.of(a), Buckets.of(a)).area == 0


def test_gap_is_scipys_from_below() -> None:
    a, b = samples()
    exact = stats.ks_2samp(a, b, method="asymp")
    gap = Curves.of(Buckets.of(a), Buckets.of(b)).gap
    assert exact.statistic - 0.015 < gap <= exact.statistic
    p_value = chance.of_gap(exact.statistic, len(a), len(b)).p_value
    assert np.isclose(np.log(p_value), np.log(exact.pvalue), rtol=0.05)
    assert chance.of_gap(exact.statistic, len(a), len(b), owners=10).p_value > 10 * p_value
    assert not np.isclose(np.log(chance.of_gap(exact.statistic, 40, 30).p_value), np.log(exact.pvalue), rtol=0.05)


def test_spread_is_the_standard_deviation() -> None:
    a, _ = samples()
    assert np.isclose(spread(numbers_of(a)), a.std(ddof=1))


def test_divergence_is_scipys_squared_in_bits() -> None:
    before, now = {"a": 70, "b": 20, "c": 10}, {"a": 40, "b": 20, "d": 40}
    shares = Shares.of(before, now)
    exact = jensenshannon([70, 20, 10, 0], [40, 20, 0, 40], base=2) ** 2
    assert np.isclose(shares.js, exact)
    assert not np.isclose(shares.js, jensenshannon([70, 20, 10, 0], [40, 20, 0, 40]) ** 2)  # nats are not bits
    assert np.isclose(shares.linf, 0.4)
    assert shares.moved(2) == (("d", 0.0, 0.4), ("a", 0.7, 0.4))


def test_g_test_is_scipys() -> None:
    before, now = {"a": 700, "b": 200, "c": 100}, {"a": 650, "b": 210, "c": 140}
    exact = stats.chi2_contingency([[700, 200, 100], [650, 210, 140]], lambda_="log-likelihood")
    shares = Shares.of(before, now)
    assert np.isclose(chance.of_shares(shares, 1000, 1000).p_value, exact.pvalue)
    assert chance.of_shares(shares, 100, 100).p_value > 10 * exact.pvalue
    assert chance.of_shares(shares, 1000, 1000, owners=8).p_value > 2 * exact.pvalue  # few listeners know less


def test_the_error_of_a_sketch_is_no_distance() -> None:
    rows = 10_000
    pairs = [(f"v{i}", 12 if i else rows - 12 * 799) for i in range(800)]
    whole, cut = Tops.of(pairs), Tops([v for v, _ in pairs[:500]], [c - 5 for _, c in pairs[:500]], error=5)
    shares = Shares.nearest(whole, rows, cut, rows)
    assert shares.linf <= 300 * 12 / rows  # the rest, which nobody names
    exact = Shares.of(whole.counted(), cut.counted())
    assert shares.js < exact.js
    assert shares.values[-1] == REST
    assert np.isclose(shares.now.sum(), 1)


@pytest.mark.parametrize("sizes", [(200, 200), (200, 20_000), (5_000, 700)])
def test_what_chance_does_is_foretold(sizes: tuple[int, int]) -> None:
    """Two samples of one thing, many times: the mean distances are those that were foretold."""
    rng = np.random.default_rng(1)
    odds = np.array([0.5, 0.2, 0.1, 0.1, 0.05, 0.05])
    js, foretold, area, area_foretold, low = [], [], [], [], 0
    for _ in range(200):
        a, b = (dict(zip("abcdef", rng.multinomial(n, odds).tolist())) for n in sizes)
        shares = Shares.of(a, b)
        js.append(shares.js)
        foretold.append(shares.js_by_chance(*sizes))
        low += chance.of_shares(shares, *sizes).p_value < 0.05
        x, y = (Buckets.of(rng.exponential(1, n)) for n in sizes)
        area.append(Curves.of(x, y).area)
        area_foretold.append(Curves.of(x, y).area_by_chance(*sizes))
    assert np.isclose(np.mean(js), np.mean(foretold), rtol=0.15)
    assert np.isclose(np.mean(area), np.mean(area_foretold), rtol=0.15)
    assert 1 <= low <= 22  # of 200, at 5 %
