"""Shared artists, by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from segue.core.types import Interactions, Queries
from segue.models.same_artist import SameArtist

Make = Callable[..., Interactions]
DAY = 86_400_000
ARTISTS = [[7], [7], [7, 8], [8], [9]]  # of items 1-5


def asked(history: list[int], days: list[int]) -> Queries:
    return Queries.of(np.array([0, len(history)]), np.array(history, np.int32), at=np.array(days) * DAY)


def test_it_counts_and_features_count_too(taken: Make) -> None:
    data = taken([[1]], n=5, artists=ARTISTS)
    model = SameArtist(saturation=1.0).fit(data, np.random.default_rng(0))
    got = model.score(asked([1, 2, 3], [0, 0, 0]))[0]
    assert got == pytest.approx([3, 3, 4, 1, 0])  # three tracks with artist 7, one with 8
    assert model.score(asked([1, 1, 2], [0, 1, 0]))[0] == pytest.approx([2, 2, 2, 0, 0])  # one track, taken twice


def test_saturation_favours_breadth(taken: Make) -> None:
    data = taken([[1]], n=5, artists=ARTISTS)
    got = SameArtist(saturation=0.5).fit(data, np.random.default_rng(0)).score(asked([1, 2, 3], [0, 0, 0]))[0]
    assert got == pytest.approx([3**0.5, 3**0.5, 3**0.5 + 1, 1, 0])


def test_old_takings_fade_where_there_are_times(taken: Make) -> None:
    history = asked([1, 4], [0, 30])
    timed = taken([[1]], n=5, artists=ARTISTS, days=[[0]])
    fading = SameArtist(saturation=1.0, half_life_days=30.0)
    assert fading.fit(timed, np.random.default_rng(0)).score(history)[0] == pytest.approx([0.5, 0.5, 1.5, 1, 0])
    untimed = taken([[1]], n=5, artists=ARTISTS)
    assert fading.fit(untimed, np.random.default_rng(0)).score(history)[0] == pytest.approx([1, 1, 2, 1, 0])


def test_it_needs_artists(taken: Make) -> None:
    assert SameArtist.suits(taken([[1]], n=5, artists=ARTISTS))
    assert not SameArtist.suits(taken([[1]], n=5))
