"""PMI by hand, and the SVD against a dense one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from segue.core.types import Interactions, Queries
from segue.models.pmi_vectors import PmiVectors

Make = Callable[..., Interactions]


def lines(rng: np.random.Generator) -> list[list[int]]:
    return [list(rng.choice(20, 6, replace=False) + 1) for _ in range(60)]


def test_pmi_of_unordered_pairs(taken: Make) -> None:
    data = taken([[1, 2], [1, 2], [1, 3]], n=3)
    got = PmiVectors(target_smoothing=1.0).pmi(data).toarray()
    assert np.isclose(got[1, 0], np.log((2 / 6) / (2 / 6 * 3 / 6)))
    assert np.isclose(got[0, 1], got[1, 0])
    assert not got.diagonal().any()
    assert got[1, 2] == 0


def test_full_rank_gives_back_the_pmi(taken: Make) -> None:
    data = taken(lines(np.random.default_rng(1)), n=20, ordered=True)
    recipe = PmiVectors(dimensions=20)
    model = recipe.fit(data, np.random.default_rng(0))
    np.testing.assert_allclose(model.source @ model.target.T, recipe.pmi(data).toarray(), atol=1e-4)
    got = model.score(Queries.of(np.array([0, 2]), np.array([4, 9], np.int32)))[0]
    np.testing.assert_allclose(got, recipe.pmi(data).toarray()[[3, 8]].T @ [0.8, 1.0], atol=1e-4)


def test_low_rank_is_nearly_the_best_there_is(taken: Make) -> None:
    data = taken(lines(np.random.default_rng(1)), n=20, ordered=True)
    model = PmiVectors(dimensions=4).fit(data, np.random.default_rng(0))
    dense = PmiVectors().pmi(data).toarray()
    error = np.linalg.norm(dense - model.source @ model.target.T)
    best = np.sqrt((np.linalg.svd(dense, compute_uv=False)[4:] ** 2).sum())
    assert error <= best * 1.02
    assert error > best * 0.999
