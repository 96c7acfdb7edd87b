"""Models of the reward for the direct method and doubly robust estimators, fitted across listeners.

Two simple ones, of which the one with the smaller squared error on other listeners is taken: mean rewards of
(slot, action), drawn towards the slot's mean; and ridge regression on slot, action and context. A model is weights
of slots, actions and context, or a table; so its mean under any target is one product.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from segue.core.types import F64, I32, I64, Bools
from segue.evaluation.ope.log import Log

FOLDS = 5
PRIOR = 20.0  # rows of the slot's mean that stand before an action's own
RIDGE = 10.0
BLOCK = 2**23  # entries of (rows, actions) held at a time

Over = Callable[[slice], F64]
"""(b, A) chances of a target over the actions, in some rows."""


@dataclass(frozen=True, slots=True)
class RewardModel:
    """q(row, a) = table[slot, a] + context · weights."""

    table: F64  # (S, A)
    weights: F64  # (D,)

    def predict(self, log: Log, rows: I64 | slice) -> F64:
        """(b, A)"""
        out: F64 = self.table[self._slot(log, rows)] + (log.context[rows] @ self.weights)[:, None]
        return out

    def logged(self, log: Log, rows: I64 | slice) -> F64:
        """(b,) of what was chosen."""
        out: F64 = self.table[self._slot(log, rows), log.action[rows]] + log.context[rows] @ self.weights
        return out

    def _slot(self, log: Log, rows: I64 | slice) -> I32:
        """Slots below all that were fitted are taken for the last of them."""
        return np.minimum(log.slot[rows], len(self.table) - 1)


def ridge(x: F64, y: F64, weight: F64, strength: float) -> tuple[F64, float]:
    """Weights (D,) and intercept of weighted ridge regression; the intercept is not drawn to 0."""
    total = max(float(weight.sum()), 1e-300)
    x_mean, y_mean = weight @ x / total, float(weight @ y / total)
    centred = x - x_mean
    gram = (centred * weight[:, None]).T @ centred
    gram[np.diag_indices_from(gram)] += strength
    found = np.asarray(np.linalg.solve(gram, (centred * weight[:, None]).T @ (y - y_mean)), np.float64)
    return found, y_mean - float(x_mean @ found)


def fit_means(log: Log, rows: I64, weight: F64) -> RewardModel:
    """Mean reward of each (slot, action) over some rows, weighted by `weight` (n,), behind PRIOR of the slot's mean."""
    s, a = _shape(log)
    cell = log.slot[rows].astype(np.int64) * a + log.action[rows]
    w, y = weight[rows], log.reward[rows]
    total = np.bincount(cell, w * y, s * a).reshape(s, a)
    count = np.bincount(cell, w, s * a).reshape(s, a)
    overall = float(w @ y / w.sum()) if w.sum() > 0 else 0.0
    slot_mean = (total.sum(axis=1) + PRIOR * overall) / (count.sum(axis=1) + PRIOR)
    table = (total + PRIOR * slot_mean[:, None]) / (count + PRIOR)
    return RewardModel(table, np.zeros(log.context.shape[1]))


def fit_ridge(log: Log, rows: I64, weight: F64) -> RewardModel:
    """Additive in slot, action and context. Context columns are brought to one scale."""
    s, a = _shape(log)
    scale = log.context[rows].std(axis=0) if len(rows) else np.ones(log.context.shape[1])
    scale[scale == 0] = 1
    x = np.zeros((len(rows), s + a + log.context.shape[1]))
    at = np.arange(len(rows))
    x[at, log.slot[rows]] = 1
    x[at, s + log.action[rows]] = 1
    x[:, s + a :] = log.context[rows] / scale
    found, intercept = ridge(x, log.reward[rows], weight[rows], RIDGE)
    return RewardModel(found[:s, None] + found[None, s : s + a] + intercept, found[s + a :] / scale)


FITS: dict[str, Callable[[Log, I64, F64], RewardModel]] = {"means": fit_means, "ridge": fit_ridge}


def cross_fitted(log: Log, over: Over | None, weight: F64 | None = None) -> tuple[F64, F64, str]:
    """(n,) prediction for each logged choice and (n,) its mean under the target, each by a model that never saw the
    listener; and the model's name. Without `over` the model does not look at the choice, and the two are the same.

    `weight` (n,): how much each row counts when a model is fitted and when one is taken; default all alike.
    """
    y, w = log.reward, np.ones(len(log))
    if weight is not None and weight.sum() > 0:
        w = np.asarray(weight * (len(log) / weight.sum()), np.float64)
    fold = _folds(log)
    rows = [np.flatnonzero(fold != f) for f in range(FOLDS)], [np.flatnonzero(fold == f) for f in range(FOLDS)]
    best: tuple[float, str, list[RewardModel]] | None = None
    for name, fit in FITS.items():
        if name == "ridge" and len(log.actions) + log.context.shape[1] > 2000:
            continue  # its normal equations would cost more than all the rest
        models = [fit(log, inside, w) for inside in rows[0]]
        error = sum(float(w[out] @ (y[out] - m.logged(log, out)) ** 2) for m, out in zip(models, rows[1]))
        if best is None or error < best[0]:
            best = error, name, models
    assert best is not None
    q, v = np.zeros(len(log)), np.zeros(len(log))
    _, name, models = best
    if over is None:
        for model, inside, out in zip(models, *rows):
            q[out] = _without_choice(log, model, inside, out)
        return q, q, f"{name}, context alone"
    for model, out in zip(models, rows[1]):
        q[out] = model.logged(log, out)
    step = max(1, BLOCK // max(1, len(log.actions)))
    for start in range(0, len(log), step):
        block = slice(start, min(len(log), start + step))
        chances, here = over(block), fold[block]
        for f, model in enumerate(models):
            some = np.flatnonzero(here == f)
            v[start + some] = (chances[some] * model.predict(log, start + some)).sum(axis=1)
    return q, v, name


def _without_choice(log: Log, model: RewardModel, inside: I64, out: I64) -> F64:
    """Mean prediction of a slot over what was chosen there, and the context's part."""
    s, a = _shape(log)
    count = np.zeros((s, a))
    np.add.at(count, (log.slot[inside], log.action[inside]), 1)
    total = count.sum(axis=1)
    slot_mean = np.divide((count * model.table).sum(axis=1), total, out=np.zeros(s), where=total > 0)
    found: F64 = slot_mean[log.slot[out]] + log.context[out] @ model.weights
    return found


def still_to_come(log: Log) -> F64:
    """(n,) mean reward of other listeners below a choice's place on the page: the same whatever is chosen."""
    total = np.cumsum(log.spread(log.reward, 0.0)[:, ::-1], axis=1)[:, ::-1]
    after = total[log.page, log.rank] - log.reward
    fold, k, out = _folds(log), log.longest, np.zeros(len(log))
    for f in range(FOLDS):
        others, mine = fold != f, fold == f
        count = np.bincount(log.rank[others], minlength=k)
        mean = np.bincount(log.rank[others], after[others], k) / np.maximum(count, 1)
        out[mine] = mean[log.rank[mine]]
    return out


def _folds(log: Log) -> I64:
    """(n,) fold of each row; all rows of a listener are in one."""
    listeners = int(log.listener.max(initial=0)) + 1
    of = np.random.default_rng(0).permutation(listeners) % FOLDS
    return np.asarray(of[log.listener], np.int64)


def _shape(log: Log) -> tuple[int, int]:
    return int(log.slot.max(initial=0)) + 1, len(log.actions)


def supported(log: Log) -> Bools:
    """(A,) actions that were ever logged."""
    return np.bincount(log.action, minlength=len(log.actions)) > 0
