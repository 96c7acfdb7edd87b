"""The kernel against a slow, plain ranking, and against cases worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.core.errors import UsageError
from segue.core.types import F32
from segue.evaluation.ranking import Lists, distinct, positions, ranks, top_k


def lists(*rows: list[int]) -> Lists:
    flat = [i for row in rows for i in row]
    return Lists(np.cumsum([0, *map(len, rows)]).astype(np.int64), np.array(flat, np.int32))


def matrix(*rows: list[float]) -> F32:
    return np.array(rows, np.float32)


NAN, INF = float("nan"), float("inf")


def test_top_k_by_hand() -> None:
    rows, best = top_k(matrix([1, 5, 5, NAN, 2], [0, 0, 0, 0, -INF], [3, 2, 1, 0, -1]), 3, lists([4], [1], [0, 1, 2]))
    assert rows.tolist() == [[1, 2, 0], [0, 2, 3], [3, 4, -1]]
    np.testing.assert_array_equal(best, matrix([5, 5, 1], [0, 0, 0], [0, -1, NAN]))


def test_top_k_of_a_list_longer_than_the_catalogue_ends_early() -> None:
    rows, best = top_k(matrix([1, 2]), 4)
    assert rows.tolist() == [[1, 0, -1, -1]]
    assert np.isnan(best[0, 2:]).all()


def test_top_k_wants_at_least_one() -> None:
    with pytest.raises(UsageError, match="0 items"):
        top_k(matrix([1]), 0)


def test_ranks_by_hand() -> None:
    scores = matrix([9, 7, 7, 7, 1], [NAN, 4, -INF, 4, 5])
    truth = lists([0, 2, 4], [3, 0, 2])
    assert ranks(scores, truth).tolist() == [1, 3, 5, 2.5, INF, INF]
    assert ranks(scores, truth, ties="low").tolist() == [1, 3, 5, 3, INF, INF]
    assert ranks(scores, truth, ties="high").tolist() == [1, 3, 5, 2, INF, INF]
    # without columns 0 and 1 of the first row and 4 of the second
    assert ranks(scores, truth, lists([0, 1], [4])).tolist() == [INF, 1.5, 3, 1.5, INF, INF]


def test_an_unknown_item_has_no_rank() -> None:
    assert ranks(matrix([1, 2]), lists([-1, 0])).tolist() == [INF, 2]


@pytest.mark.parametrize("held_out", [1, 40])  # the scanning path and the sorting path
def test_equal_scores_stand_where_a_random_order_stands_on_average(held_out: int) -> None:
    n = 101
    got = ranks(np.zeros((1, n), np.float32), lists(list(range(held_out))), lists([99, 100]))
    assert (got == (n - 2 + 1) / 2).all()


def test_shapes_must_agree() -> None:
    with pytest.raises(ValueError, match="list a row"):
        ranks(np.zeros((2, 3), np.float32), lists([0]))


def test_distinct_keeps_each_known_item_once() -> None:
    items = np.array([10, 20, 30], np.int32)
    got = distinct(items, np.array([0, 4, 4, 6]), np.array([30, 10, 30, 99, 20, 20], np.int32))
    assert (got.indptr.tolist(), got.rows.tolist()) == ([0, 2, 2, 3], [0, 2, 1])
    assert positions(np.zeros(0, np.int32), items).tolist() == [-1, -1, -1]


def plain(line: list[float], gone: list[int], ties_high: bool = False) -> list[int]:
    """The allowed columns of one row, best first."""
    allowed = [i for i, x in enumerate(line) if i not in gone and x > -INF]
    return sorted(allowed, key=lambda i: (-line[i], -i if ties_high else i))


values = st.sampled_from([0.0, 0.0, 1.0, 2.5, -3.0, NAN, -INF])


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_kernel_equals_a_plain_sort(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 90))
    line = data.draw(st.lists(values, min_size=n, max_size=n))
    gone = sorted(data.draw(st.sets(st.integers(0, n - 1), max_size=n)))
    k = data.draw(st.integers(1, 12))
    scores, drop = matrix(line), lists(gone)
    before = scores.copy()
    order = plain(line, gone)
    got, _ = top_k(scores, k, drop)
    assert [c for c in got[0].tolist() if c >= 0] == order[:k]

    everything = lists(list(range(n)))
    low, high, mid = (ranks(scores, everything, drop, t) for t in ("low", "high", "mid"))
    few = np.concatenate([ranks(scores, lists([c]), drop) for c in range(n)])
    for column in range(n):
        if column not in order:
            assert low[column] == high[column] == mid[column] == INF
        else:
            assert low[column] == order.index(column) + 1
            assert high[column] == plain(line, gone, ties_high=True).index(column) + 1
    np.testing.assert_array_equal(mid, (low + high) / 2)
    np.testing.assert_array_equal(few, mid)  # a row with many held-out items takes another path to the same figures
    np.testing.assert_array_equal(scores, before)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 7, 100]))
def test_long_rows_equal_a_plain_sort(seed: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.choice([np.float32(0), np.float32(1), *rng.random(500, np.float32)], (3, 2000)).astype(np.float32)
    got, best = top_k(scores, k)
    order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    np.testing.assert_array_equal(got, order)
    np.testing.assert_array_equal(best, np.take_along_axis(scores, order, 1))


@given(st.integers(0, 2**32 - 1))
def test_a_constant_more_and_another_order_of_listeners_change_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 50, (6, 40)).astype(np.float32)
    truth = [rng.choice(40, rng.integers(0, 4), replace=False).tolist() for _ in range(6)]
    base = ranks(scores, lists(*truth))
    np.testing.assert_array_equal(ranks(scores + 1000, lists(*truth)), base)
    turned = ranks(scores[::-1].copy(), lists(*truth[::-1]))
    parts = np.split(turned, np.cumsum([len(t) for t in truth[::-1]])[:-1])
    np.testing.assert_array_equal(np.concatenate(parts[::-1]), base)
