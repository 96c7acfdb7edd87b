"""Choosing hyper-parameters by coordinate search on an inner split."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Protocol, TypeVar

import numpy as np

from segue.core.protocols import Scores
from segue.core.types import Interactions
from segue.models._folds import Fold, measure


class Tunable(Protocol):
    """A recipe that says what may be tried."""

    needs_order: ClassVar[bool]
    axes: ClassVar[Mapping[str, tuple[Any, ...]]]  # values worth trying of each field, what matters most first
    draft: ClassVar[Mapping[str, Any]]  # overrides that make a fit cheap while searching

    def fit(self, data: Interactions, rng: np.random.Generator) -> Any: ...


R = TypeVar("R", bound=Tunable)


@dataclass(frozen=True, slots=True)
class Trial:
    """One fit and what it scored."""

    recipe: Any
    score: float
    seconds: float


def tune(start: R, fold: Fold, seed: int, k: int = 10, passes: int = 2, budget: float = 60.0) -> tuple[R, list[Trial]]:
    """The best recipe by NDCG@k on the fold, and every trial: each axis in turn, keeping what improves.

    A pass that improves nothing ends the search; `budget` (seconds) ends it early, but never before the start has
    been tried. Axes that cannot matter (order where there is none, powers of weights that are all 1) are left out.
    """
    began = time.monotonic()
    trials: dict[Any, Trial] = {}

    def score(recipe: R) -> float:
        cheap: Any = replace(recipe, **start.draft)  # type: ignore[type-var]
        if cheap not in trials:
            t = time.monotonic()
            model: Scores = cheap.fit(fold.train, np.random.default_rng(seed))
            trials[cheap] = Trial(recipe, measure(model, fold, k), time.monotonic() - t)
        return trials[cheap].score

    best, best_score = start, score(start)
    for _ in range(passes):
        before = best_score
        for candidate in _neighbours(best, fold.train):
            if time.monotonic() - began > budget:
                return best, list(trials.values())
            tried = replace(best, **candidate)  # type: ignore[type-var]
            if score(tried) > best_score:
                best, best_score = tried, score(tried)
        if best_score == before:
            break
    return best, list(trials.values())


def _neighbours(recipe: Tunable, data: Interactions) -> Iterator[dict[str, Any]]:
    """Changes of one field each, axis by axis."""
    idle = set()
    if not data.ordered:
        idle |= {"decay", "history_decay"}
    if not data.timed:
        idle |= {"half_life_days", "lead"}
    if len(data.weights) == 0 or data.weights.min() == data.weights.max():
        idle |= {"power"}
    known = {f.name for f in fields(recipe)}  # type: ignore[arg-type]
    for name, values in recipe.axes.items():
        if name in known and name not in idle:
            for value in values:
                yield {name: value}
