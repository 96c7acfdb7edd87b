"""Choose and fit what recommends for one population: tuned on inner rows, fitted, each written as a step's output."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from segue.core.errors import UsageError
from segue.core.protocols import Scores
from segue.core.types import Interactions
from segue.evaluation.ranking import Lists
from segue.fitted import load_model, save_ahead, save_model
from segue.jobs.protocols import Measure, inner
from segue.models import RECIPES
from segue.models._folds import Fold
from segue.models.blend import Blend, applies, assembled
from segue.runs.step import run_step
from segue.store.splits import Split

BLEND = "blend"
TRIALS = Blend().trials
UNTUNED = ("popular", "item-knn", "transitions")  # what a population too small to tune on gets, equally weighed


@dataclass(frozen=True, slots=True)
class Learned:
    """What was chosen."""

    best: str  # a recipe, or "blend"
    recipes: dict[str, dict[str, Any]]  # by name: hyper-parameters
    weights: dict[str, float]  # 0 for recipes that the blend does without
    inner: dict[str, float]  # the inner split's metric for each recipe and the blend; empty where nothing was tuned
    metric: str
    protocol: str  # of the inner split
    seed: int  # of the fits it was chosen by


def learn(
    root: Path,
    data: Interactions,
    names: Sequence[str],
    measure: Measure,
    seed: int,
    say: Callable[[str], None],
    trials: int = TRIALS,
) -> Learned:
    """Tune each recipe and weigh a blend of them on an inner split of `data`. Done once.

    `trials`: settings of hyper-parameters tried of each recipe.
    """
    parts = components(data, names)
    splits = inner(data, seed) if len(data.rows) else []
    depth = max(Blend().candidates, 2 * measure.k)
    recipe = Blend(components=parts, k=measure.k, candidates=depth, trials=trials)

    def work(folder: Path) -> None:
        if splits:
            protocol = splits[0].protocol
            say(f"tuning {', '.join(parts)} on {protocol}")
            found = recipe.choose(data, np.random.default_rng(seed), [as_fold(s) for s in splits])
            record = {
                "recipes": {n: asdict(r) for n, r in found.recipes.items()},
                "weights": found.weights, "inner": found.inner, "protocol": protocol, "seed": found.seed,
            }  # fmt: skip
        else:
            few = [n for n in UNTUNED if n in parts] or list(parts)
            plain: dict[str, Any] = {n: RECIPES[n]() for n in few}
            record = {
                "recipes": {n: asdict(r) for n, r in plain.items()},
                "weights": dict.fromkeys(few, 1.0), "inner": {}, "protocol": "too few listeners to tune on",
                "seed": seed,
            }  # fmt: skip
        (folder / "learned.json").write_text(json.dumps(record, indent=1) + "\n")

    code: list[Any] = [Blend, *(RECIPES[n] for n in parts), learn]
    folder, _ = run_step(
        root, "learn", work, inputs=[data.id], params={"blend": recipe, "of": data.kind.label}, seed=seed, code=code
    )
    record = json.loads((folder / "learned.json").read_text())
    best = _best(record["inner"], names) if record["inner"] else BLEND
    return Learned(best=best, metric=f"ndcg@{recipe.k}", **record)


def judged(
    root: Path, learned: Learned, data: Interactions, say: Callable[[str], None]
) -> dict[str, Scores]:  # fmt: skip
    """The blend and every recipe in it, fitted on the rows `data` that they were chosen from."""
    every = replace(learned, best=BLEND)
    blend: Any = load_model(refit(root, every, data, learned.seed, say, "the rows it was chosen from", ahead=False))
    return {BLEND: blend, **dict(zip(blend.names, blend.components, strict=True))}


def refit(
    root: Path, learned: Learned, data: Interactions, seed: int, say: Callable[[str], None], rows: str = "everything",
    ahead: bool = True,
) -> Path:  # fmt: skip
    """Folder of the chosen model, fitted on all of `data` with the hyper-parameters and weights that were chosen.

    With the nearest items worked out `ahead`, if it is to serve. Done once.
    """
    kept = [n for n, w in learned.weights.items() if w != 0] if learned.best == BLEND else [learned.best]
    recipes = {n: recipe_of(n, learned.recipes[n]) for n in kept}
    weights = {n: learned.weights[n] for n in kept}

    def work(folder: Path) -> None:
        say(f"fitting {learned.best} on {rows}")
        fitted = {n: r.fit(data, np.random.default_rng(seed)) for n, r in recipes.items()}
        if learned.best == BLEND:
            model: Any = assembled(fitted, np.array([weights[n] for n in kept], np.float32))
        else:
            model = fitted[learned.best]
        save_model(model, folder / "model")
        if ahead:
            takers = np.bincount(data.matrix().indices, minlength=len(data.items))
            save_ahead(model, takers[np.searchsorted(data.items, model.items)], folder / "model")

    params = {"best": learned.best, "recipes": recipes, "weights": weights, "ahead": ahead}
    code: list[Any] = [Blend, *(RECIPES[n] for n in kept), refit]
    folder, _ = run_step(root, "fit", work, inputs=[data.id], params=params, seed=seed, code=code)
    return folder / "model"


def components(data: Interactions, names: Sequence[str]) -> tuple[str, ...]:
    """The recipes to try: those named, or all that apply to the data. UnknownName or UsageError for one that cannot."""
    wanted = [n for n in names if n != BLEND]
    for name in wanted:
        if RECIPES[name].needs_order and not data.ordered:
            raise UsageError(f"recipe {name!r} needs an order, which these {data.kind.label} events do not have")
    return tuple(wanted) or tuple(n for n in RECIPES if n != BLEND and applies(RECIPES[n], data))


def recipe_of(name: str, params: dict[str, Any]) -> Any:
    """A recipe from hyper-parameters as JSON keeps them."""
    return replace(RECIPES[name](), **{k: tuple(v) if isinstance(v, list) else v for k, v in params.items()})  # type: ignore[type-var]


def as_fold(split: Split) -> Fold:
    return Fold(split.train, split.queries, Lists(split.truth_indptr, split.truth_rows))


def _best(inner: dict[str, float], names: Sequence[str]) -> str:
    """The best on the inner split; the blend only where it was not ruled out by naming recipes."""
    able = inner if not names or BLEND in names else {n: v for n, v in inner.items() if n != BLEND}
    return max(able, key=lambda n: (able[n], n == BLEND))
