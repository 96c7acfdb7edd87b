"""Composed points by hand, and what must hold of any."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.models._compose import compose, unit_rows

VECTORS = np.array([[1, 0], [0, 1], [0, 0], [1, 0]], np.float32)  # the third is not known


def rows(*lines: list[float]) -> Any:
    return sp.csr_array(np.array(lines, np.float32))


def test_weighted_mean_without_shrinkage() -> None:
    got = compose(VECTORS, rows([1, 0, 0, 1], [3, 4, 9, 0]), shrink=0)
    np.testing.assert_allclose(got, np.array([[1, 0], [0.6, 0.8]]), atol=1e-6)


def test_drawn_towards_the_mean_of_what_is_known() -> None:
    centre = np.array([2 / 3, 1 / 3])
    one, many = compose(VECTORS, rows([0, 1, 0, 0], [0, 9, 0, 0]), shrink=1.0)
    expected = (np.array([0, 1]) + centre) / 2
    np.testing.assert_allclose(one, expected / np.linalg.norm(expected), atol=1e-6)
    assert many[1] > one[1], "nine events are surer than one"


def test_nothing_known_stands_at_the_mean() -> None:
    got = compose(VECTORS, rows([0, 0, 1, 0], [0, 0, 0, 0]), shrink=0)
    np.testing.assert_allclose(got, unit_rows(np.array([[2, 1], [2, 1]], np.float32)), atol=1e-6)
    assert not compose(np.zeros((2, 3), np.float32), rows([1, 1])).any()


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**31), st.floats(0, 10))
def test_unit_rows_and_a_limit_for_each_end(seed: int, shrink: float) -> None:
    rng = np.random.default_rng(seed)
    vectors = (rng.standard_normal((12, 4)) + 1).astype(np.float32)
    members: Any = sp.random_array((5, 12), density=0.4, rng=rng, format="csr", dtype=np.float32)
    np.testing.assert_allclose(np.linalg.norm(compose(vectors, members, shrink), axis=1), 1, rtol=1e-4)
    centre = unit_rows(vectors.mean(axis=0)[None])[0]
    np.testing.assert_allclose(compose(vectors, members, 1e7), np.tile(centre, (5, 1)), atol=1e-3)
    np.testing.assert_allclose(compose(vectors, members * 2, 0), compose(vectors, members, 0), atol=1e-4)
