"""Policies that can be judged on an outside log, by name.

`logged` is the one that made it, `uniform` chooses evenly among what could be chosen, and every column `p_NAME` of the
log is one. `most-rewarded` and `logistic` are learned from the earlier half of the log and judged on the later one, so
that nothing is judged by what it was fitted on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.optimize import minimize
from scipy.special import expit

from segue.core.errors import InputError, UnknownName, UsageError
from segue.core.types import F64, Bools
from segue.evaluation.ope.log import Log
from segue.evaluation.ope.reward_model import BLOCK, Over, fit_means

EXPLORED = 0.1  # share of choices that a learned policy makes evenly among what is available
RIDGE = 1.0  # of the logistic policy: on each weight of context and action
STEPS = 200


@dataclass(frozen=True, slots=True)
class Target:
    """A policy on a log: what `judge` takes."""

    name: str
    log: Log  # to be judged on; the later half for a learned one
    chance: F64  # (n,) of each logged choice, given those above
    over: Over | None = None
    marginal: F64 | None = None
    q: F64 | None = None
    v: F64 | None = None
    notes: tuple[str, ...] = ()


def names(log: Log) -> list[str]:
    """Of all policies that this log can be asked for."""
    own = [c.removeprefix("p_") for c in log.columns if c.startswith("p_")]
    return [*own, *(name for name in OWN if name not in own)]


def target(name: str, log: Log) -> Target:
    """The policy of that name; a column of the log goes before our own."""
    given = name.removeprefix("p_") if f"p_{name}" not in log.columns else name
    if f"p_{given}" in log.columns:
        return _column(given, log)
    if name not in OWN:
        raise UnknownName("policy for this log", name, names(log))
    return OWN[name](log)


def _column(name: str, log: Log) -> Target:
    over: Over | None = None
    if (matrix := log.over.get(name)) is not None:

        def over_arms(rows: slice) -> F64:
            out: F64 = matrix[rows].toarray()
            return out

        over = over_arms

    q, v = log.columns.get("q"), log.columns.get(f"q_{name}")
    both = q is not None and v is not None
    return Target(
        name, log, log.columns[f"p_{name}"], over, log.columns.get(f"m_{name}"), q if both else None,
        v if both else None,
        notes=() if both or over else ("the log gives the policy's chance of each logged choice alone",),
    )  # fmt: skip


def _logged(log: Log) -> Target:
    return Target("logged", log, log.propensity, marginal=log.marginal)


def _uniform(log: Log) -> Target:
    def over(rows: slice) -> F64:
        there = log.available(rows)
        out: F64 = there / there.sum(axis=1, keepdims=True)
        return out

    notes = () if log.arms is not None else (f"taken as available: all {len(log.actions)} actions of the log",)
    return Target("uniform", log, of_logged(log, over), over, notes=notes)


def _most_rewarded(log: Log) -> Target:
    """The action with the best mean reward in the slot, drawn towards the slot's mean."""
    earlier, later = _split(log)
    table = fit_means(earlier, np.arange(len(earlier)), np.ones(len(earlier))).table

    def score(rows: slice) -> F64:
        out: F64 = table[np.minimum(later.slot[rows], len(table) - 1)]
        return out

    return _greedy("most-rewarded", log, later, score)


def _logistic(log: Log) -> Target:
    """Logistic regression on slot, action, context and context × action."""
    if not log.context_names:
        raise UsageError("policy 'logistic' needs context: columns x_… in the log; without them ask for most-rewarded")
    if log.reward.min(initial=0.0) < 0 or log.reward.max(initial=0.0) > 1:
        raise UsageError("policy 'logistic' needs rewards from 0 to 1")
    earlier, later = _split(log)
    a, d = len(log.actions), log.context.shape[1]
    if a * d > 500_000:
        raise UsageError(f"policy 'logistic': {a} actions × {d} context columns are too many; at most 500,000 weights")
    mean, scale = earlier.context.mean(axis=0), earlier.context.std(axis=0)
    scale[scale == 0] = 1
    slots = int(log.slot.max()) + 1
    weights = _fit_logistic(_design((earlier.context - mean) / scale, earlier, slots), earlier.reward)
    of_action, crossed = weights[slots : slots + a], weights[slots + a :].reshape(a, d)

    def score(rows: slice) -> F64:
        out: F64 = of_action + ((later.context[rows] - mean) / scale) @ crossed.T
        return out

    return _greedy("logistic", log, later, score)


def _design(x: F64, log: Log, slots: int) -> sp.csr_array:
    """(n, slots + A + A·D): ones at the slot and the action, the context at the action's place."""
    n, d = x.shape
    a = len(log.actions)
    first = slots + a + log.action[:, None].astype(np.int64) * d + np.arange(d)
    columns = np.concatenate([log.slot[:, None], slots + log.action[:, None], first], axis=1)
    values = np.concatenate([np.ones((n, 2)), x], axis=1)
    return sp.csr_array((values.ravel(), columns.ravel(), np.arange(n + 1) * (d + 2)), shape=(n, slots + a + a * d))


def _fit_logistic(x: sp.csr_array, y: F64) -> F64:
    def loss(w: F64) -> tuple[float, F64]:
        z = x @ w
        gradient = x.T @ (expit(z) - y) + RIDGE * w
        return float((np.logaddexp(0, z) - y * z).sum() + RIDGE / 2 * w @ w), gradient

    found = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    return np.asarray(found.x, np.float64)


def _greedy(name: str, log: Log, later: Log, score: Callable[[slice], F64]) -> Target:
    def over(rows: slice) -> F64:
        return greedy(score(rows), later.available(rows))

    notes = (
        f"learned from the earlier half of the log ({log.pages - later.pages:,} pages), judged on the later "
        f"({later.pages:,} pages); {EXPLORED:.0%} of its choices are even among what is available",
    )
    return Target(name, later, of_logged(later, over), over, notes=notes)


def greedy(score: F64, there: Bools, explored: float = EXPLORED) -> F64:
    """(b, A) chances of the best available by score (b, A), ties shared, mixed with an even choice."""
    score = np.where(there, score, -np.inf)
    best = (score == score.max(axis=1, keepdims=True)) & there
    even = there / there.sum(axis=1, keepdims=True)
    out: F64 = explored * even + (1 - explored) * best / best.sum(axis=1, keepdims=True)
    return out


def of_logged(log: Log, over: Over) -> F64:
    """(n,) chance of each logged choice."""
    out, step = np.zeros(len(log)), max(1, BLOCK // max(1, len(log.actions)))
    for start in range(0, len(log), step):
        rows = slice(start, min(len(log), start + step))
        chances = over(rows)
        out[rows] = chances[np.arange(len(chances)), log.action[rows]]
    return out


def _split(log: Log) -> tuple[Log, Log]:
    if log.pages < 2:
        raise InputError(f"{log.pages} pages cannot be cut in two; a learned policy needs an earlier and a later half")
    return log.halves()


OWN: dict[str, Callable[[Log], Target]] = {
    "logged": _logged,
    "uniform": _uniform,
    "most-rewarded": _most_rewarded,
    "logistic": _logistic,
}
