"""EASE against its closed form, and its two ways of staying small."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from segue.core.types import Interactions, Queries
from segue.models.ease import Ease

Make = Callable[..., Interactions]
PLAIN = Ease(ridge=3.0, neighbours=1000)


def closed_form(x: np.ndarray, ridge: float) -> np.ndarray:
    p: np.ndarray = np.linalg.inv(x.T @ x + ridge * np.eye(x.shape[1]))
    b: np.ndarray = -p / np.diag(p)
    np.fill_diagonal(b, 0)
    return b


def random_rows(u: int, n: int) -> np.ndarray:
    x = np.random.default_rng(u).random((u, n)) < 0.4
    x[0] = True  # every item is taken, every owner takes something
    x[:, 0] = True
    return x.astype(np.float64)


@pytest.mark.parametrize(("u", "n"), [(30, 12), (9, 25)], ids=["primal", "dual"])
def test_equals_the_closed_form(taken: Make, u: int, n: int) -> None:
    x = random_rows(u, n)
    data = taken([np.flatnonzero(r) + 1 for r in x], n=n)
    got = PLAIN.fit(data, np.random.default_rng(0)).weights.toarray()
    np.testing.assert_allclose(got, closed_form(x, 3.0), atol=2e-5)
    assert not np.allclose(got, closed_form(x, 30.0), atol=2e-5), "control: another ridge is another model"


def test_dual_equals_primal(taken: Make) -> None:
    x = random_rows(9, 25)
    data = taken([np.flatnonzero(r) + 1 for r in x], n=25)
    twice = taken([np.flatnonzero(r) + 1 for r in x for _ in range(4)], n=25)  # 36 owners: the other way
    dual = PLAIN.fit(data, np.random.default_rng(0)).weights.toarray()
    primal = replace(PLAIN, ridge=12.0).fit(twice, np.random.default_rng(0)).weights.toarray()
    np.testing.assert_allclose(dual, primal, atol=2e-5)


def test_the_cap_keeps_the_most_taken(taken: Make) -> None:
    x = random_rows(30, 12)
    x[1:, 5:] = 0
    data = taken([np.flatnonzero(r) + 1 for r in x], n=12)
    got = replace(PLAIN, cap=5).fit(data, np.random.default_rng(0)).weights.toarray()
    np.testing.assert_allclose(got[:5, :5], closed_form(x[:, :5], 3.0), atol=2e-5)
    assert not got[5:].any()
    assert not got[:, 5:].any()


def test_recent_items_count_more_in_rows_and_in_queries(taken: Make) -> None:
    lines = [[1, 2, 3], [3, 1], [2, 4], [4, 3, 2, 1]]
    data = taken(lines, n=4, ordered=True)
    x = np.zeros((4, 4))
    for u, line in enumerate(lines):
        for age, item in enumerate(reversed(line)):
            x[u, item - 1] = 0.5**age
    model = replace(PLAIN, decay=0.5, history_decay=0.25).fit(data, np.random.default_rng(0))
    want = closed_form(x, 3.0)
    np.testing.assert_allclose(model.weights.toarray(), want, atol=1e-5)
    got = model.score(Queries.of(np.array([0, 2]), np.array([2, 4], np.int32)))[0]
    np.testing.assert_allclose(got, want[3] + 0.25 * want[1], atol=1e-5)


def test_decay_means_nothing_without_an_order(taken: Make) -> None:
    lines = [[1, 2, 3], [3, 1], [2, 4]]
    plain = PLAIN.fit(taken(lines, n=4), np.random.default_rng(0)).weights.toarray()
    decayed = replace(PLAIN, decay=0.5).fit(taken(lines, n=4), np.random.default_rng(0)).weights.toarray()
    np.testing.assert_array_equal(plain, decayed)
