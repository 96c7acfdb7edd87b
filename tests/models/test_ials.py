"""iALS against dense normal equations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from segue.core.types import Interactions, Queries
from segue.models.ials import Ials

Make = Callable[..., Interactions]
SMALL = Ials(dimensions=3, epochs=3, regularization=0.05, unobserved=0.2)
LINES = [[1, 2, 3, 4, 5], [2, 3], [6, 7, 8], [1, 6], [4, 5, 8, 7], [9], [9, 1, 2]]


def dense_half(x: np.ndarray, other: np.ndarray, recipe: Ials) -> np.ndarray:
    """The definition: every entry has a weight, and every row its own ridge."""
    out = np.zeros((len(x), other.shape[1]))
    for r, row in enumerate(x):
        n = row.sum() + recipe.unobserved * len(row)
        w = row + recipe.unobserved
        ridge = recipe.regularization * n**recipe.exponent * np.eye(other.shape[1])
        out[r] = np.linalg.solve((other.T * w) @ other + ridge, other.T @ row)
    return out


@pytest.fixture
def data(taken: Make) -> Interactions:
    return taken(LINES, n=9)


@pytest.fixture
def x() -> np.ndarray:
    out = np.zeros((len(LINES), 9))
    for u, line in enumerate(LINES):
        out[u, np.array(line) - 1] = 1
    return out


@pytest.mark.parametrize("dimensions", [3, 8], ids=["rows longer than D", "rows shorter than D"])
def test_training_is_that_of_the_definition(data: Interactions, x: np.ndarray, dimensions: int) -> None:
    recipe = replace(SMALL, dimensions=dimensions)
    first = np.random.default_rng(4).standard_normal((9, dimensions)) * recipe.scale / np.sqrt(dimensions)
    items = first
    for _ in range(recipe.epochs):
        users = dense_half(x, items, recipe)
        items = dense_half(x.T, users, recipe)
    model = recipe.fit(data, np.random.default_rng(4))
    np.testing.assert_allclose(model.factors @ model.factors.T, items @ items.T, rtol=2e-3, atol=1e-3)
    wrong = replace(recipe, regularization=0.5).fit(data, np.random.default_rng(4))
    assert not np.allclose(wrong.factors @ wrong.factors.T, items @ items.T, rtol=2e-3, atol=1e-3)


def test_folding_in_is_a_half_step(data: Interactions, x: np.ndarray) -> None:
    model = SMALL.fit(data, np.random.default_rng(4))
    flat = np.array([i for line in LINES for i in line], np.int32)
    got = model.embed_histories(Queries.of(np.cumsum([0, *map(len, LINES)]), flat))
    np.testing.assert_allclose(got, dense_half(x, model.factors.astype(np.float64), SMALL), rtol=1e-3, atol=1e-4)


def test_factors_are_rotated_to_a_diagonal(data: Interactions) -> None:
    model = SMALL.fit(data, np.random.default_rng(4))
    np.testing.assert_allclose(model.factors.T @ model.factors, np.diag(model.spectrum), atol=1e-5)


def test_a_heavier_weight_pulls_harder(data: Interactions) -> None:
    model = replace(SMALL, power=1.0).fit(data, np.random.default_rng(4))
    items = np.array([1, 6], np.int32)
    score = [model.score(Queries.of(np.array([0, 2]), items, np.array([a, 1], np.float32)))[0, 0] for a in (1, 9)]
    assert score[1] > score[0]
