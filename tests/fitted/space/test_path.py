"""Walks on a planted circle and line, where the right way is known."""

import numpy as np
import pytest

from segue.fitted.space.path import places, progress, walk


def arc(angles: np.ndarray, d: int = 6) -> np.ndarray:
    out = np.zeros((len(angles), d), np.float32)
    out[:, 0], out[:, 1] = np.cos(angles), np.sin(angles)
    return out


@pytest.fixture
def circle():
    """A quarter of a circle of 181 points in any order, and 200 others that lie off it."""
    rng = np.random.default_rng(0)
    off = rng.standard_normal((200, 6)).astype(np.float32)
    off /= np.linalg.norm(off, axis=1, keepdims=True)
    points = np.concatenate([arc(np.linspace(0.01, np.pi / 2 - 0.01, 181)), off])
    return points[rng.permutation(len(points))]


START, END = arc(np.array([0.0, np.pi / 2]))


def steps(points: np.ndarray) -> np.ndarray:
    whole = np.concatenate([START[None], points, END[None]])
    return np.asarray(np.arccos(np.clip((whole[1:] * whole[:-1]).sum(axis=1), -1, 1)))


def test_it_goes_round_the_circle_in_even_steps(circle):
    way = walk(START, END, circle, np.zeros(len(circle), np.int32), 8)
    assert len(way) == 8
    assert (circle[way][:, 2:] == 0).all()  # on the arc
    took = steps(circle[way])
    np.testing.assert_allclose(took, np.pi / 18, atol=0.012)
    assert (np.diff(progress(START, END, circle[way])) > 0).all()


def test_a_walk_over_the_nearest_of_the_start_is_not_even(circle):
    near = np.argsort(-(circle @ START))[:8]
    assert steps(circle[near]).max() > 3 * steps(circle[walk(START, END, circle, np.zeros(381, np.int32), 8)]).max()


def test_no_one_comes_twice_and_groups_are_capped(circle):
    groups = np.random.default_rng(1).integers(1, 12, len(circle)).astype(np.int32)
    for cap in (1, 2):
        way = walk(START, END, circle, groups, 10, cap)
        assert len(set(way.tolist())) == 10
        assert np.bincount(groups[way]).max() <= cap
        assert (np.diff(progress(START, END, circle[way])) > 0).all()


def test_places_are_even_also_between_opposite_and_equal_points():
    np.testing.assert_allclose(steps(places(START, END, 5)), np.pi / 12, atol=1e-5)
    assert np.isfinite(places(START, -START, 3)).all()
    np.testing.assert_allclose(places(START, START, 3), np.tile(START, (3, 1)), atol=1e-6)


def test_fewer_points_than_asked_for(circle):
    few = circle[:4]
    assert sorted(walk(START, END, few, np.zeros(4, np.int32), 10).tolist()) == [0, 1, 2, 3]
    assert walk(START, END, few, np.ones(4, np.int32), 10).shape == (1,)  # one artist, one track
    assert not len(walk(START, END, circle[:0], np.zeros(0, np.int32), 3))
    assert not len(walk(START, END, circle, np.zeros(381, np.int32), 0))
