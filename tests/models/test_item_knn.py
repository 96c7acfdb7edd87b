"""Neighbours by cosine, worked by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from segue.core.types import Interactions
from segue.models.item_knn import ItemKNN

Make = Callable[..., Interactions]


def test_cosine(taken: Make) -> None:
    x = np.array([[1, 1, 0, 1], [1, 1, 1, 0], [0, 1, 1, 0], [1, 0, 0, 0]], np.float64)
    data = taken([np.flatnonzero(r) + 1 for r in x], n=4)
    got = ItemKNN(owner_power=0.0).fit(data, np.random.default_rng(0)).weights.toarray()
    norm = np.linalg.norm(x, axis=0)
    want = x.T @ x / np.outer(norm, norm)
    np.fill_diagonal(want, 0)
    np.testing.assert_allclose(got, want, rtol=1e-5)
    asymmetric = ItemKNN(owner_power=0.0, source_power=1.0, target_power=0.0).fit(data, np.random.default_rng(0))
    assert asymmetric.weights[0, 1] == pytest.approx(2 / 3)  # of the 3 who took item 1, 2 took item 2
    assert asymmetric.weights[3, 0] == pytest.approx(1)
    shrunk = ItemKNN(owner_power=0.0, source_power=1.0, target_power=0.0, shrink=3.0)
    assert shrunk.fit(data, np.random.default_rng(0)).weights[0, 1] == pytest.approx(2 / 6)


def test_an_owner_of_much_says_less_of_each_pair(taken: Make) -> None:
    data = taken([[1, 2], [1, 3, 4, 5, 6, 7, 8, 9]], n=9)
    fair = ItemKNN(owner_power=1.0, source_power=0.0, target_power=0.0).fit(data, np.random.default_rng(0)).weights
    assert fair[0, 1] / fair[0, 2] == pytest.approx(4)
    flat = ItemKNN(owner_power=0.0, source_power=0.0, target_power=0.0).fit(data, np.random.default_rng(0)).weights
    assert flat[0, 1] == flat[0, 2]
