"""Neighbours in time, worked by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from segue.core.types import Interactions, Queries
from segue.models.owner_knn import OwnerKNN

Make = Callable[..., Interactions]
DAY = 86_400_000


@pytest.fixture
def archive(taken: Make) -> Interactions:
    """Owner 0 (early) took 1, 2, 3, 4 on days 0, 1, 2, 40; owner 1 (late) took 1, 2, 5 on days 10, 10, 40."""
    return taken([[1, 2, 3, 4], [1, 2, 5]], n=6, days=[[0, 1, 2, 40], [10, 10, 40]])


def asked(*days: int) -> Queries:
    """Items 1 and 2 taken on the given days."""
    return Queries.of(np.array([0, 2]), np.array([1, 2], np.int32), at=np.array(days) * DAY)


def test_who_was_early_tells_what_comes_next(archive: Interactions) -> None:
    """On day 5 the history follows only owner 0: both shared of 4 items, so likeness 1/2; day 40 is now, day 2 is 38
    days old."""
    got = OwnerKNN(half_life_days=38.0).fit(archive, np.random.default_rng(0)).score(asked(5, 5))[0]
    assert got[3] == pytest.approx(0.5)
    assert got[2] == pytest.approx(0.25)
    assert got[4] == 0
    assert got[5] == 0


def test_without_lead_followers_count_too(archive: Interactions) -> None:
    """The control: owner 1 shares 2 of its 3 items, whenever it took them."""
    got = OwnerKNN(half_life_days=0.0, lead=False).fit(archive, np.random.default_rng(0)).score(asked(5, 5))[0]
    assert got[[2, 3, 4]] == pytest.approx([0.5, 0.5, 2 / 3])


def test_a_shared_item_of_the_same_moment_leads_nobody(archive: Interactions) -> None:
    got = OwnerKNN(half_life_days=0.0).fit(archive, np.random.default_rng(0)).score(asked(0, 1))[0]
    assert not got.any()


def test_size_and_sharpness(archive: Interactions) -> None:
    recipe = OwnerKNN(half_life_days=0.0, lead=False, size_power=0.5, sharpness=2.0)
    got = recipe.fit(archive, np.random.default_rng(0)).score(asked(5, 5))[0]
    assert got[[3, 4]] == pytest.approx([(2 / 4**0.5) ** 2, (2 / 3**0.5) ** 2])


def test_an_item_taken_twice_by_a_neighbour_counts_once_and_as_fresh_as_last(taken: Make) -> None:
    data = taken([[1, 3, 3]], n=3, days=[[0, 0, 10]])
    got = OwnerKNN(half_life_days=10.0).fit(data, np.random.default_rng(0))
    assert got.score(asked(5, 5))[0][2] == pytest.approx(0.5)


def test_without_times_there_is_no_lead(taken: Make) -> None:
    data = taken([[1, 3], [2, 3]], n=3)
    assert not OwnerKNN.suits(data)
    got = OwnerKNN().fit(data, np.random.default_rng(0)).score(asked(0, 0))[0]
    assert got == pytest.approx([0.5, 0.5, 1.0])
