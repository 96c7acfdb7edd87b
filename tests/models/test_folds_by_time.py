"""Folds by time see the catalogue of their day."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from segue.core.types import Interactions
from segue.models._folds import after
from segue.models.blend import default_folds

DAY = 86_400_000


def test_after_ranks_only_what_was_known(taken: Callable[..., Interactions]) -> None:
    """On day 10 owner 2 takes 1 (new to it), 4 (new to all) and 3 again; owner 3 has no history, owner 1 no truth."""
    data = taken([[1, 2], [3, 1, 4, 3], [2]], n=5, days=[[0, 1], [0, 10, 10, 11], [12]], albums=[10, 20, 30, 40, 50])
    fold = after(data, 10 * DAY)
    assert fold.train.items.tolist() == [1, 2, 3]
    assert fold.train.attributes.album.tolist() == [10, 20, 30]
    assert fold.queries.items.tolist() == [3]
    assert fold.train.items[fold.truth.rows].tolist() == [1]


def test_until_bounds_the_truth(taken: Callable[..., Interactions]) -> None:
    data = taken([[1, 2, 3], [3, 2]], n=3, days=[[0, 5, 9], [0, 1]])
    fold = after(data, 4 * DAY, until=9 * DAY)
    assert fold.train.items[fold.truth.rows].tolist() == [2]


def test_a_horizon_gives_two_spans(taken: Callable[..., Interactions]) -> None:
    data = taken([[1, 2, 3, 4], [4, 3, 2, 1]], n=4, days=[[0, 1, 12, 22], [0, 1, 11, 21]])
    folds = default_folds(data, np.random.default_rng(0), horizon_days=10)
    assert [f.train.at.max() // DAY for f in folds] == [11, 1]
    assert [len(f.queries) for f in folds] == [2, 1]  # nobody but owner 2 took anything from day 2 to 11
