from __future__ import annotations

from dataclasses import replace

import numpy as np

from segue.world import World
from segue.world.choice import DOMAIN, MUSIC, SHOW, Tastes, appeal, cluster_weights, finish
from segue.world.settings import DAY


def one(weight: tuple[float, float], flat: bool = True) -> Tastes:
    """A listener who likes the first two axes, drifting from the first to the third."""
    axes = np.eye(24, dtype=np.float32)
    before = axes[[0, 1, 2, 2, 3, 3, 4, 4]][None]
    after = axes[[2, 1, 2, 2, 3, 3, 4, 4]][None]
    weights = np.array([[*weight, 0, 0, 1, 0, 1, 0]], np.float32)
    profile = np.ones((1, 8, 2, 6), np.float32)
    if not flat:
        profile[:, 0, 0, 0] = 50.0  # the first taste belongs to weekday mornings
    return Tastes(before, after, weights, weights, profile)


def asked(tastes: Tastes, axis: int, domain: int = MUSIC, progress: float = 0.0, hour: int = 12) -> float:
    who, vector = np.zeros(1, np.int64), np.eye(24, dtype=np.float32)[[axis]]
    when = (np.array([progress]), np.array([hour]), np.array([False]))
    return float(appeal(tastes, who, vector, np.array([domain]), np.zeros(1, np.float32), *when)[0])


def test_what_is_liked_appeals() -> None:
    tastes = one((0.8, 0.2))
    assert asked(tastes, 0) > asked(tastes, 1) > asked(tastes, 9)
    assert asked(tastes, 0) > 1 > -2 > asked(tastes, 9)


def test_domains_do_not_mix() -> None:
    assert asked(one((0.5, 0.5)), 3, SHOW) > 2
    assert asked(one((0.5, 0.5)), 3, MUSIC) < -2
    assert DOMAIN.tolist() == [0, 0, 0, 0, 1, 1, 2, 2]


def test_drift_moves_a_taste() -> None:
    tastes = one((1.0, 0.0))
    assert asked(tastes, 0, progress=0.0) > asked(tastes, 0, progress=0.5) > asked(tastes, 0, progress=1.0)
    assert asked(tastes, 2, progress=1.0) == asked(tastes, 0, progress=0.0)


def test_the_hour_changes_what_is_wanted() -> None:
    tastes = one((0.5, 0.5), flat=False)
    assert asked(tastes, 0, hour=8) > asked(tastes, 0, hour=20)
    assert asked(tastes, 1, hour=8) < asked(tastes, 1, hour=20)
    weights = cluster_weights(tastes, np.zeros(1, np.int64), np.zeros(1), np.array([8]), np.array([False]))
    assert np.allclose(weights.sum(1), 3.0)


def test_known_is_finished_more_and_worn_out_less() -> None:
    zero = np.zeros(3, np.float32)
    chance = finish(zero, np.array([0.0, 4.0, 4.0]), np.array([0.0, 1.0, 9.0]))
    assert chance[0] == 0.5
    assert chance[1] > chance[0] > chance[2]


def test_truth_answers_for_any_time_and_knows_what_cannot_be_heard(world: World) -> None:
    truth, start = world.truth, world.settings.start
    tracks = np.arange(truth.numbers.artist)
    now, later = (truth.relevance(0, tracks, start + d * DAY) for d in (0, world.settings.days))
    assert now.shape == later.shape == tracks.shape
    assert ((now >= 0) & (now <= 1)).all()
    assert (now[truth.music.released > start] == 0).all()
    assert (later[truth.music.released > start] > 0).any()
    assert not np.allclose(now, later)
    assert np.allclose(truth.weights(np.arange(5), start).sum(1), 3.0, atol=1e-5)
    clean = replace(truth.listeners, clean=np.ones_like(truth.listeners.clean))
    assert not replace(truth, listeners=clean).relevance(0, tracks, start)[truth.music.explicit].any()
