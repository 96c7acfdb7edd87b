from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from segue.world import World
from segue.world.audience import Audience
from segue.world.sessions import offsets
from segue.world.settings import DAY
from segue.world.visits import Visits, moments, visits_of

FIRST = 14


@pytest.fixture
def audience(world: World) -> Audience:
    return Audience.of(world, FIRST, seed=5)


def test_the_same_seed_and_day_bring_the_same_visits(world: World, audience: Audience) -> None:
    one, other = visits_of(FIRST, audience), visits_of(FIRST, Audience.of(world, FIRST, seed=5))
    assert np.array_equal(one.at, other.at)
    assert np.array_equal(one.who, other.who)
    assert not np.array_equal(one.at, visits_of(FIRST + 1, audience).at - DAY)
    assert not np.array_equal(one.at, visits_of(FIRST, Audience.of(world, FIRST, seed=6)).at)  # another luck


def test_visits_happen_on_their_local_day_and_mostly_while_people_are_awake(world: World, audience: Audience) -> None:
    midnight = world.settings.start + FIRST * DAY
    all_days = [visits_of(d, audience) for d in range(FIRST, FIRST + 7)]
    hours = np.concatenate([v.hour for v in all_days])
    assert np.isin(hours, (2, 3, 4)).mean() < 0.07
    v = all_days[0]
    local = v.at + offsets(midnight + DAY // 2)[world.truth.listeners.home[v.who]] - midnight
    assert ((local >= 0) & (local < DAY)).all()
    assert (local // 3_600_000 == v.hour).all()


def test_nobody_visits_before_joining(world: World, audience: Audience) -> None:
    v = visits_of(FIRST, audience)
    assert (world.truth.listeners.joined[v.who] <= FIRST).all()
    assert (world.truth.listeners.joined > FIRST).any()  # a control: there are such listeners


def test_content_listeners_come_back_and_others_are_lost(audience: Audience) -> None:
    usual = len(visits_of(FIRST, audience))
    happy, sad = (replace(audience, satisfaction=audience.satisfaction + by) for by in (0.3, -0.3))
    assert (happy.returning() > audience.returning()).all()
    assert len(visits_of(FIRST, sad)) < 0.6 * usual < usual < len(visits_of(FIRST, happy))
    kept = set(zip(*_keys(visits_of(FIRST, sad))))
    assert kept < set(zip(*_keys(visits_of(FIRST, happy))))  # the same people at the same time, only fewer


def test_a_wave_holds_every_listener_once_and_all_waves_hold_all(audience: Audience) -> None:
    v = visits_of(FIRST, audience)
    waves = v.waves()
    assert len(waves) > 1
    assert all(len(np.unique(w.who)) == len(w) for w in waves)
    assert sum(map(len, waves)) == len(v)
    first, second = waves[:2]
    earlier = first.at[np.searchsorted(first.who, second.who)]
    assert (earlier < second.at).all()


def test_moments_know_the_hour_and_the_weekend(world: World, audience: Audience) -> None:
    v = visits_of(FIRST, audience)
    again = moments(audience, v.who, v.at)
    assert np.array_equal(again.hour, v.hour)
    assert np.array_equal(again.weekend, v.weekend)


def test_what_was_heard_before_is_known_and_fades_overnight(world: World, audience: Audience) -> None:
    heard = audience.times > 0
    assert 0.001 < heard.mean() < 0.2
    assert (audience.met.sum(1) > 0).mean() > 0.6
    before = audience.times.copy(), audience.heat.copy()
    audience.night()
    assert np.allclose(audience.times, before[0] * 0.985)
    assert (audience.heat[heard] < before[1][heard]).all()


def _keys(v: Visits) -> tuple[list[int], list[int]]:
    return v.who.tolist(), v.nth.tolist()
