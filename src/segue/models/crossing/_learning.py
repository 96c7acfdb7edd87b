"""Which crossing is kept: recipes in a few settings and their blend with popularity, judged on people set aside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from itertools import product
from typing import Any

import numpy as np

from segue.core.protocols import Scores
from segue.core.types import F32, F64, Interactions, Queries
from segue.evaluation.metrics import ndcg
from segue.evaluation.ranking import Lists, ranks
from segue.fitted.blend import Blend, standardized
from segue.models._tuning import surely_better
from segue.models.crossing import CROSSINGS, CrossingRecipe
from segue.models.crossing._people import Pairs, Points, histories, taken, without
from segue.models.popular import Popular

K = 20  # of NDCG
POPULAR = "popular"
FOLDS = 3
FEWEST = 30  # people who took both, below which nothing can be chosen
MOST = 2_000  # people judged
SHARES = (0.0, 0.25, 0.5, 1.0)  # weights tried of each part of the blend
SURE = 3.0  # standard errors by which a crossing has to beat popularity: many settings are tried on the same people
DRAFT = {"nets": 1}  # what settings are compared with, where a recipe has it


@dataclass(frozen=True, slots=True)
class Crossed:
    """What was chosen."""

    model: Blend | None  # None: nothing was surely better than popularity
    recipes: dict[str, CrossingRecipe]
    weights: dict[str, float]
    inner: dict[str, float]  # NDCG@20 on people set aside: of popularity, of each recipe, of the blend
    people: int  # who took both
    protocol: str


@dataclass(frozen=True, slots=True)
class _Fold:
    """People set aside, and the data without them."""

    of: Interactions
    by: Interactions
    points: Points
    asked: Queries  # (B,) what they took of the one kind
    truth: Lists  # what they took of the other


def possible(people: int) -> tuple[str, ...]:
    """Recipes that can be fitted with what is installed, and that have enough people to learn from."""
    kinds = {name: CROSSINGS[name] for name in CROSSINGS}
    able = {n: r for n, r in kinds.items() if all(find_spec(m) for m in getattr(r, "needs", ()))}
    return tuple(n for n, r in able.items() if people >= getattr(r, "fewest", 0))


def learn_crossing(
    of: Interactions, by: Interactions, names: Sequence[str], rng: np.random.Generator,
    say: Callable[[str], None] = lambda _: None,
) -> Crossed:  # fmt: skip
    """The blend of popularity and the recipes that serves `of` best to people known by `by` alone.

    Chosen on people who took both, in three folds: those set aside are left out of both populations. What was chosen is
    fitted on everybody; `rng` decides the folds and what the recipes draw.
    """
    pairs = Pairs.make(of, by)
    if len(pairs) < FEWEST:
        return Crossed(None, {}, {}, {}, len(pairs), "too few people took both")
    folds = _folds(of, by, pairs, rng)
    seed = int(rng.integers(2**31))
    recipes: dict[str, CrossingRecipe] = {}
    scores = {POPULAR: [Popular().fit(f.of, rng).score(f.asked) for f in folds]}
    for name in names:
        recipes[name] = _tuned(CROSSINGS[name](), folds, seed)
        scores[name] = _scored(recipes[name], folds, seed)
        say(f"  {name}: ndcg@{K} {_mean(scores[name], folds):.4f}")
    inner = {name: _mean(values, folds) for name, values in scores.items()}
    weights, gain, error = _weighed(scores, folds)
    inner["blend"] = inner[POPULAR] + gain
    protocol = f"{sum(len(f.asked) for f in folds)} people set aside in {FOLDS} folds"
    if gain <= SURE * error:
        return Crossed(None, recipes, {POPULAR: 1.0}, inner, len(pairs), protocol)
    used = {n: w for n, w in weights.items() if w > 0}
    points = Points.of(by, rng)
    fitted: dict[str, Scores] = {
        n: recipes[n].fit(of, by, points, np.random.default_rng(seed)) if n in recipes else Popular().fit(of, rng)
        for n in used
    }
    shares = np.array(list(used.values()), np.float32)
    model = Blend(of.items, tuple(fitted), tuple(fitted.values()), shares, shares)
    return Crossed(model, recipes, used, inner, len(pairs), protocol)


def _folds(of: Interactions, by: Interactions, pairs: Pairs, rng: np.random.Generator) -> list[_Fold]:
    order, out = rng.permutation(len(pairs)), []
    for n in range(FOLDS):
        held = np.sort(order[n::FOLDS][: MOST // FOLDS])
        gone_of, gone_by = np.zeros(len(of.owners), np.bool_), np.zeros(len(by.owners), np.bool_)
        gone_of[pairs.of[held]], gone_by[pairs.by[held]] = True, True
        truth = taken(of, pairs.of[held])
        lists = Lists(truth.indptr.astype(np.int64), truth.indices.astype(np.int32))
        asked = histories(by, pairs.by[held])
        others = without(by, gone_by)
        out.append(_Fold(without(of, gone_of), others, Points.of(others, rng), asked, lists))
    return out


def _scored(recipe: CrossingRecipe, folds: Sequence[_Fold], seed: int) -> list[F32]:
    """(B, N) for the people set aside, a fold each."""
    return [recipe.fit(f.of, f.by, f.points, np.random.default_rng(seed)).score(f.asked) for f in folds]


def _tuned(recipe: Any, folds: Sequence[_Fold], seed: int) -> CrossingRecipe:
    """Each axis in turn, the best so far kept."""
    draft = {n: v for n, v in DRAFT.items() if hasattr(recipe, n)}
    full = {n: getattr(recipe, n) for n in draft}
    recipe = replace(recipe, **draft)
    best, value = recipe, _mean(_scored(recipe, folds, seed), folds)
    for axis, choices in type(recipe).axes.items():
        for choice in choices:
            tried = replace(best, **{axis: choice})
            if tried != best and (found := _mean(_scored(tried, folds, seed), folds)) > value:
                best, value = tried, found
    return replace(best, **full)  # type: ignore[no-any-return]


def _weighed(scores: Mapping[str, list[F32]], folds: Sequence[_Fold]) -> tuple[dict[str, float], float, float]:
    """Weights of a blend, how much better it is than popularity, and the standard error of that.

    The best recipe alone, unless the best of all blends is surely better: some dozens are tried on the same people.
    """
    level = {n: [standardized(np.array(v, np.float32)) for v in values] for n, values in scores.items()}
    base = np.concatenate([_each(values, f) for values, f in zip(level[POPULAR], folds)])
    alone, best = ({POPULAR: 1.0}, np.zeros(len(base))), ({POPULAR: 1.0}, np.zeros(len(base)))
    others = [n for n in scores if n != POPULAR]
    for shares in product(SHARES, repeat=len(scores)):
        weights = dict(zip(scores, shares))
        if max(shares) != 1.0 or not any(weights[n] for n in others):
            continue
        mixed = [_mixed({n: level[n][i] for n in level}, weights) for i in range(len(folds))]
        more = np.nan_to_num(np.concatenate([_each(m, f) for m, f in zip(mixed, folds)]) - base)
        if more.sum() > best[1].sum():
            best = weights, more
        if np.count_nonzero(shares) == 1 and more.sum() > alone[1].sum():
            alone = weights, more
    weights, more = best if surely_better(best[1], alone[1]) else alone
    return weights, float(more.mean()), float(more.std() / np.sqrt(max(len(more), 1)))


def _mixed(scores: Mapping[str, F32], weights: Mapping[str, float]) -> F32:
    return np.asarray(sum(np.float32(w) * scores[n] for n, w in weights.items() if w), np.float32)


def _each(scores: F32, fold: _Fold) -> F64:
    """(B,) NDCG@20. Ties go by number: popularity has many, and a blend would win by breaking them alone."""
    return ndcg(ranks(scores, fold.truth, ties="low"), fold.truth.indptr, K)


def _mean(scores: Sequence[F32], folds: Sequence[_Fold]) -> float:
    return float(np.nanmean(np.concatenate([_each(s, f) for s, f in zip(scores, folds)])))
