"""Planted playlists come back by either method, and shuffled ones do not; artists place what is seldom seen."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from segue.core.types import Interactions, Queries
from segue.models.playlist_vectors import FAINT, PlaylistVectors, parts_of

Make = Callable[..., Interactions]
GROUPS, SIZE = 4, 10
N = GROUPS * SIZE
METHODS = ("ppmi", "sgns")


def made(taken: Make, shuffled: bool = False, artists: list[list[int]] | None = None) -> Interactions:
    """60 playlists of 7 from one of four groups of 10; the last item of each group stands in none."""
    rng = np.random.default_rng(1)
    lines = [list(rng.permutation(SIZE - 1)[:7] + 1 + SIZE * (u % GROUPS)) for u in range(60)]
    if shuffled:
        lines = [list(part) for part in rng.permutation(np.concatenate(lines)).reshape(60, 7)]
    return taken(lines, n=N, ordered=True, artists=artists)


def recall(data: Interactions, recipe: PlaylistVectors) -> float:
    """Of the best six for one item, how many are of its group; chance is about .22."""
    model = recipe.fit(data, np.random.default_rng(0))
    hits = []
    for item in range(1, N + 1, 3):
        if item % SIZE == 0:
            continue
        best = [i for i in np.argsort(-model.similar(item)) if i != item - 1][:6]
        hits.append(np.mean([(i // SIZE) == (item - 1) // SIZE for i in best]))
    return float(np.mean(hits))


@pytest.mark.parametrize("method", METHODS)
def test_groups_come_back_and_shuffled_ones_do_not(taken: Make, method: str) -> None:
    recipe = PlaylistVectors(method=method, dimensions=8, epochs=60, prior_weight=0.0)
    assert recall(made(taken), recipe) > 0.95
    assert recall(made(taken, shuffled=True), recipe) < 0.5


@pytest.mark.parametrize("method", METHODS)
def test_what_nobody_took_stands_near_its_artist(taken: Make, method: str) -> None:
    artists = [[1 + i // SIZE] for i in range(N)]
    recipe = PlaylistVectors(method=method, dimensions=8, epochs=60)
    vectors = recipe.vectors(made(taken, artists=artists), np.random.default_rng(0))
    cosine = vectors[SIZE - 1 :: SIZE] @ vectors.T
    assert (np.argsort(-cosine)[:, :SIZE] // SIZE == np.arange(GROUPS)[:, None]).all()
    alone = PlaylistVectors(method=method, dimensions=8, epochs=5, parts=0.0)
    assert not alone.vectors(made(taken, artists=artists), np.random.default_rng(0))[SIZE - 1 :: SIZE].any()


def test_parts_by_hand(taken: Make) -> None:
    data = taken([[1]], n=4, artists=[[7], [7, 8], [8], [9]], albums=[3, 3, 4, 0])
    got = parts_of(data.attributes, 4, 0.5).toarray()
    assert np.array_equal(got[:, :4], np.eye(4))
    assert np.array_equal(got[:, 4:], np.array([[1, 0, 1], [1, 1, 1], [0, 1, 0], [0, 0, 0]]) / 2)


def test_an_empty_history_gets_what_is_taken_of_late(taken: Make) -> None:
    data = taken([[1, 2], [2, 3]], n=4, days=[[0, 7], [7, 14]], artists=[[1]] * 4)
    model = PlaylistVectors(dimensions=2, prior_weight=2.0).fit(data, np.random.default_rng(0))
    got = model.score(Queries.of(np.array([0, 0]), np.zeros(0, np.int32)))[0]
    np.testing.assert_allclose(got, 2 * np.log1p(np.array([0.25, 1.0, 1.0, 0]) / FAINT), rtol=1e-5)
