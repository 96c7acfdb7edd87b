"""A learned blend of every recipe that applies, tuned on an inner split of the data it is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from segue.core.protocols import Scores
from segue.core.types import F32, I64, Bools, Ids, Interactions
from segue.evaluation.metrics import F64
from segue.evaluation.ranking import distinct, positions
from segue.fitted.blend import Blend as FittedBlend
from segue.fitted.blend import standardized
from segue.models import RECIPES
from segue.models._folds import CHUNK, Fold, after, last_out, part_out
from segue.models._tuning import Trial, Tunable, affordable, tune

DAY_MS = 86_400_000
HALVINGS = 3  # cross-validations of the climb


@dataclass(frozen=True, slots=True)
class Choice:
    """What a blend is to consist of: all that a run's record wants to know."""

    recipes: dict[str, Any]  # by component: the hyper-parameters chosen
    weights: dict[str, float]  # 0 for components that the others make needless
    inner: dict[str, float]  # NDCG@k on the inner split: each component, and "blend"
    trials: dict[str, list[Trial]]
    seed: int  # of the fits it was chosen by

    def fit(self, data: Interactions) -> FittedBlend:
        """The blend fitted on all of `data`."""
        kept = {n: w for n, w in self.weights.items() if w}
        fitted = {n: self.recipes[n].fit(data, np.random.default_rng(self.seed)) for n in kept}
        return assembled(fitted, np.array(list(kept.values()), np.float32))


@dataclass(frozen=True, slots=True, kw_only=True)
class Blend:
    """Tune each component, weigh their standardized scores by listwise softmax, then climb NDCG@k weight by weight.

    The softmax over candidates is ListNet's top-one loss (Cao et al. 2007), the climb is coordinate ascent (Metzler
    and Croft 2007), done only where it holds out. Tuning and weighing see only an inner split; the components are then
    refitted on all the data with the same hyper-parameters. The search ends by a count of trials, never by the clock:
    the same data, parameters and seed make the same choice on any machine.
    """

    needs_order: ClassVar[bool] = False

    components: tuple[str, ...] = ()  # names of recipes; none: all that apply to the data
    k: int = 10
    tuning_queries: int = 6000
    weighing_queries: int = 16000
    candidates: int = 60  # of each component, a query
    trials: int = 24  # settings tried of each component; fewer where a fit costs much
    thrift: float = 0.001  # share of NDCG@k given up to do without a component
    horizon_days: float = 0.0  # learn to foretell what is taken within so many days (playlists: 92); 0: the next item

    def fit(self, data: Interactions, rng: np.random.Generator) -> FittedBlend:
        return self.choose(data, rng).fit(data)

    def choose(self, data: Interactions, rng: np.random.Generator, folds: Sequence[Fold] = ()) -> Choice:
        """What `fit` fits, and everything found on the way. `folds` replaces the default inner split."""
        seed = int(rng.integers(2**31))
        inner_folds = list(folds) or default_folds(data, rng, self.horizon_days)
        names = self.components or tuple(n for n in RECIPES if applies(RECIPES[n], data))
        recipes, trials = self._tuned(names, inner_folds[0].sample(self.tuning_queries, rng), seed)
        parts = []
        for fold in inner_folds:
            models = [recipes[n].fit(fold.train, np.random.default_rng(seed)) for n in names]
            parts.append(features(models, fold.sample(self.weighing_queries, rng), self.candidates))
        table = Table.joined(parts)
        weights = learned_weights(table, self.k, self.thrift)
        alone = np.eye(len(names), dtype=np.float32)
        inner = {n: table.ndcg(one, self.k) for n, one in zip(names, alone, strict=True)}
        inner["blend"] = table.ndcg(weights, self.k)
        return Choice(recipes, dict(zip(names, weights.tolist(), strict=True)), inner, trials, seed)

    def _tuned(
        self, names: Sequence[str], fold: Fold, seed: int
    ) -> tuple[dict[str, Any], dict[str, list[Trial]]]:  # fmt: skip
        """Each component's best hyper-parameters."""
        recipes: dict[str, Any] = {}
        trials: dict[str, list[Trial]] = {}
        for name in names:
            start: Tunable = RECIPES[name]()  # type: ignore[assignment]
            limit = affordable(self.trials, start, fold.train)
            if limit == 1:  # nothing to choose between, and a fit may cost minutes
                recipes[name], trials[name] = start, []
            else:
                recipes[name], trials[name] = tune(start, fold, seed, self.k, limit=limit)
        return recipes, trials


def default_folds(data: Interactions, rng: np.random.Generator, horizon_days: float = 0.0) -> list[Fold]:
    """Two spans of `horizon_days` before the end, or the last item of everyone, or a part of what some took."""
    if horizon_days and data.timed and len(data.at):
        end, span = int(data.at.max()), int(horizon_days * DAY_MS)
        folds = [after(data, end - span), after(data, end - 2 * span, end - span)]
        folds = [f for f in folds if len(f.queries)]
        if folds:
            return folds
    return [last_out(data) if data.ordered else part_out(data, rng)]


def applies(recipe: type[Any], data: Interactions) -> bool:
    """Whether a blend may take the recipe: it says what to try, the data has the order it needs, and suits it."""
    suits = getattr(recipe, "suits", None)  # optional: suits(data) is False where the recipe has nothing to go by
    ready = hasattr(recipe, "axes") and (data.ordered or not recipe.needs_order)
    return ready and (suits is None or bool(suits(data)))


def assembled(models: Mapping[str, Scores], weights: F32) -> FittedBlend:
    """A fitted blend of fitted models. Where nothing of a history is known all weights count alike."""
    items: Ids = np.unique(np.concatenate([m.items for m in models.values()]))
    return FittedBlend(items, tuple(models), tuple(models.values()), weights, np.ones_like(weights))


@dataclass(frozen=True)
class Table:
    """Candidates of the queries that have a true one among them, padded to M: what weights are learned from."""

    values: F32  # (B, M, C) standardized scores
    real: Bools  # (B, M) not padding
    hits: Bools  # (B, M) in the truth
    ideal: I64  # (B,) how many items the truth has
    asked: int  # queries in all: those left out gain 0

    @classmethod
    def joined(cls, parts: Sequence[Table]) -> Table:
        width = max(p.real.shape[1] for p in parts)

        def pad(a: Any) -> Any:
            return np.pad(a, [(0, 0), (0, width - a.shape[1])] + [(0, 0)] * (a.ndim - 2))

        return cls(
            np.concatenate([pad(p.values) for p in parts]), np.concatenate([pad(p.real) for p in parts]),
            np.concatenate([pad(p.hits) for p in parts]), np.concatenate([p.ideal for p in parts]),
            sum(p.asked for p in parts),
        )  # fmt: skip

    def only(self, rows: NDArray[np.intp]) -> Table:
        """Some of the queries; their mean is still over all that were asked."""
        return Table(self.values[rows], self.real[rows], self.hits[rows], self.ideal[rows], self.asked)

    @cached_property
    def true(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Query and place of every true candidate, by query; each query has one or more."""
        query, place = np.nonzero(self.hits)
        return query, place

    def ndcg(self, weights: F32, k: int) -> float:
        """Mean NDCG@k of a blend among the candidates, ties by mid-rank."""
        return float(self.gains(self.values @ weights, k).sum() / max(self.asked, 1))

    def gains(self, scores: F32, k: int) -> F64:
        """(B,) NDCG@k of (B, M) scores."""
        scores = np.where(self.real, scores, -np.inf)
        query, place = self.true
        own = scores[query, place][:, None]
        rows = scores if len(query) == len(scores) else scores[query]  # of sequences, one each
        rank = 1 + (rows > own).sum(axis=1) + ((rows == own).sum(axis=1) - 1) / 2
        gain = np.where(rank <= k, 1 / np.log2(rank + 1), 0)
        best = np.cumsum(1 / np.log2(np.arange(2, k + 2)))[np.clip(self.ideal, 1, k) - 1]
        return np.asarray(np.bincount(query, gain / best[query], minlength=len(scores)), np.float64)


def features(models: Sequence[Scores], fold: Fold, m: int) -> Table:
    """The best `m` unheard of each model for each query, all models' scores of them, and which are true.

    Truth that no model puts among its best is left out of the candidates, but counts in the ideal.
    """
    items = fold.train.items
    parts = []
    for start in range(0, max(len(fold.queries), 1), CHUNK):
        queries = fold.queries.slice(start, min(start + CHUNK, len(fold.queries)))
        truth = fold.truth.slice(start, start + len(queries))
        seen = distinct(items, queries.indptr, queries.items)
        planes = [_on(items, model, standardized(model.score(queries))) for model in models]
        unheard = np.ones(planes[0].shape, bool)
        unheard[seen.owner(), seen.rows] = False
        wanted = np.zeros_like(unheard)
        width = min(m, len(items))
        for plane in planes if width else []:
            masked = np.where(unheard, plane, -np.inf)
            top = np.argpartition(-masked, width - 1, axis=1)[:, :width]
            np.put_along_axis(wanted, top, True, axis=1)
        wanted &= unheard
        true = np.zeros_like(unheard)
        true[truth.owner(), truth.rows] = True
        counts = wanted.sum(axis=1)
        query, column = np.nonzero(wanted)
        place = np.arange(len(query)) - np.repeat(np.cumsum(counts) - counts, counts)
        shape = (len(queries), int(counts.max(initial=1)))
        values = np.zeros((*shape, len(models)), np.float32)
        real, hits = np.zeros(shape, bool), np.zeros(shape, bool)
        for c, plane in enumerate(planes):
            values[query, place, c] = plane[query, column]
        real[query, place] = True
        hits[query, place] = true[query, column]
        use = hits.any(axis=1)
        parts.append(Table(values[use], real[use], hits[use], np.diff(truth.indptr)[use], len(queries)))
    return Table.joined(parts)


def _on(items: Ids, model: Scores, scores: F32) -> F32:
    """(B, N) over `items`; 0 where the model does not know one."""
    if len(model.items) == len(items):
        return scores
    at = positions(items, model.items)
    out = np.zeros((len(scores), len(items)), np.float32)
    out[:, at[at >= 0]] = scores[:, at >= 0]
    return out


def learned_weights(table: Table, k: int, thrift: float) -> F32:
    """(C,) weights, 0 for components that the others make needless."""
    weights = settled(table, k)
    floor = table.ndcg(weights, k) * (1 - thrift)
    best = max(range(len(weights)), key=lambda c: table.ndcg(np.eye(len(weights), dtype=np.float32)[c], k))
    keep = np.ones(len(weights), bool)
    for c in np.argsort(np.abs(weights)):
        without = np.where(np.arange(len(weights)) == c, 0, weights * keep).astype(np.float32)
        if c != best and table.ndcg(without, k) >= floor:
            keep[c] = False
    rest = replace(table, values=table.values[:, :, keep])
    out = np.zeros_like(weights)
    again = [settled(rest, k), (weights[keep] / np.abs(weights[keep]).max(initial=1e-9))]
    out[keep] = max(again, key=lambda w: rest.ndcg(w, k))
    return out


def settled(table: Table, k: int) -> F32:
    """(C,) softmax weights, climbed where climbing from one half of the queries helps the other half.

    With few queries it does not: NDCG@k of a few hundred hits is too rough a ground.
    """
    rng = np.random.default_rng(0)
    rise = 0.0
    for _ in range(HALVINGS):
        order = rng.permutation(len(table.hits))
        halves = [table.only(order[::2]), table.only(order[1::2])]
        for here, there in (halves, halves[::-1]):
            start = softmax_weights(here)
            rise += there.ndcg(climbed(here, start, k), k) - there.ndcg(start, k)
    start = softmax_weights(table)
    return climbed(table, start, k) if rise > 0 else start / max(float(np.abs(start).max()), 1e-9)


def softmax_weights(table: Table, penalty: float = 1e-4) -> F32:
    """(C,) minimum of the mean of -log softmax(values @ w) over the true candidates."""
    values, real = table.values, table.real
    c = values.shape[2]
    if len(values) == 0:
        return np.full(c, 1 / c, np.float32)
    target = table.hits / table.hits.sum(axis=1, keepdims=True)
    share = target[table.true]

    def loss(w: Any) -> tuple[float, Any]:
        p = values @ w.astype(np.float32)
        p[~real] = -np.inf
        p -= p.max(axis=1, keepdims=True)
        np.exp(p, out=p)
        p /= p.sum(axis=1, keepdims=True)
        likely = float(share @ np.log(np.maximum(p[table.true], 1e-30)))
        slope = np.tensordot((p - target).astype(np.float32), values, 2) / len(values)
        return -likely / len(values) + penalty * float(w @ w), slope + 2 * penalty * w

    found = minimize(loss, np.full(c, 0.1), jac=True, method="L-BFGS-B", options={"maxiter": 60})
    return np.asarray(found.x, np.float32)


def climbed(table: Table, weights: F32, k: int) -> F32:
    """Coordinate ascent on NDCG@k from the given weights. The largest is 1 in the end."""
    best, scores = weights.copy(), table.values @ weights
    planes = np.ascontiguousarray(np.moveaxis(table.values, 2, 0))
    top = table.gains(scores, k)
    size = float(np.abs(best).max()) or 1.0
    for step in (0.3, 0.15, 0.07):
        for c in range(len(best)):
            for change in (-step * size, step * size):
                tried = scores + np.float32(change) * planes[c]
                value = table.gains(tried, k)
                if value.sum() > top.sum() + 1e-6:
                    top, scores = value, tried
                    best[c] += change
    return np.asarray(best / max(float(np.abs(best).max()), 1e-9), np.float32)


plugin = Blend
