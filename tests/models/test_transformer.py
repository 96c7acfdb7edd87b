"""What the transformer learns of sequences that were planted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from segue.core.types import Interactions, Queries
from segue.models.transformer import Transformer

pytest.importorskip("torch")
pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

Make = Callable[..., Interactions]

N = 24
SMALL: dict[str, Any] = {"dimensions": 16, "epochs": 30, "rate": 0.01, "dropout": 0.1, "batch": 64, "negatives": 0}


def circles(rng: np.random.Generator, shuffled: bool) -> list[list[int]]:
    """300 walks along three circles of eight items, each from any item on; the control has them in any order."""
    lines = []
    for u in range(300):
        start, length = int(rng.integers(8)), int(rng.integers(4, 8))
        line = [1 + 8 * (u % 3) + (start + i) % 8 for i in range(length)]
        lines.append(rng.permutation(line).tolist() if shuffled else line)
    return lines


def asked(history: list[int]) -> Queries:
    return Queries.of(np.array([0, len(history)]), np.array(history, np.int32))


def hits(model: Any) -> float:
    """How often the item that is next on the circle has the best score of all that were not heard."""
    right = []
    for start in range(N):
        circle, place = divmod(start, 8)
        *heard, following = [1 + 8 * circle + (place + i) % 8 for i in range(4)]
        scores = model.score(asked(heard))[0]
        scores[np.array(heard) - 1] = -np.inf
        right.append(int(np.argmax(scores)) + 1 == following)
    return float(np.mean(right))


@pytest.mark.parametrize("block", ["attention", "hstu"])
@pytest.mark.parametrize("negatives", [0, 12])
def test_learns_what_follows_what(block: Any, negatives: int, taken: Make) -> None:
    lines = circles(np.random.default_rng(0), shuffled=False)
    recipe = Transformer(**SMALL | {"block": block, "ahead": 2, "negatives": negatives})
    assert hits(recipe.fit(taken(lines, n=N, ordered=True), np.random.default_rng(1))) > 0.9


def test_in_any_order_nothing_follows_anything(taken: Make) -> None:
    """The control: five unheard items of the circle are alike."""
    lines = circles(np.random.default_rng(0), shuffled=True)
    recipe = Transformer(ahead=2, **SMALL)
    assert hits(recipe.fit(taken(lines, n=N, ordered=True), np.random.default_rng(1))) < 0.6


def test_the_time_between_tells_what_comes_next(taken: Make) -> None:
    """After item 1, item 2 where a minute has passed, and item 3 where days have."""
    rng = np.random.default_rng(0)
    lines, days = [], []
    for _ in range(200):
        soon = bool(rng.integers(2))
        lines.append([int(rng.integers(4, 9)), 1, 2 if soon else 3])
        days.append([0, 0 if soon else 40, 0 if soon else 41])
    data = taken(lines, n=8, days=days)
    model = Transformer(ahead=1, layers=2, pmi=False, **SMALL).fit(data, rng)
    history = np.array([5, 1], np.int32)
    for late, next_item in ((0, 2), (40, 3)):
        at = np.array([0, late * 86_400_000], np.int64)
        scores = model.score(Queries.of(np.array([0, 2]), history, at=at))[0]
        assert int(np.argmax(scores)) + 1 == next_item
    blind = Transformer(ahead=1, **SMALL).fit(replace(data, timed=False), rng)
    assert len(blind.by_gap) == 0


def test_seeds_differ_and_torch_is_left_alone(taken: Make) -> None:
    import torch

    data = taken(circles(np.random.default_rng(0), shuffled=False), n=N, ordered=True)
    recipe = replace(Transformer(**SMALL), epochs=1)
    before = torch.random.get_rng_state()
    one, two = (recipe.fit(data, np.random.default_rng(seed)).score(asked([1, 2])) for seed in (1, 2))
    assert not np.array_equal(one, two)
    assert torch.equal(before, torch.random.get_rng_state())


def test_suits_data_with_enough_to_learn_from(taken: Make) -> None:
    assert Transformer.suits(taken([list(range(1, 21))] * 1100, n=20, ordered=True))
    for lines in ([[1, 2, 3]] * 1100, [list(range(1, 21)) * 3] * 900):  # too few events, too few sequences
        assert not Transformer.suits(taken(lines, n=20, ordered=True))
