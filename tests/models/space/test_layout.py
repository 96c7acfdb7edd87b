"""Maps of planted clusters."""

from dataclasses import replace

import numpy as np
import pytest

from segue.core.types import Kind
from segue.fitted.space import Origin, Space
from segue.models.space import layout
from segue.models.space.layout import lay_out

GROUPS, EACH = 8, 60


def clusters(seed: int, noise: float = 0.35) -> tuple[Space, np.ndarray]:
    rng = np.random.default_rng(seed)
    middle = np.random.default_rng(99).standard_normal((GROUPS, 16))
    group = np.repeat(np.arange(GROUPS), EACH)
    vectors = middle[group] + noise * rng.standard_normal((len(group), 16))
    vectors = np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)
    n = len(group)
    kind = np.full(n, Kind.TRACK, np.uint8)
    items = np.arange(1, n + 1, dtype=np.int32)
    return Space(items, kind, np.full(n, Origin.HEARD, np.uint8), np.asarray(vectors, np.float32)), group


def purity(places: np.ndarray, group: np.ndarray) -> float:
    near = np.argsort(((places[:, None] - places[None]) ** 2).sum(axis=2), axis=1)[:, 1:11]
    return float((group[near] == group[:, None]).mean())


def test_what_is_near_in_the_space_is_near_on_the_map():
    space, group = clusters(0)
    places = lay_out(space)
    assert places.shape == (len(space), 2)
    assert np.isfinite(places).all()
    assert purity(places, group) > 0.98
    two = space.vectors @ np.linalg.svd(space.vectors - space.vectors.mean(axis=0), full_matrices=False)[2][:2].T
    assert purity(two, group) < 0.9, "the two main directions alone would not do"
    np.testing.assert_array_equal(places, lay_out(space))


def test_the_map_does_not_jump():
    first, group = clusters(0)
    first = replace(first, layout=lay_out(first))
    assert first.layout is not None
    second = replace(first, vectors=clusters(1)[0].vectors, layout=None)
    kept, anew = lay_out(second, first), lay_out(second, seed=1)
    size = first.layout.std()
    mid = np.array([first.layout[group == g].mean(axis=0) for g in range(GROUPS)])
    moved = [np.linalg.norm(p[group == g].mean(axis=0) - mid[g]) / size for p in (kept, anew) for g in range(GROUPS)]
    assert np.mean(moved[:GROUPS]) < 0.3 * np.mean(moved[GROUPS:])
    assert purity(kept, group) > 0.98


def test_new_items_come_amid_their_like_and_others_leave():
    space, group = clusters(0)
    first = replace(space, layout=lay_out(space))
    half = np.arange(len(space)) % 3 > 0
    small = Space(space.items[half], space.kind[half], space.origin[half], space.vectors[half])
    small = replace(small, layout=lay_out(small))
    grown = lay_out(space, small)
    assert purity(grown, group) > 0.98
    assert lay_out(small, first).shape == (half.sum(), 2)


def test_equal_points_and_few_points_have_places():
    space, _ = clusters(0)
    same = replace(space, vectors=np.repeat(space.vectors[:4], len(space) // 4, axis=0))
    assert np.isfinite(lay_out(same)).all()
    few = Space(space.items[:5], space.kind[:5], space.origin[:5], space.vectors[:5])
    assert lay_out(few).shape == (5, 2)


def test_pushes_are_what_all_pairs_give():
    y = np.random.default_rng(0).standard_normal((200, 2)) * 6
    between = y[:, None] - y[None]
    once = 1 / (1 + (between**2).sum(axis=2))
    np.fill_diagonal(once, 0)
    want = ((once**2)[..., None] * between).sum(axis=1) / once.sum()
    got = layout._pushes(y)
    assert np.linalg.norm(got - want) / np.linalg.norm(want) < 0.05


@pytest.mark.parametrize("few", [20_000, 100])
def test_neighbours_are_the_same_by_products_and_by_index(monkeypatch, few):
    space, group = clusters(0)
    monkeypatch.setattr(layout, "FEW", few)
    assert purity(lay_out(space.indexed()), group) > 0.98
