from __future__ import annotations

from math import log2
from typing import Any

import numpy as np
import pytest

from segue.core.errors import UsageError
from segue.evaluation.evaluate import evaluate

NAN = float("nan")


def test_by_hand(split_of: Any, table: Any) -> None:
    """Two listeners with truth, one without; item 6 is new to everybody."""
    split = split_of([[1, 2], [3, 4], [1, 5]], [[3, 6], [1], []], 6)
    scores = np.zeros((7, 6), np.float32)
    scores[2] = [9, 8, 7, 6, 5, 4]  # without 1, 2: 3 4 5 6
    scores[4] = [5, 9, 1, 2, 5, 0]  # without 3, 4: 2, then 1 and 5, then 6
    got = evaluate(table(split.train.items, scores), split, k=(2, 4))
    assert got.owners.tolist() == [101, 102]
    assert got.history.tolist() == [2, 2]
    ideal = 1 + 1 / log2(3)
    np.testing.assert_allclose(got.per_owner["ndcg@2"], [1 / ideal, 0])
    np.testing.assert_allclose(got.per_owner["ndcg@4"], [(1 + 1 / log2(5)) / ideal, 1 / log2(3.5)])
    np.testing.assert_allclose(got.per_owner["recall@2"], [0.5, 0])
    np.testing.assert_allclose(got.per_owner["mrr"], [1, 1 / 2.5])
    # the lists of two: 3 4 and 2 1, by ties to the lower number; four of six items are shown, once each
    assert got.metrics["coverage@2"] == pytest.approx(4 / 6)
    assert got.metrics["gini@2"] == pytest.approx(1 / 3)
    # takers are 2 1 1 1 1 0 of three listeners
    np.testing.assert_allclose(got.per_owner["popularity@2"], [1, 1.5])
    np.testing.assert_allclose(got.per_owner["popularity-lift@2"], [1 / 1.5 - 1, 1.5 / 1 - 1])
    np.testing.assert_allclose(got.per_owner["novelty@2"], [log2(3), (log2(3) + log2(3 / 2)) / 2])
    np.testing.assert_allclose(got.per_owner["artist-diversity@2"], [0, 0])  # 3 and 4 are by one, 1 and 2 by another
    np.testing.assert_allclose(got.per_owner["tag-diversity@2"], [1, 1])
    p = got.protocol
    assert (p.listeners, p.items, p.events, p.truths, p.cold_truths, p.seen_truths) == (2, 6, 6, 3, 1, 0)
    assert "seen items dropped" in str(p)

    low = evaluate(table(split.train.items, scores), split, k=(2,), ties="low")
    np.testing.assert_allclose(low.per_owner["recall@2"], [0.5, 1])
    kept = evaluate(table(split.train.items, scores), split, k=(4,), seen="keep")
    np.testing.assert_allclose(kept.per_owner["mrr"], [1 / 3, 1 / 2.5])
    left = evaluate(table(split.train.items, scores), split, k=(4,), cold="leave")
    np.testing.assert_allclose(left.per_owner["ndcg@4"], [1, 1 / log2(3.5)])
    assert (left.protocol.truths, left.protocol.cold_truths) == (2, 1)


def test_cold_leaves_out_listeners_with_nothing_else(split_of: Any, table: Any) -> None:
    split = split_of([[1], [2]], [[3], [1]], 3)
    model = table(split.train.items, np.ones((4, 3), np.float32))
    assert evaluate(model, split, cold="leave").owners.tolist() == [102]
    assert evaluate(model, split).owners.tolist() == [101, 102]


def test_a_model_that_knows_other_items(random_split: Any, table: Any) -> None:
    """Fewer items: the others are misses. More items: they are never shown."""
    n = len(random_split.train.items)
    scores = np.random.default_rng(0).random((n + 1, n)).astype(np.float32)
    whole = evaluate(table(random_split.train.items, scores), random_split)
    fewer = evaluate(table(random_split.train.items[10:], scores[:, 10:]), random_split)
    blind = scores.copy()
    blind[:, :10] = np.nan
    same = evaluate(table(random_split.train.items, blind), random_split)
    np.testing.assert_array_equal(fewer.per_owner["ndcg@10"], same.per_owner["ndcg@10"])
    assert fewer.metrics["coverage@10"] == same.metrics["coverage@10"] == pytest.approx(50 / 60)
    more = np.concatenate([scores, np.full((n + 1, 5), 9, np.float32)], axis=1)
    numbers = np.arange(1, n + 6, dtype=np.int32)
    assert evaluate(table(numbers, more), random_split).metrics == whole.metrics


def test_what_a_listener_has_already_is_a_miss_and_counted(split_of: Any, table: Any) -> None:
    split = split_of([[1, 2, 1]], [[1]], 3)
    model = table(split.train.items, np.ones((4, 3), np.float32))
    dropped = evaluate(model, split)
    assert (dropped.metrics["mrr"], dropped.protocol.seen_truths) == (0, 1)
    assert evaluate(model, split, seen="keep").metrics["mrr"] == pytest.approx(1 / 2)


@pytest.mark.parametrize("block", [1, 7, 1000])
def test_blocks_change_nothing(random_split: Any, table: Any, block: int) -> None:
    scores = np.random.default_rng(1).random((61, 60)).astype(np.float32)
    model = table(random_split.train.items, scores)
    whole, parts = evaluate(model, random_split), evaluate(model, random_split, block=block)
    assert whole.metrics == parts.metrics


def test_the_order_of_listeners_and_a_constant_change_nothing(split_of: Any, table: Any) -> None:
    rng = np.random.default_rng(2)
    lines = [1 + rng.permutation(20) for _ in range(40)]
    scores = rng.integers(0, 9, (21, 20)).astype(np.float32)
    here = split_of([x[:5] for x in lines], [x[5:8] for x in lines], 20)
    there = split_of([x[:5] for x in lines[::-1]], [x[5:8] for x in lines[::-1]], 20)
    first = evaluate(table(here.train.items, scores), here)
    second = evaluate(table(here.train.items, scores + 64), there)
    for name, values in first.per_owner.items():
        np.testing.assert_allclose(second.per_owner[name][::-1], values, err_msg=name)
    worse = evaluate(table(here.train.items, -scores), here)  # control
    assert worse.metrics["ndcg@10"] != first.metrics["ndcg@10"]


def test_a_model_that_likes_everything_alike_is_worth_a_random_order(random_split: Any, table: Any) -> None:
    """Its mid-rank is (allowed + 1) / 2, the expected rank of a random order."""
    flat = evaluate(table(random_split.train.items, np.zeros((61, 60), np.float32)), random_split, k=(10,))
    allowed = 60 - flat.history
    np.testing.assert_allclose(flat.per_owner["mrr"], 2 / (allowed + 1), rtol=1e-6)
    assert flat.metrics["ndcg@10"] == 0  # nobody's mean place is among the first ten


def test_nothing_held_back_is_an_error(split_of: Any, table: Any) -> None:
    split = split_of([[1]], [[]], 2)
    with pytest.raises(UsageError, match="no listener has an item held back"):
        evaluate(table(split.train.items, np.ones((3, 2), np.float32)), split)


def test_a_cut_off_of_nothing_is_an_error(random_split: Any, table: Any) -> None:
    with pytest.raises(UsageError, match="cut-offs"):
        evaluate(table(random_split.train.items, np.ones((61, 60), np.float32)), random_split, k=(0,))


def test_scores_of_another_shape_name_the_model(random_split: Any, table: Any) -> None:
    with pytest.raises(ValueError, match=r"Table.score gave"):
        evaluate(table(random_split.train.items, np.ones((61, 3), np.float32)), random_split)
