"""The blend finds what is worth listening to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest

from segue.core.types import F32, Ids, Interactions, Queries
from segue.evaluation.ranking import Lists
from segue.fitted.blend import Blend as FittedBlend
from segue.fitted.blend import standardized
from segue.models import RECIPES
from segue.models._folds import Fold, last_out, measure, part_out
from segue.models._tuning import affordable, surely_better, tune
from segue.models.blend import Blend, climbed, features, learned_weights, softmax_weights
from segue.models.transitions import Transitions

Make = Callable[..., Interactions]
N = 40


@dataclass(frozen=True)
class Table:
    """Scores by the first item of the history."""

    items: Ids
    scores: F32

    def score(self, queries: Queries) -> F32:
        return self.scores[queries.items[queries.indptr[:-1]] - 1].copy()


@pytest.fixture
def planted(taken: Make) -> tuple[Fold, list[Table]]:
    """Truth is signal + noise; one model sees the signal, one half of it, one noise only."""
    rng = np.random.default_rng(2)
    items = np.arange(1, N + 1, dtype=np.int32)
    signal, other, noise = (rng.standard_normal((N, N)).astype(np.float32) for _ in range(3))
    worth = 2 * signal + 1 * other + 0.3 * rng.standard_normal((N, N))
    np.fill_diagonal(worth, -np.inf)
    truth = worth.argmax(axis=1).astype(np.int32)
    data = taken([[i] for i in items], n=N)
    queries = Queries.of(np.arange(N + 1), items)
    fold = Fold(data, queries, Lists(np.arange(N + 1), truth))
    return fold, [Table(items, signal), Table(items, other), Table(items, noise)]


def test_weights_follow_worth_and_noise_is_dropped(planted: tuple[Fold, list[Table]]) -> None:
    fold, models = planted
    table = features(models, fold, m=N)
    weights = learned_weights(table, 10, thrift=0.01)
    assert weights[0] == 1
    assert 0.2 < weights[1] < 0.9
    assert weights[2] == 0
    alone = [measure(m, fold) for m in models]
    both = measure(FittedBlend(models[0].items, ("a", "b", "c"), tuple(models), weights, weights), fold)
    assert both > max(alone) + 0.05


def test_among_all_candidates_the_table_measures_what_the_whole_catalogue_does(
    planted: tuple[Fold, list[Table]],
) -> None:
    fold, models = planted
    table = features(models, fold, m=N)
    weights = np.array([1, 0.4, 0.1], np.float32)
    blend = FittedBlend(models[0].items, ("a", "b", "c"), tuple(models), weights, weights)
    assert table.ndcg(weights, 10) == pytest.approx(measure(blend, fold), abs=1e-6)


def test_climbing_never_loses(planted: tuple[Fold, list[Table]]) -> None:
    table = features(planted[1], planted[0], m=N)
    start = softmax_weights(table)
    assert table.ndcg(climbed(table, start, 10), 10) >= table.ndcg(start, 10)
    poor = np.array([0.1, 0.1, 1], np.float32)
    assert table.ndcg(climbed(table, poor, 10), 10) > table.ndcg(poor, 10) + 0.05


def test_standardized_rows() -> None:
    rows = standardized(np.array([[1, 2, 3, 6], [5, 5, 5, 5]], np.float32))
    np.testing.assert_allclose(rows.mean(axis=1), 0, atol=1e-6)
    np.testing.assert_allclose(rows.std(axis=1), [1, 0], atol=1e-6)


def test_components_with_other_items_and_unknown_histories() -> None:
    left = Table(np.array([1, 2, 3], np.int32), np.array([[0, 1, 2]] * 3, np.float32))
    right = Table(np.array([2, 5], np.int32), np.array([[4, 0]] * 3, np.float32))
    items = np.array([1, 2, 3, 5], np.int32)
    blend = FittedBlend(items, ("l", "r"), (left, right), np.array([1, 0], np.float32), np.array([0, 1], np.float32))
    got = blend.score(Queries.of(np.array([0, 1, 2]), np.array([1, 1], np.int32)))
    assert got.shape == (2, 4)
    assert items[got[0].argmax()] == 3
    only_right = replace(blend, weights=np.array([0, 1], np.float32))
    assert items[only_right.score(Queries.of(np.array([0, 1]), np.array([1], np.int32)))[0].argmax()] == 2


def test_tuning_finds_the_planted_window(taken: Make) -> None:
    """What follows comes two places later; a window of one cannot see it."""
    rng = np.random.default_rng(0)
    lines = []
    for _ in range(200):
        a, b = rng.integers(1, 21, 2)
        lines.append([a, b, a + 20, b + 20, a + 40, b + 40])
    data = taken([list(map(int, line)) for line in lines if line[0] != line[1]], n=60, ordered=True)
    fold = last_out(data)
    start = Transitions(window=1, backward=0.0, history_decay=0.6)
    best, trials = tune(start, fold, seed=0, limit=100)
    assert best.window > 1
    assert measure(best.fit(fold.train, rng), fold) > measure(start.fit(fold.train, rng), fold) + 0.2
    assert max(t.score for t in trials) == pytest.approx(measure(best.fit(fold.train, rng), fold))


def test_one_trial_is_the_start(taken: Make) -> None:
    fold = last_out(taken([[1, 2, 3, 4]] * 5, n=4, ordered=True))
    best, trials = tune(Transitions(), fold, seed=0, limit=1)
    assert (best, len(trials)) == (Transitions(), 1)


def test_what_needs_an_order_stays_out_without_one(taken: Make) -> None:
    lines = [[1 + g, 2 + g, 3 + g, 4 + g] for g in (0, 4) for _ in range(20)]
    names = ("item-knn", "popular")
    found = Blend(components=names, trials=12).choose(taken(lines, n=8), np.random.default_rng(0))
    assert set(found.recipes) == set(names)
    assert found.inner["blend"] >= max(found.inner[n] for n in names) * 0.99
    assert RECIPES["transitions"].needs_order


def test_last_out_holds_back_one_new_item_each(taken: Make) -> None:
    data = taken([[1, 2, 3, 4], [2, 1], [3, 1, 4, 3], [4, 3, 2]], n=4, ordered=True)
    fold = last_out(data)
    assert fold.train.items[fold.truth.rows].tolist() == [4, 2]  # owner 2 is too short, owner 3 heard it before
    assert fold.queries.items.tolist() == [1, 2, 3, 4, 3]
    assert np.diff(fold.train.indptr).tolist() == [3, 2, 4, 2]


def test_part_out_hides_what_it_asks_for(taken: Make) -> None:
    data = taken([list(range(1, 21))] * 30, n=20)
    fold = part_out(data, np.random.default_rng(1))
    sizes = np.diff(fold.truth.indptr)
    assert 0 < len(fold.queries) < 15
    assert 2 < sizes.mean() < 10
    assert len(fold.train.rows) + len(fold.truth.rows) == len(data.rows)
    for b in range(len(fold.queries)):
        history = fold.queries.slice(b, b + 1).items
        hidden = data.items[fold.truth.slice(b, b + 1).rows]
        assert not np.isin(hidden, history).any()


def test_a_rise_within_the_noise_is_none() -> None:
    rng = np.random.default_rng(0)
    old = rng.random(400)
    assert surely_better(old + 0.01, old)
    assert not surely_better(old, old)
    one_lucky = old.copy()
    one_lucky[0] += 1
    one_lucky[1] -= 0.9
    assert one_lucky.mean() > old.mean()
    assert not surely_better(one_lucky, old)


def test_a_slow_machine_chooses_as_a_quick_one(taken: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    data = taken([list(rng.permutation(12)[:6] + 1) for _ in range(60)], n=12, ordered=True)
    recipe = Blend(components=("item-knn", "transitions", "popular"), trials=5)
    quick = recipe.choose(data, np.random.default_rng(0))
    clock = iter(range(0, 10**9, 1000))
    monkeypatch.setattr("time.monotonic", lambda: float(next(clock)))
    slow = recipe.choose(data, np.random.default_rng(0))
    assert (slow.recipes, slow.weights) == (quick.recipes, quick.weights)
    assert max(len(t) for t in slow.trials.values()) == 5


def test_much_data_gets_fewer_trials(taken: Make) -> None:
    small = taken([[1, 2, 3]] * 4, n=3)
    large = taken([[1, 2, 3]] * 200_000, n=3)
    assert affordable(12, Transitions(), small) == 12
    assert affordable(12, Transitions(), large) == 6
    assert affordable(1, Transitions(), large) == 1
    assert affordable(12, RECIPES["cease"](), small) < 12
