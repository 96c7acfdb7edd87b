"""Columns keep together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.types import Candidates, Kind, Queries, Query, place_of, span_of

scores = st.lists(st.one_of(st.floats(-5, 5, width=32), st.just(float("nan"))), min_size=1, max_size=30)


@given(scores, st.integers(0, 35))
def test_top_is_sorted_and_nan_sinks(values: list[float], n: int) -> None:
    got = Candidates.of(np.arange(len(values), dtype=np.int32), np.array(values, np.float32), "s").top(n)
    assert len(got) == min(n, len(values))
    known = got.scores[np.isfinite(got.scores)]
    assert (np.diff(known) <= 0).all()
    assert np.isfinite(got.scores[: len(known)]).all()


def test_ties_go_by_number() -> None:
    assert Candidates.of(np.array([3, 1, 2], np.int32), np.ones(3, np.float32), "s").top(3).items.tolist() == [1, 2, 3]


def test_first_of_each_keeps_the_first() -> None:
    got = Candidates.of(np.array([5, 1, 5, 2], np.int32), np.arange(4, dtype=np.float32), "s").first_of_each()
    assert (got.items.tolist(), got.scores.tolist()) == ([5, 1, 2], [0, 1, 3])


def test_shapes_must_agree() -> None:
    with pytest.raises(ValueError, match="shape"):
        Candidates(np.zeros(2, np.int32), np.zeros(3, np.float32), np.zeros(2, np.int16))


def test_a_slice_of_queries_is_those_queries() -> None:
    whole = Queries.of(np.array([0, 2, 2, 5]), np.array([1, 2, 3, 4, 5]))
    part = whole.slice(1, 3)
    assert (len(part), part.indptr.tolist(), part.items.tolist()) == (2, [0, 0, 3], [3, 4, 5])
    assert part.at.tolist() == [2, 3, 4]


def test_a_query_is_a_batch_of_one() -> None:
    batch = Query("t", 1, np.array([4, 9], np.int32), np.ones(2, np.float32), np.array([1, 2])).batch()
    assert (len(batch), batch.items.tolist(), batch.country.tolist()) == (1, [4, 9], [b""])
    assert Kind.parse(" Track ") is Kind.TRACK


def test_numbers_are_found_among_sorted_ones() -> None:
    ordered = np.array([2, 5, 5, 9], np.int32)
    assert [place_of(n, ordered) for n in (1, 2, 5, 9, 10)] == [-1, 0, 1, 3, -1]
    assert [ordered[span_of(n, ordered)].tolist() for n in (1, 5, 9)] == [[], [5, 5], [9]]
    assert place_of(3, ordered[:0]) == -1
