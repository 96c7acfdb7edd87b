"""Shared albums, by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from segue.core.types import Interactions, Queries
from segue.models.same_album import SameAlbum

Make = Callable[..., Interactions]


def test_the_rest_of_the_album(taken: Make) -> None:
    data = taken([[1]], n=6, albums=[5, 5, 5, 6, 0, 0])
    model = SameAlbum(saturation=1.0).fit(data, np.random.default_rng(0))
    got = model.score(Queries.of(np.array([0, 3]), np.array([1, 2, 5], np.int32)))[0]
    assert got == pytest.approx([2, 2, 2, 0, 0, 0])  # items without an album share none


def test_similar_is_the_album_without_the_item(taken: Make) -> None:
    data = taken([[1]], n=4, albums=[5, 5, 6, 5])
    assert SameAlbum().fit(data, np.random.default_rng(0)).similar(1) == pytest.approx([0, 1, 0, 1])


def test_it_needs_albums(taken: Make) -> None:
    assert SameAlbum.suits(taken([[1]], n=1, albums=[5]))
    assert not SameAlbum.suits(taken([[1]], n=1))
