"""Choosing hyper-parameters by coordinate search on an inner split."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar, Protocol, TypeVar

import numpy as np

from segue.core.protocols import Scores
from segue.core.types import Interactions
from segue.evaluation.metrics import F64
from segue.models._folds import Fold, gains


class Tunable(Protocol):
    """A recipe that says what may be tried."""

    needs_order: ClassVar[bool]
    axes: ClassVar[Mapping[str, tuple[Any, ...]]]  # values worth trying of each field, what matters most first
    draft: ClassVar[Mapping[str, Any]]  # overrides that make a fit cheap while searching

    def fit(self, data: Interactions, rng: np.random.Generator) -> Any: ...


R = TypeVar("R", bound=Tunable)

LIGHT = 300_000  # events: with more of them a recipe gets fewer trials, in proportion
PAIRS = 20_000_000  # events times events of the same owner, what recipes that count pairs work on: likewise
READ = "history_decay"  # how histories are read when a model is asked: it is in `model.reading`, and in no fit


@dataclass(frozen=True, slots=True)
class Trial:
    """One fit and what it scored."""

    recipe: Any
    score: float
    seconds: float


@dataclass(slots=True)
class Fits:
    """Fits of a recipe, the last of them kept: settings that differ only in how histories are read share it."""

    train: Interactions
    seed: int
    _last: list[Any] = field(default_factory=list)  # a recipe and its model

    def model(self, recipe: Any) -> Any:
        if not (hasattr(recipe, READ) and self.train.ordered):
            return recipe.fit(self.train, np.random.default_rng(self.seed))
        plain = replace(recipe, **{READ: 1.0})
        if not self._last or self._last[0] != plain:
            self._last = [plain, plain.fit(self.train, np.random.default_rng(self.seed))]
        model = self._last[1]
        return replace(model, reading=replace(model.reading, decay=getattr(recipe, READ)))


def surely_better(new: F64, old: F64) -> bool:
    """Whether (B,) gains of the same queries rose by more than a standard error: less is taken for noise."""
    rise = new - old
    return bool(rise.sum() > np.sqrt((rise**2).sum()) + 1e-9)


def affordable(trials: int, recipe: Any, data: Interactions) -> int:
    """How many of the `trials` asked for a recipe gets on the data: fewer where a fit costs much, at least 1.

    It depends on the data and never on the clock, so that a slow machine chooses as a quick one does.
    """
    most = min(trials, getattr(recipe, "most_trials", trials))
    lengths = np.diff(data.indptr).astype(np.int64)
    weight = max(len(data.rows) / LIGHT, int((lengths * lengths).sum()) / PAIRS, 1.0)
    return max(1, int(most / weight))


def tune(start: R, fold: Fold, seed: int, k: int = 10, passes: int = 2, limit: int = 24) -> tuple[R, list[Trial]]:
    """The best recipe by NDCG@k on the fold, and every trial: each axis in turn, keeping what surely improves.

    A pass that improves nothing ends the search, and so do `limit` trials, of which the start is one. Axes that cannot
    matter (order where there is none, powers of weights that are all 1) are left out.
    """
    trials: list[Trial] = []
    known: dict[Any, F64] = {}
    fits = Fits(fold.train, seed)

    def tried(recipe: R) -> F64:
        cheap: Any = replace(recipe, **start.draft)  # type: ignore[type-var]
        if cheap not in known:
            t = time.monotonic()
            model: Scores = fits.model(cheap)
            known[cheap] = gains(model, fold, k)
            score = float(known[cheap].sum() / max(len(fold.queries), 1))
            trials.append(Trial(recipe, score, time.monotonic() - t))
        return known[cheap]

    best, top = start, tried(start)
    for _ in range(passes):
        before = best
        for change in _neighbours(best, fold.train):
            if len(trials) >= limit:
                return best, trials
            other = replace(best, **change)  # type: ignore[type-var]
            if surely_better(tried(other), top):
                best, top = other, tried(other)
        if best == before:
            break
    return best, trials


def _neighbours(recipe: Tunable, data: Interactions) -> Iterator[dict[str, Any]]:
    """Changes of one field each, axis by axis."""
    idle = set()
    if not data.ordered:
        idle |= {"decay", "history_decay"}
    if not data.timed:
        idle |= {"half_life_days", "hour_prior", "lead"}
    if len(data.weights) == 0 or data.weights.min() == data.weights.max():
        idle |= {"power"}
    known = {f.name for f in fields(recipe)}  # type: ignore[arg-type]
    for name, values in recipe.axes.items():
        if name in known and name not in idle:
            for value in values:
                yield {name: value}
