"""What every recipe must do; a new one is tested here by being there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from segue.core.protocols import Relates, Scores
from segue.core.types import F32, Interactions, Queries
from segue.fitted import load_model, save_model
from segue.models import RECIPES
from segue.models._tuning import READ, Fits

Make = Callable[..., Interactions]

GROUPS, SIZE, OWNERS = 4, 12, 160
BLIND_TO_TASTE = {"popular"}  # the control: the board below gives it nothing
QUICK: dict[str, dict[str, Any]] = {
    "blend": {"components": ("item-knn", "popular"), "trials": 12},
    "ials": {"dimensions": 8},
    "playlist-vectors": {"dimensions": 8},
    "pmi-vectors": {"dimensions": 4},
}


@pytest.fixture
def board(taken: Make) -> Callable[[bool], Interactions]:
    """A checkerboard: owners of group g take 8 of its 12 items, never another's. All groups are equally popular."""

    def make(ordered: bool) -> Interactions:
        rng = np.random.default_rng(7)
        lines = [rng.choice(SIZE, 8, replace=False) + 1 + SIZE * (u % GROUPS) for u in range(OWNERS)]
        group = np.arange(GROUPS * SIZE) // SIZE
        return taken(
            lines, n=GROUPS * SIZE, ordered=ordered, artists=[[g + 1] for g in group], albums=list(group + 1),
            tags=np.eye(GROUPS, dtype=np.float32)[group],
        )  # fmt: skip

    return make


@pytest.fixture(params=sorted(RECIPES))
def recipe(request: pytest.FixtureRequest) -> Any:
    kind: Any = RECIPES[request.param]
    return kind(**QUICK.get(request.param, {}))


@pytest.fixture
def data(recipe: Any, board: Callable[[bool], Interactions]) -> Interactions:
    """Data that suits the recipe."""
    ordered = board(True)
    suits = getattr(recipe, "suits", lambda _: True)
    return ordered if recipe.needs_order or suits(ordered) else board(False)


def fit(recipe: Any, data: Interactions, seed: int = 5) -> Any:
    return recipe.fit(data, np.random.default_rng(seed))


def asked(*histories: list[int]) -> Queries:
    flat = np.array([i for line in histories for i in line], np.int32)
    return Queries.of(np.cumsum([0, *map(len, histories)]), flat)


def test_is_a_frozen_dataclass_with_a_docstring(recipe: Any) -> None:
    assert type(recipe).__dataclass_params__.frozen
    assert (type(recipe).__doc__ or "").strip()
    assert not hasattr(recipe, "__dict__"), "slots=True is missing"


def test_same_seed_same_model(recipe: Any, data: Interactions) -> None:
    query = asked([1, 2, 3], [14, 15])
    np.testing.assert_array_equal(fit(recipe, data).score(query), fit(recipe, data).score(query))


@pytest.mark.parametrize("recipe", sorted(n for n in RECIPES if hasattr(RECIPES[n](), READ)), indirect=True)
def test_how_histories_are_read_is_in_no_fit(recipe: Any, data: Interactions) -> None:
    """So that tuning may fit once for all ways of reading."""
    query, fits = asked([1, 2, 3, 40], [14, 15, 30]), Fits(data, 5)
    for decay in (0.5, 0.9):
        other = replace(recipe, **{READ: decay})
        np.testing.assert_array_equal(fits.model(other).score(query), fit(other, data).score(query))


def test_learns_the_board(recipe: Any, data: Interactions) -> None:
    """Of the best 8 unheard, how many are of the listener's own group: 1 is right, popularity gets about 8 / 44."""
    model = fit(recipe, data)
    histories = [[1 + SIZE * g + i for i in (0, 3, 5, 7)] for g in range(GROUPS)]
    scores = model.score(asked(*histories)).astype(np.float64)
    inside = []
    for g, (history, line) in enumerate(zip(histories, scores, strict=True)):
        line[np.isin(model.items, history)] = -np.inf
        best = model.items[np.argsort(-line, kind="stable")[:8]]
        inside.append(np.mean((best - 1) // SIZE == g))
    name = type(recipe).__module__.rpartition(".")[2]
    if name in BLIND_TO_TASTE:
        assert np.mean(inside) < 0.5
    else:
        assert np.mean(inside) > 0.9


def test_scores_have_the_promised_shape(recipe: Any, data: Interactions) -> None:
    model = fit(recipe, data)
    assert isinstance(model, Scores)
    assert np.all(np.diff(model.items) > 0)
    scores = model.score(asked([1], [2, 3], []))
    assert scores.shape == (3, len(model.items))
    assert scores.dtype == np.float32
    assert np.isfinite(scores).all(), "an empty history is scored too"
    assert model.score(asked()).shape == (0, len(model.items))


def test_unknown_items_are_ignored(recipe: Any, data: Interactions) -> None:
    model = fit(recipe, data)
    known, mixed = model.score(asked([3, 5])), model.score(asked([900, 3, 901, 5, 902]))
    np.testing.assert_allclose(mixed, known, rtol=1e-5, atol=1e-6)
    assert np.isfinite(model.score(asked([900, 901]))).all()


def test_a_row_does_not_depend_on_its_batch(recipe: Any, data: Interactions) -> None:
    model = fit(recipe, data)
    together = model.score(asked([1, 2], [13, 14, 15, 16], [30]))
    alone = np.concatenate([model.score(asked(h)) for h in ([1, 2], [13, 14, 15, 16], [30])])
    np.testing.assert_allclose(together, alone, rtol=1e-4, atol=1e-6)


def test_saved_and_loaded_it_answers_the_same(recipe: Any, data: Interactions, tmp_path: Path) -> None:
    model = fit(recipe, data)
    save_model(model, tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    query = asked([1, 2, 3], [40], [])
    np.testing.assert_array_equal(loaded.score(query), model.score(query))
    np.testing.assert_array_equal(loaded.items, model.items)
    files = [p for p in (tmp_path / "model").rglob("*") if p.is_file()]
    assert {p.suffix for p in files} <= {".npy", ".json", ".onnx"}
    if isinstance(model, Relates):
        np.testing.assert_array_equal(loaded.similar(3), model.similar(3))  # type: ignore[attr-defined]


def test_relates_items_of_a_group(recipe: Any, data: Interactions) -> None:
    model = fit(recipe, data)
    if not isinstance(model, Relates):
        pytest.skip("does not relate items")
    line: F32 = model.similar(3)
    assert line.shape == (len(model.items),)
    assert np.isfinite(line).all()
    others = np.arange(1, GROUPS * SIZE + 1) != 3
    assert line[:SIZE][others[:SIZE]].mean() > line[SIZE:].mean()
    assert np.isfinite(model.similar(900)).all()


def test_no_events_and_no_items(recipe: Any, data: Interactions, taken: Make) -> None:
    silent = data.only(np.zeros(len(data.rows), bool))
    scores = fit(recipe, silent).score(asked([1, 2], []))
    assert scores.shape == (2, len(data.items))
    assert np.isfinite(scores).all()
    nothing = replace(taken([], n=0, ordered=data.ordered), attributes=taken([], n=0).attributes)
    assert fit(recipe, nothing).score(asked([1])).shape == (1, 0)
