"""Cases worked by hand, and what must hold for any ranking."""

from __future__ import annotations

from math import log2

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from segue.evaluation import metrics
from segue.evaluation.ranking import Lists, ranks

INF = float("inf")
# four listeners: hits at 1 and 3 of three; a tie over places 2 and 3; nothing found; nothing held out
AT = np.array([1, 3, 50, 2.5, INF], np.float32)
INDPTR = np.array([0, 3, 4, 5, 5])


def test_ndcg() -> None:
    got = metrics.ndcg(AT, INDPTR, 10)
    ideal = 1 + 1 / log2(3) + 1 / log2(4)
    np.testing.assert_allclose(got, [(1 + 1 / log2(4)) / ideal, 1 / log2(3.5), 0, np.nan])
    # at 2, the ideal has two hits, and rank 2.5 is beyond it
    np.testing.assert_allclose(metrics.ndcg(AT, INDPTR, 2), [1 / (1 + 1 / log2(3)), 0, 0, np.nan])


def test_recall_hit_rate_and_mrr() -> None:
    np.testing.assert_allclose(metrics.recall(AT, INDPTR, 3), [2 / 3, 1, 0, np.nan])
    np.testing.assert_allclose(metrics.recall(AT, INDPTR, 1), [1, 0, 0, np.nan])
    np.testing.assert_allclose(metrics.recall(AT, INDPTR, 1, capped=False), [1 / 3, 0, 0, np.nan])
    np.testing.assert_allclose(metrics.hit_rate(AT, INDPTR, 3), [1, 1, 0, np.nan])
    np.testing.assert_allclose(metrics.mrr(AT, INDPTR), [1, 1 / 2.5, 0, np.nan])
    np.testing.assert_allclose(metrics.mrr(AT, INDPTR, 2), [1, 0, 0, np.nan])


LISTS = np.array([[0, 1], [0, 2], [0, -1], [-1, -1]], np.int32)
TAKERS = np.array([4, 2, 1, 0])


def test_figures_of_lists() -> None:
    assert metrics.coverage(LISTS, 4) == 3 / 4
    np.testing.assert_allclose(metrics.novelty(LISTS, TAKERS, 4), [0.5, 1, 0, np.nan])
    np.testing.assert_allclose(metrics.popularity(LISTS, TAKERS), [3, 2.5, 4, np.nan])
    usual = np.array([1.5, 2.5, np.nan, 1])
    np.testing.assert_allclose(metrics.popularity_lift(LISTS, usual, TAKERS), [1, 0, np.nan, np.nan])
    # shown 3, 1, 1, 0 times: sum over pairs |x - y| / (2 n² mean) = (2+2+3+0+1+1) * 2 / (2 * 16 * 5/4)
    assert metrics.gini(LISTS, 4) == pytest.approx(9 * 2 / (2 * 16 * 5 / 4))
    assert metrics.gini(np.array([[0]], np.int32), 4) == pytest.approx(1 - 1 / 4)
    assert metrics.gini(np.array([[0, 1, 2, 3]], np.int32), 4) == pytest.approx(0)


def test_diversity() -> None:
    tags = sp.csr_array(np.array([[1, 0], [0, 2], [3, 3], [0, 0]], np.float32))
    lists = np.array([[0, 1, 2], [0, 0, -1], [0, 3, -1], [0, 1, 3]], np.int32)
    # cosines of the first: 0, .7071, .7071; an item without tags is left out of the pairs
    np.testing.assert_allclose(metrics.diversity(lists, tags), [1 - 2 * 0.5**0.5 / 3, 0, np.nan, 1], atol=1e-6)


@given(st.integers(0, 2**32 - 1), st.integers(1, 30))
def test_bounds_and_the_perfect_ranking(seed: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    size = rng.integers(0, 6, 8)
    indptr = np.concatenate([[0], np.cumsum(size)])
    rows = np.concatenate([np.zeros(0, int), *(rng.choice(20, s, replace=False) for s in size)]).astype(np.int32)
    scores = rng.integers(0, 6, (8, 20)).astype(np.float32)
    truth = Lists(indptr, rows)
    perfect = np.zeros((8, 20), np.float32)
    perfect[truth.owner(), rows] = 1 + rng.permutation(len(rows))
    for metric in (metrics.ndcg, metrics.recall, metrics.hit_rate, metrics.mrr):
        ours = metric(ranks(scores, truth), indptr, k)
        best = metric(ranks(perfect, truth), indptr, k)
        assert ((ours >= 0) & (ours <= 1))[size > 0].all()
        np.testing.assert_allclose(best[size > 0], 1)
        assert np.isnan(ours[size == 0]).all()
        turned = metric(ranks(scores[::-1].copy(), flipped(truth)), flipped(truth).indptr, k)
        np.testing.assert_array_equal(turned[::-1], ours)


def test_control_a_worse_ranking_scores_less() -> None:
    at, indptr = np.array([1, 2], np.float32), np.array([0, 2])
    assert metrics.ndcg(at + 1, indptr, 10)[0] < metrics.ndcg(at, indptr, 10)[0]


def flipped(lists: Lists) -> Lists:
    parts = np.split(lists.rows, lists.indptr[1:-1])[::-1]
    return Lists(np.concatenate([[0], np.cumsum([len(p) for p in parts])]), np.concatenate(parts))
