from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from segue.world.keyed import normal, poisson, uniform


def test_numbers_are_even_and_unrelated() -> None:
    i = np.arange(20_000)
    a, b, c = uniform(1, 2, i), uniform(1, 3, i), uniform(2, 2, i)
    assert stats.kstest(a, "uniform").pvalue > 0.01
    assert abs(np.corrcoef([a, b, c])[np.triu_indices(3, 1)]).max() < 0.03
    assert abs(np.corrcoef(a[1:], a[:-1])[0, 1]) < 0.03
    two = uniform(1, 2, i // 200, i % 200)
    assert stats.kstest(two, "uniform").pvalue > 0.01


@given(st.integers(0, 2**31), st.lists(st.tuples(st.integers(-5, 2**40), st.integers(0, 99)), min_size=1, max_size=20))
def test_a_number_depends_on_its_keys_alone(seed: int, keys: list[tuple[int, int]]) -> None:
    a, b = np.array(keys).T
    whole = uniform(seed, 7, a, b)
    assert ((whole >= 0) & (whole < 1)).all()
    assert all(uniform(seed, 7, a[i : i + 1], b[i : i + 1])[0] == whole[i] for i in range(len(a)))


def test_normal_and_poisson_have_their_moments() -> None:
    i = np.arange(40_000)
    z = normal(3, 1, i)
    assert abs(z.mean()) < 0.02
    assert abs(z.std() - 1) < 0.02
    n = poisson(np.full(len(i), 2.5), uniform(3, 9, i), 30)
    assert abs(n.mean() - 2.5) < 0.04
    assert abs(n.var() - 2.5) < 0.1
    assert poisson(np.array([50.0]), np.array([0.5]), 4)[0] == 4
