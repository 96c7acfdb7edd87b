"""What chance does, against what it is known to do."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from segue.checks._samples import at_least, at_most, chance_above, chance_below, chance_of_day


@pytest.mark.parametrize(("count", "rows", "share"), [(0, 10, 0.3), (3, 10, 0.3), (90, 1000, 0.1), (40, 40, 0.9)])
def test_tails_are_those_of_the_binomial(count: int, rows: int, share: float) -> None:
    assert chance_below(count, rows, share) == pytest.approx(stats.binom.cdf(count, rows, share), abs=1e-12)
    assert chance_above(count, rows, share) == pytest.approx(stats.binom.sf(count - 1, rows, share), abs=1e-12)
    assert at_least(count, rows) <= count / rows <= at_most(count, rows)


def test_rows_of_one_listener_count_as_fewer() -> None:
    assert chance_above(200, 1000, 0.1) < 1e-10 < chance_above(200, 1000, 0.1, worth=0.02)


def test_a_day_is_told_from_the_days_before() -> None:
    days = [(0.4 + 0.02 * (n % 3 - 1), 1000.0) for n in range(14)]
    assert chance_of_day(0.4, 1000, days)[0] == pytest.approx(0.5, abs=0.05)
    assert chance_of_day(0.1, 1000, days)[0] < 1e-8
    assert chance_of_day(0.8, 1000, days)[1] < 1e-8
    assert chance_of_day(0.1, 10, days)[0] > 1e-3, "ten rows tell little"
    assert chance_of_day(1.0, 1000, [(0.0, 1000.0)] * 14)[1] < 1e-8, "what never was"
    assert chance_of_day(0.0, 1000, [(0.0, 1000.0)] * 14)[0] > 0.4


def test_good_days_are_seldom_odd() -> None:
    """Days that vary by more than chance, as those of few listeners do."""
    rng = np.random.default_rng(0)
    odd = 0
    for _ in range(2000):
        shares = rng.beta(20, 30, 15)  # a standard deviation of .07, where chance of 1,000 rows gives .016
        seen = rng.binomial(1000, shares) / 1000
        odd += min(chance_of_day(float(seen[14]), 1000, [(float(s), 1000.0) for s in seen[:14]])) < 0.005
    assert odd <= 40  # 1 in 100 expected
