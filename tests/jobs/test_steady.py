"""A space that is turned to the one before it, and what is said of its neighbours."""

from dataclasses import replace

import numpy as np
import pytest

from segue.core.types import Kind
from segue.fitted.space import Origin, Space
from segue.jobs.space import make_space
from segue.jobs.steady import Before, make_steady
from segue.models.space.turned import kept, rotation
from segue.runs.releases import SpaceCard
from segue.store import snapshot


def a_space(seed: int, n: int = 400, d: int = 12) -> Space:
    vectors = np.random.default_rng(seed).standard_normal((n, d)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    kind = np.full(n, Kind.TRACK, np.uint8)
    return Space(np.arange(1, n + 1, dtype=np.int32), kind, np.full(n, Origin.HEARD, np.uint8), vectors)


def orthogonal(seed: int, d: int = 12) -> np.ndarray:
    return np.asarray(np.linalg.qr(np.random.default_rng(seed).standard_normal((d, d)))[0], np.float32)


def test_a_turned_space_is_turned_back_and_no_neighbour_changes():
    old = a_space(0)
    new = old.turned(orthogonal(1))
    assert np.abs(new.vectors - old.vectors).max() > 0.5
    back = new.turned(rotation(old, new, np.ones(len(new), np.float32)))
    np.testing.assert_allclose(back.vectors, old.vectors, atol=1e-5)
    assert kept(old, new)[1].mean() > 0.999


def test_what_is_well_known_decides():
    old = a_space(0)
    noisy = a_space(2).vectors
    vectors = old.vectors @ orthogonal(1)
    vectors[200:] = noisy[200:]
    new = replace(old, vectors=vectors)
    weights = np.r_[np.ones(200), np.full(200, 1e-3)].astype(np.float32)
    back = new.turned(rotation(old, new, weights))
    np.testing.assert_allclose(back.vectors[:200], old.vectors[:200], atol=1e-2)


def test_a_turn_keeps_distances_and_what_cannot_be_compared_stays():
    old, new = a_space(0), a_space(1)
    turn = rotation(old, new, np.ones(400, np.float32))
    np.testing.assert_allclose(turn @ turn.T, np.eye(12), atol=1e-5)
    assert (rotation(old, new, np.zeros(400, np.float32)) == np.eye(12)).all()
    assert (rotation(a_space(0, d=6), new, np.ones(400, np.float32)) == np.eye(12)).all()


def test_kept_counts_what_is_the_same():
    old, other = a_space(0), a_space(5)
    items, share = kept(old, other)
    assert len(items) == 400
    assert share.mean() == pytest.approx(50 / 399, abs=0.02)  # chance
    moved = replace(old, vectors=np.where(np.arange(400)[:, None] < 40, other.vectors, old.vectors))
    assert 0.6 < kept(old, moved)[1].mean() < 0.95
    fewer = replace(old, origin=np.r_[np.full(100, Origin.HEARD), np.full(300, Origin.CONTENT)].astype(np.uint8))
    assert len(kept(old, fewer)[0]) == 100


def test_the_chain_of_releases(workspace, tmp_path):
    taken = snapshot.take(workspace, "default")
    learned = make_space(tmp_path, taken, 0, print)
    assert learned is not None
    folder, card = make_steady(tmp_path, taken, learned, None, 0, print)
    assert (card.id, card.learned, card.last, card.kept) == (folder.name, learned.name, "", None)
    first = Before(card, folder)
    said: list[str] = []
    assert make_steady(tmp_path, taken, learned, first, 0, said.append) == (folder, card)
    assert not said, "what is released already is not made again"
    again = make_space(tmp_path, taken, 1, print)  # another seed: another space
    assert again is not None
    turned, second = make_steady(tmp_path, taken, again, first, 0, print)
    assert (second.last, second.learned) == (card.id, again.name)
    assert second.kept is not None
    assert second.kept > 0.9
    assert second.compared == 40
    was, now, raw = Space.load(folder), Space.load(turned), Space.load(again)
    heard = was.origin == Origin.HEARD
    assert (was.vectors * now.vectors).sum(axis=1)[heard].mean() > (was.vectors * raw.vectors).sum(axis=1)[heard].mean()
    third = make_steady(tmp_path, taken, again, Before(second, turned), 0, print)
    assert third == (turned, second)


def test_words_lie_where_they_did_among_items(workspace, tmp_path):
    taken = snapshot.take(workspace, "default")
    learned = make_space(tmp_path, taken, 0, print)
    assert learned is not None
    space = Space.load(learned)
    turn = orthogonal(3, space.dimensions)
    turned = space.turned(turn)
    assert turned.tags is None or np.allclose(turned.tags, space.tags @ turn)
    if space.words:
        was = space.nearest(space.place("a song"), 5)[0].tolist()
        assert turned.nearest(turned.place("a song"), 5)[0].tolist() == was


def test_a_release_without_a_space_is_nothing_to_turn_to():
    assert Before.of(None) is None
    assert SpaceCard(points=1, dimensions=2).kept is None
