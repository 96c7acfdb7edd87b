"""Groups of like sound on likenesses whose grouping is plain."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from segue.core.types import Kind
from segue.surfaces.home.clusters import likeness, medoids
from segue.surfaces.serving import Serving


def test_two_blocks_are_two_groups() -> None:
    like = np.kron(np.eye(2), np.full((4, 4), 0.8)).astype(np.float32)
    np.fill_diagonal(like, 1)
    groups = medoids(like, np.arange(1, 9, dtype=np.float32), 2)
    assert len(set(groups[:4].tolist())) == len(set(groups[4:].tolist())) == 1
    assert groups[0] != groups[7]


@given(st.integers(0, 12), st.integers(1, 5), st.integers(0, 1000))
def test_every_item_has_a_group_and_every_group_an_item(m: int, k: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(m, 3))
    groups = medoids((x @ x.T).astype(np.float32), rng.random(m).astype(np.float32) + 0.1, k)
    assert len(groups) == m
    assert set(groups.tolist()) == set(range(min(m, k)))


def test_genres_make_the_likeness(serving: Serving) -> None:
    section = serving.stock.sections[Kind.TRACK]
    facts = serving.snapshot.catalogue
    items = np.array([facts.find(i)[0] for i in ("a0t0", "a0t1", "a2t0", "a1t0")], np.int32)
    like = likeness(section, items)
    assert like[0, 1] > like[0, 2] > like[0, 3]
    np.testing.assert_allclose(np.diag(like), 1, atol=1e-5)
