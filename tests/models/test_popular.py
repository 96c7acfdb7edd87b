"""Popularity everywhere, where one lives, and at this hour."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from segue.core.types import Interactions, Queries
from segue.models.popular import Popular, hours

Make = Callable[..., Interactions]
RNG = np.random.default_rng(0)


def asked(country: bytes = b"", hour: int = -1) -> Queries:
    return Queries.of(
        np.array([0, 0]), np.zeros(0, np.int32), hour=np.array([hour], np.int32), country=np.array([country], "S2")
    )


def test_counts_owners_once_each(taken: Make) -> None:
    data = taken([[1, 2, 2, 2], [1], [3, 1]], n=4, ordered=True)
    got = Popular().fit(data, RNG).score(asked())[0]
    np.testing.assert_allclose(got, np.array([3, 1, 1, 0]) / 5)
    np.testing.assert_allclose(Popular(power=1.0).fit(data, RNG).score(asked())[0], np.array([3, 3, 1, 0]) / 7)


def test_the_newest_of_everyone_may_count_most(taken: Make) -> None:
    data = taken([[1, 2], [1, 3], [1, 3]], n=3, ordered=True)
    assert Popular().fit(data, RNG).score(asked())[0].argmax() == 0
    assert Popular(decay=0.5).fit(data, RNG).score(asked())[0].argmax() == 2


def test_old_listening_fades_by_half_lives(taken: Make) -> None:
    data = taken([[1, 2], [1, 2]], n=2, days=[[0, 30], [0, 30]])
    got = Popular(half_life_days=10).fit(data, RNG).score(asked())[0]
    assert got[1] / got[0] == pytest.approx(8, rel=1e-4)


def test_hours_fade_with_all_the_rest(taken: Make) -> None:
    """What was often heard at an hour long ago must not come back at that hour as if it were new."""
    data = taken([[1] * 30 + [2] * 3], n=2, days=[[0] * 30 + [100] * 3])
    model = Popular(half_life_days=7, hour_prior=1.0).fit(data, RNG)
    assert model.score(asked(hour=0))[0].argmax() == 1
    assert Popular(hour_prior=1.0).fit(data, RNG).score(asked(hour=0))[0].argmax() == 0, "control: nothing fades"


def test_country_shifts_the_order_and_an_unknown_one_does_not(taken: Make) -> None:
    lines = [[1], [1], [1], [2], [2]]
    data = replace(taken(lines, n=2), country=np.array([b"SE", b"SE", b"SE", b"DE", b"DE"], "S2"))
    model = Popular(country_prior=1.0).fit(data, RNG)
    assert model.score(asked())[0].argmax() == 0
    assert model.score(asked(b"DE"))[0].argmax() == 1
    assert model.score(asked(b"SE"))[0].argmax() == 0
    np.testing.assert_array_equal(model.score(asked(b"FR")), model.score(asked()))
    timid = Popular(country_prior=1000.0).fit(data, RNG)
    assert timid.score(asked(b"DE"))[0].argmax() == 0, "control: two owners prove little"


def test_hours_are_local(taken: Make) -> None:
    hour = 3_600_000
    at = np.array([1_700_000_000_000 // (24 * hour) * 24 * hour + 7 * hour] * 4 + [20 * hour] * 5)
    assert hours(at[:1], "UTC")[0] == 7
    assert hours(at[:1], "Europe/Stockholm")[0] == 8  # winter
    data = replace(taken([[1] * 4 + [2] * 5], n=2, days=[[0] * 9]), at=at)
    model = Popular(power=1.0, hour_prior=1.0).fit(data, RNG)
    assert model.score(asked())[0].argmax() == 1
    assert model.score(asked(hour=7))[0].argmax() == 0
    untimed = Popular(power=1.0, hour_prior=1.0).fit(replace(data, timed=False), RNG)
    np.testing.assert_array_equal(untimed.score(asked(hour=7)), untimed.score(asked()))
