"""CEASE against its definition, and what tags add."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp

from segue.core.types import Interactions, Queries
from segue.models._traits import tf_idf
from segue.models.cease import Cease

Make = Callable[..., Interactions]
PLAIN = Cease(side=0.0, popularity_power=0.0, power=0.0)


def asked(*history: int) -> Queries:
    return Queries.of(np.array([0, len(history)]), np.array(history, np.int32))


def test_without_tags_and_damping_it_is_ease(taken: Make) -> None:
    rng = np.random.default_rng(3)
    x = (rng.random((9, 14)) < 0.4).astype(np.float64)
    data = taken([np.flatnonzero(row) + 1 for row in x], n=14)
    p = np.linalg.inv(x.T @ x + 5 * np.eye(14))
    b = np.eye(14) - p / np.diag(p)
    np.fill_diagonal(b, 0)
    got = replace(PLAIN, ridge=5.0).fit(data, rng).score(asked(2, 5, 6))[0]
    assert got == pytest.approx(b[[1, 4, 5]].sum(axis=0), abs=1e-4)


def test_rows_of_side_information_are_rows_of_ease(taken: Make) -> None:
    """With as many tag dimensions as tags, the tag rows stand below X: the definition of CEASE."""
    rng = np.random.default_rng(4)
    x = (rng.random((8, 12)) < 0.4).astype(np.float64)
    tags = (rng.random((12, 5)) < 0.5).astype(np.float32)
    data = taken([np.flatnonzero(row) + 1 for row in x], n=12, tags=tags)
    f = tf_idf(sp.csr_array(tags)).toarray().T.astype(np.float64)
    kept = Cease(ridge=2.0, side=0.7, popularity_power=0.0, power=0.0, tag_rank=4).fit(data, rng)
    _, _, v = np.linalg.svd(f, full_matrices=False)
    f = (f @ v[:4].T) @ v[:4]
    p = np.linalg.inv(x.T @ x + 0.49 * f.T @ f + 2 * np.eye(12))
    b = np.eye(12) - p / np.diag(p)
    np.fill_diagonal(b, 0)
    assert kept.score(asked(1, 7))[0] == pytest.approx(b[[0, 6]].sum(axis=0), abs=1e-4)


def test_an_item_nobody_took_is_found_by_its_tags(taken: Make) -> None:
    """Items 1-3 are rock, 4-6 jazz; nobody has taken 3 or 6. Without tags nothing tells them apart (the control)."""
    tags = np.repeat(np.eye(2, dtype=np.float32), 3, axis=0)
    lines = [[1, 2], [1, 2], [4, 5], [4, 5], [1, 2], [4, 5]]
    with_tags = Cease(ridge=1.0).fit(taken(lines, n=6, tags=tags), np.random.default_rng(0)).score(asked(1))[0]
    without = Cease(ridge=1.0, side=0.0).fit(taken(lines, n=6, tags=tags), np.random.default_rng(0)).score(asked(1))[0]
    assert with_tags[2] > with_tags[5] + 0.01
    assert without[2] == pytest.approx(without[5], abs=1e-6)


def test_popular_items_are_damped(taken: Make) -> None:
    """All take 1; 2 and 3 go together. Damping lowers what item 1 gets from 2, against what 3 gets from it."""
    lines = [[1, 2, 3], [1, 2, 3], [1], [1], [1], [1], [1, 4], [1, 4]]
    data = taken(lines, n=4)
    rng = np.random.default_rng(0)
    plain = replace(PLAIN, ridge=1.0).fit(data, rng).score(asked(2))[0]
    tame = replace(PLAIN, ridge=1.0, popularity_power=0.4).fit(data, rng).score(asked(2))[0]
    assert tame[0] / tame[2] < plain[0] / plain[2]


def test_it_keeps_out_of_ordered_data(taken: Make) -> None:
    data = taken([[1, 2]], n=2)
    assert Cease.suits(data)
    assert not Cease.suits(taken([[1, 2]], n=2, ordered=True))


def test_more_owners_than_the_cap_still_fit(taken: Make) -> None:
    data = taken([[1, 2], [1, 2, 3], [3]], n=3)
    score = replace(PLAIN, ridge=1.0, cap=1).fit(data, np.random.default_rng(0)).score(asked(1))[0]
    assert score[1] == pytest.approx(score[2])  # of the one owner that is used, who has all three
