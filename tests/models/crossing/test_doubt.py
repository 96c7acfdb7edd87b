"""A taste that is read from few items is drawn to the middle of all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from segue.core.types import Queries
from segue.fitted._taste import Taste
from segue.models.crossing._people import Pairs, Points, taste_of

ONE_AND_TWELVE = np.array([0, 1, 13])


def read(planted, doubt: float) -> tuple[Taste, Queries]:
    """A taste, and two histories, of one item and of twelve."""
    data = planted(80)
    pairs = Pairs.make(data.of, data.by)
    taste = taste_of(data.by, pairs, Points.of(data.by, np.random.default_rng(0)), 0.5, 0.5, 0.2, doubt)
    items = data.by.items[np.concatenate([[3], np.arange(0, 48, 4)])]
    return taste, Queries.of(ONE_AND_TWELVE, items)


def test_distance_from_the_middle_counts_by_how_many_items_tell_of_it(planted) -> None:
    sure, asked = read(planted, 0.0)
    doubtful = replace(sure, doubt=4.0)
    whole, drawn = sure.features(asked)[0], doubtful.features(asked)[0]
    assert np.allclose(drawn[0, :-1], whole[0, :-1] / 5)
    assert np.allclose(drawn[1, :-1], whole[1, :-1] * 12 / 16)
    assert np.array_equal(drawn[:, -1:], whole[:, -1:])  # how much was heard is sure
    assert np.linalg.norm(whole[0, :-1]) > 0


def test_nothing_known_is_the_middle_whatever_the_doubt(planted) -> None:
    for doubt in (0.0, 4.0):
        taste, _ = read(planted, doubt)
        features, known = taste.features(Queries.of(np.array([0, 0, 1]), np.array([999_999], np.int32)))
        assert not known.any()
        assert not features.any()


def test_kept_on_disk_and_none_in_releases_of_before(planted, tmp_path: Path) -> None:
    taste, asked = read(planted, 4.0)
    taste.save(tmp_path)
    assert np.array_equal(Taste.load(tmp_path).features(asked)[0], taste.features(asked)[0])
    (tmp_path / "doubt.npy").unlink()
    assert np.array_equal(Taste.load(tmp_path).features(asked)[0], replace(taste, doubt=0.0).features(asked)[0])
