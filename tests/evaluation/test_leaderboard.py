from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from segue.core.errors import UnknownName, UsageError
from segue.evaluation.evaluate import evaluate
from segue.evaluation.intervals import paired
from segue.evaluation.leaderboard import Leaderboard, compare, leaderboard


@pytest.fixture
def board(random_split: Any, table: Any) -> Leaderboard:
    return leaderboard(models(random_split, table), random_split)


def models(split: Any, table: Any) -> dict[str, Any]:
    """One that peeks, for as many listeners as share a last item; two baselines; noise."""
    rng = np.random.default_rng(0)
    items, n = split.train.items, 60
    noise = rng.random((n + 1, n)).astype(np.float32)
    peek = noise.copy()
    last = split.queries.items[split.queries.indptr[1:] - 1]
    peek[np.repeat(last, np.diff(split.truth_indptr)), split.truth_rows] += 1
    count = np.bincount(split.train.rows, minlength=n).astype(np.float32)
    scores = {"peek": peek, "popular": np.tile(count, (n + 1, 1)), "ease": peek * 0.5 + noise, "noise": noise}
    return {name: table(items, s) for name, s in scores.items()}


def test_order_intervals_and_differences(board: Leaderboard) -> None:
    assert board.main == "ndcg@10"
    means = [row.interval.mean for row in board.rows]
    assert means == sorted(means, reverse=True)
    assert (board.rows[0].name, board.best_baseline) == ("peek", "ease")
    assert {row.name for row in board.rows if row.baseline} == {"popular", "ease"}
    for row in board.rows:
        assert row.interval.mean == pytest.approx(row.result.metrics["ndcg@10"])
        assert row.interval.low < row.interval.mean < row.interval.high
    by_name = {row.name: row for row in board.rows}
    assert by_name["ease"].difference is None
    ours, theirs = by_name["noise"].result, by_name["ease"].result
    assert by_name["noise"].difference == pytest.approx(paired(ours.per_owner["ndcg@10"], theirs.per_owner["ndcg@10"]))
    assert by_name["noise"].difference is not None
    assert by_name["noise"].difference.high < 0


def test_another_main_metric_and_other_baselines(random_split: Any, table: Any) -> None:
    board = leaderboard(models(random_split, table), random_split, main="recall@20", baselines=("noise",))
    assert (board.main, board.best_baseline) == ("recall@20", "noise")
    alone = leaderboard({"noise": models(random_split, table)["noise"]}, random_split)
    assert (alone.best_baseline, alone.rows[0].difference) == ("", None)


def test_an_unknown_metric_names_the_valid_ones(random_split: Any, table: Any) -> None:
    with pytest.raises(UnknownName, match="ndcg@10"):
        leaderboard(models(random_split, table), random_split, main="auc")


def test_no_models_and_other_protocols_are_refused(random_split: Any, table: Any) -> None:
    with pytest.raises(UsageError, match="no models"):
        compare({})
    noise = models(random_split, table)["noise"]
    one, other = evaluate(noise, random_split), evaluate(noise, random_split, seen="keep")
    with pytest.raises(UsageError, match="otherwise"):
        compare({"one": one, "other": other})


def test_history_spans_hold_every_listener_and_enough_of_them(board: Leaderboard) -> None:
    spans = board.by_history()
    assert len(spans) > 2
    assert sum(n for _, n, _ in spans) == len(board.history)
    assert min(n for _, n, _ in spans) >= 20
    whole = sum(n * means[0] for _, n, means in spans) / len(board.history)
    assert whole == pytest.approx(board.rows[0].interval.mean)


def test_few_listeners_make_one_span(split_of: Any, table: Any) -> None:
    split = split_of([[1], [1, 2, 3]], [[3], [4]], 4)
    board = leaderboard({"flat": table(split.train.items, np.ones((5, 4), np.float32))}, split)
    assert [(label, n) for label, n, _ in board.by_history()] == [("1+", 2)]
