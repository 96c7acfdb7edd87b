"""Skip-gram against its loss by hand, and on planted blocks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from segue.core.types import F64, Interactions
from segue.models._compose import unit_rows
from segue.models._skipgram import Rows, SkipGram

Make = Callable[..., Interactions]
GROUPS, SIZE = 3, 10


def loss(near: Any, z: F64, each: float) -> float:
    """By the definition, pair by pair: t events, then the draws, each counting `each` times for a pair of weight 1."""
    t, total = len(near), 0.0
    for i in range(t):
        for j in range(t):
            total += near[i, j] * np.log1p(np.exp(-z[i, j]))
            for m in range(t, z.shape[1]):
                total += near[i, j] * each * np.log1p(np.exp(z[i, m]))
    return total


def test_the_slope_is_that_of_the_loss() -> None:
    rng = np.random.default_rng(2)
    recipe = SkipGram(window=2, negatives=3.0, draws=4)
    near = recipe.nearness(np.array([5, 6, 7, 5, 8], np.int32), np.array([1, 1, 1, 1, 2], np.int32))
    z = rng.standard_normal((5, 9))
    got = recipe.slope(near, z.astype(np.float32))
    for i, j in ((0, 1), (1, 0), (2, 4), (0, 7), (4, 8)):
        more, less = z.copy(), z.copy()
        more[i, j] += 1e-5
        less[i, j] -= 1e-5
        assert got[i, j] == pytest.approx((loss(near, more, 3 / 4) - loss(near, less, 3 / 4)) / 2e-5, abs=1e-4)


def test_windows_by_hand() -> None:
    near = SkipGram(window=2).nearness(np.array([5, 6, 7, 5, 8], np.int32), np.array([1, 1, 1, 1, 2], np.int32))
    expected = [[0, 1, 0.5, 0, 0], [1, 0, 1, 0.5, 0], [0.5, 1, 0, 1, 0], [0, 0.5, 1, 0, 0], [0, 0, 0, 0, 0]]
    np.testing.assert_allclose(near, np.array(expected))


def test_a_step_of_adagrad_by_hand() -> None:
    rows = Rows(np.ones((3, 2), np.float32))
    for _ in range(2):
        rows.move(np.array([1]), np.array([[3.0, 4.0]], np.float32), 0.1)
    first, second = 0.1 / np.sqrt(12.5), 0.1 / np.sqrt(25)
    np.testing.assert_allclose(rows.vectors[1], 1 - np.array([3, 4]) * (first + second), rtol=1e-5)
    np.testing.assert_allclose(rows.vectors[[0, 2]], 1)


def blocks(taken: Make, shuffled: bool) -> Interactions:
    rng = np.random.default_rng(1)
    lines = [list(rng.permutation(SIZE)[:8] + 1 + SIZE * (u % GROUPS)) for u in range(60)]
    if shuffled:
        flat = rng.permutation(np.concatenate(lines))
        lines = [list(part) for part in flat.reshape(60, 8)]
    return taken(lines, n=GROUPS * SIZE, ordered=True)


def apart(vectors: Any) -> float:
    """Mean cosine within the blocks less that across them."""
    cosine = unit_rows(vectors) @ unit_rows(vectors).T
    group = np.arange(GROUPS * SIZE) // SIZE
    same, other = group[:, None] == group, np.eye(GROUPS * SIZE, dtype=bool)
    return float(cosine[same & ~other].mean() - cosine[~same].mean())


@pytest.mark.parametrize("exponent", [0.75, 0.0, -0.5])
def test_planted_blocks_come_back_and_shuffled_ones_do_not(taken: Make, exponent: float) -> None:
    recipe = SkipGram(dimensions=8, epochs=60, exponent=exponent)
    own = sp.csr_array(np.eye(GROUPS * SIZE, dtype=np.float32))
    found = {s: recipe.fit(blocks(taken, s), own, np.random.default_rng(0))[0] for s in (False, True)}
    assert apart(found[False]) > 0.6
    assert abs(apart(found[True])) < 0.1


def test_what_is_frequent_is_looked_at_less() -> None:
    kept = SkipGram(subsampling=0.01)._kept(np.array([1, 99, 0]))
    np.testing.assert_allclose(kept, [1, np.sqrt(0.01 / 0.99), 1])


def test_what_nobody_took_is_never_drawn() -> None:
    for exponent in (-1.0, 0.0, 1.0):
        assert np.diff(SkipGram(exponent=exponent)._ends(np.array([2, 0, 8])), prepend=0)[1] == 0
    drawn = np.diff(SkipGram(exponent=-1.0)._ends(np.array([2, 0, 8])), prepend=0)
    assert drawn[0] == 4 * drawn[2]
