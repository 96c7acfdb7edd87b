"""Shared tags, by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from segue.core.types import Interactions, Queries
from segue.models.same_tags import SameTags

Make = Callable[..., Interactions]
TAGS = np.array([[1, 1, 0], [1, 0, 0], [1, 1, 0], [1, 0, 1], [0, 0, 0]], np.float32)  # seen live, shoegaze, (one only)


def test_a_rare_tag_says_more_than_a_common_one(taken: Make) -> None:
    """Item 3 shares shoegaze with item 1, item 2 only what nearly all have."""
    got = SameTags().fit(taken([[1]], n=5, tags=TAGS), np.random.default_rng(0))
    score = got.score(Queries.of(np.array([0, 1]), np.array([1], np.int32)))[0]
    assert score[2] > score[1]
    assert score[4] == 0


def test_tf_idf_by_hand(taken: Make) -> None:
    """4 described items; idf is log 5/4 for the tag of 4, log 5/2 for the tag of 2, and the tag of one is dropped."""
    common, rare = np.log(5 / 4), np.log(5 / 2)
    got = SameTags(saturation=1.0).fit(taken([[1]], n=5, tags=TAGS), np.random.default_rng(0)).similar(1)
    cosine = common / np.hypot(common, rare)
    assert got == pytest.approx([0, cosine, 1, cosine, 0], abs=1e-6)


def test_it_needs_tags(taken: Make) -> None:
    assert SameTags.suits(taken([[1]], n=5, tags=TAGS))
    assert not SameTags.suits(taken([[1]], n=5))
