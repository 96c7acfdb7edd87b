"""The value of a policy from logged decisions: every estimator that applies, each with an interval or a refusal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from segue.core.errors import UnknownName
from segue.core.types import F64
from segue.evaluation.ope import choosing, doubly_robust, slates, weighting
from segue.evaluation.ope.intervals import Kind, empirical_bernstein, interval, standard_error
from segue.evaluation.ope.limits import Limits, refusal
from segue.evaluation.ope.log import Log
from segue.evaluation.ope.overlap import Overlap, effective_size, overlap
from segue.evaluation.ope.report import Estimate, Report, Slice
from segue.evaluation.ope.reward_model import Over, cross_fitted, still_to_come, supported
from segue.evaluation.ope.terms import Terms, mean_of

SURE = 1 - 1e-9  # a propensity from here on is no choice
CUT = "nothing is earned where weights are cut"
MODEL = "the reward model is right"
PARTLY = "the reward model is right where weights are cut"
NO_MODEL = "the policy's chances over all actions are not known, so no model can say what it would earn"


@dataclass(frozen=True, slots=True)
class Options:
    """How a log is judged."""

    level: float = 0.95
    kind: Kind = "outer"
    resamples: int = 1000
    seed: int = 0
    reward_range: tuple[float, float] | None = None  # for the bound; None: 0 to 1, or what was seen if that is wider
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class _Way:
    """An estimator on this log: its sums, the weights of pages by which its support is judged, and its range."""

    terms: Callable[[], Terms]
    weights: F64  # (P,)
    assumes: str = ""
    setting: dict[str, float] = field(default_factory=dict)
    bias: float = 0.0  # as the log shows it: its distance from DR, or from IPS where there is no model
    largest: float | None = None  # weight that contributions may carry; None: no bound is stated
    missing: str = ""  # why it does not apply


def judge(
    log: Log, chance: F64, *, q: F64 | None = None, v: F64 | None = None, over: Over | None = None,
    marginal: F64 | None = None, policy: str = "target", estimator: str | None = None, options: Options | None = None,
    notes: tuple[str, ...] = (),
) -> Report:  # fmt: skip
    """What `log` says of a policy that makes each logged choice with probability `chance` (n,), given those above it.

    q, v (n,): reward predicted for the logged choice and its mean under the policy, from a model that never saw these
    listeners. Without them a model is fitted across listeners: of slot, action and context where `over` gives the
    policy's chances over all actions, else of slot and context alone, by which the direct method cannot judge.
    marginal (n,): the policy's chance of this action in this slot, whatever stands above, for the independent and
    pseudo-inverse estimators; the log must have its own.
    """
    options = options or Options()
    chance = np.asarray(chance, np.float64)
    if chance.shape != (len(log),):
        raise ValueError(f"{len(log)} choices, {chance.shape=}")
    if not np.all((chance >= 0) & (chance <= 1 + 1e-9)):
        raise ValueError("chances of the target must lie in 0 to 1")
    limits = options.limits
    weight = chance / log.propensity
    unsupported = None if over is None else _unsupported(log, over)
    model, blind = "given", False
    several = log.longest > 1
    if len(log) and (q is None or v is None):
        q, v, model = cross_fitted(log, over)
        blind = over is None
        if several:
            q, v = q + (later := still_to_come(log)), v + later
    q, v = (np.zeros(len(log)), np.zeros(len(log))) if q is None or v is None else (q, v)
    ways = _slate_ways(log, weight, q, v, marginal) if several else _single_ways(log, weight, q, v, blind)
    if not several:
        ways["mrdr"] = _mrdr(log, chance, weight, over)
    main = estimator or ("cascade-dr" if several else "dr")
    if main not in ways:
        raise UnknownName("estimator for this log", main, ways)
    page_weight = log.spread(weight, 1.0).prod(axis=1)
    whole = overlap(page_weight, log.page_listener, unsupported)
    fixed = bool(len(log)) and bool(np.all(log.propensity >= SURE)) and not np.allclose(weight, 1)
    why = "the log never explored: every choice had probability 1" if fixed else ""
    estimates = {name: _estimate(log, way, unsupported, why, options) for name, way in ways.items()}
    answer = estimates[main]
    sliced = _slices(log, page_weight, limits)
    return Report(
        policy, main, answer.refused, answer.value, answer.low, answer.high,
        logged=_estimate(log, _Way(lambda: mean_of(_page_reward(log)), np.ones(log.pages)), None, "", options),
        estimates=estimates, overlap=whole, slices=sliced, choices=len(log), pages=log.pages,
        listeners=_clusters(log), level=options.level, interval=options.kind, reward_model=model,
        notes=(*notes, *_odd(sliced)),
    )  # fmt: skip


def _single_ways(log: Log, weight: F64, q: F64, v: F64, blind: bool) -> dict[str, _Way]:
    r, w = log.reward, weight
    error = r - q
    most = float(w.max(initial=0.0))
    some = len(log) > 0
    clip = choosing.clip(r, w) if some else 1.0
    tau = choosing.switch(error, w, v) if some else 1.0
    lam = choosing.shrink(error, w, v) if some else 1.0
    cut, off = np.minimum(w, clip), np.where(w <= tau, w, 0.0)
    shrunk = doubly_robust.shrunk(w, lam)

    def bias(kept: F64, value: F64) -> float:
        return abs(float(((w - kept) * value).mean())) if some else 0.0

    return {
        "dr": _Way(lambda: doubly_robust.dr(r, w, q, v), w, largest=2 * most + 1),
        "snips": _Way(lambda: weighting.snips(r, w), w),
        "ips": _Way(lambda: weighting.ips(r, w), w, largest=most),
        "clipped-ips": _Way(
            lambda: weighting.clipped_ips(r, w, clip), w, CUT, {"clip": clip}, bias(cut, r), min(most, clip)
        ),
        "sndr": _Way(lambda: doubly_robust.sndr(r, w, q, v), w),
        "switch-dr": _Way(
            lambda: doubly_robust.switch_dr(r, w, q, v, tau), w, PARTLY, {"tau": tau}, bias(off, error),
            2 * min(most, tau) + 1,
        ),
        "dr-os": _Way(
            lambda: doubly_robust.dr_os(r, w, q, v, lam), w, PARTLY, {"lambda": lam}, bias(shrunk, error), 2 * most + 1
        ),
        "dm": _Way(lambda: doubly_robust.dm(v), w, MODEL, bias=bias(np.zeros_like(w), error), missing=NO_MODEL * blind),
    }  # fmt: skip


def _mrdr(log: Log, chance: F64, weight: F64, over: Over | None) -> _Way:
    if over is None or not len(log):
        return _Way(lambda: mean_of(log.reward), weight, missing=NO_MODEL)
    fitting = doubly_robust.mrdr_weights(chance, log.propensity)
    return _Way(
        lambda: doubly_robust.dr(log.reward, weight, *cross_fitted(log, over, fitting)[:2]), weight,
        largest=2 * float(weight.max()) + 1,
    )  # fmt: skip


def _slate_ways(log: Log, weight: F64, q: F64, v: F64, marginal: F64 | None) -> dict[str, _Way]:
    r, w, shown = log.spread(log.reward, 0.0), log.spread(weight, 1.0), log.spread(np.ones(len(log)), 0.0) > 0
    each, unknown, tied = _each_slot(log, weight, marginal)
    alone = "a choice's reward depends on nothing else on the page"
    w_each = log.spread(each, 1.0)
    product, so_far = w.prod(axis=1), np.cumprod(w, axis=1)
    share = r.sum(axis=0) / r.sum() if r.sum() > 0 else np.full(r.shape[1], 1 / r.shape[1])
    above, apart = so_far @ share, w_each @ share
    added = w_each.sum(axis=1) - w_each.shape[1] + 1
    q_, v_ = log.spread(q, 0.0), log.spread(v, 0.0)
    cascade = "nothing below a choice changes its reward"
    whole, parts = float(product.max(initial=0.0)), "the page's reward is a sum of parts, one a slot"
    return {
        "cascade-dr": _Way(lambda: slates.cascade_dr(r, w, q_, v_), above, cascade),
        "snrips": _Way(lambda: slates.snrips(r, w, shown), above, cascade),
        "rips": _Way(lambda: slates.rips(r, w), above, cascade),
        "sniips": _Way(lambda: slates.sniips(r, w_each, shown), apart, alone, missing=unknown),
        "iips": _Way(lambda: slates.iips(r, w_each), apart, alone, missing=unknown),
        "pi": _Way(lambda: slates.pi(r, added), added, parts, missing=unknown or tied),
        "snpi": _Way(lambda: slates.snpi(r, added), added, parts, missing=unknown or tied),
        "slate-snips": _Way(lambda: slates.slate_snips(r, w), product),
        "slate-ips": _Way(lambda: slates.slate_ips(r, w), product, largest=whole * r.shape[1]),
    }


def _each_slot(log: Log, weight: F64, marginal: F64 | None) -> tuple[F64, str, str]:
    """(n,) weights of each item in its slot whatever stands above; why they are not known; why slots hang together.

    Pages that show an action twice are taken for pages whose slots are filled independently.
    """
    if log.marginal is not None and marginal is not None:
        apart = np.allclose(log.marginal, log.propensity, rtol=1e-3)
        return marginal / log.marginal, "", "" if apart else "what stands above changes what can be chosen"
    if log.repeats and marginal is None and log.marginal is None:
        return weight, "", ""
    side = "the log" if log.marginal is None else "the policy"
    return (
        weight,
        f"{side} does not say how likely each item is in its slot whatever stands above (column marginal)",
        "",
    )


def _estimate(log: Log, way: _Way, unsupported: float | None, why: str, options: Options) -> Estimate:
    if way.missing:
        return Estimate(refused=way.missing, assumes=way.assumes)
    clusters = _clusters(log)
    found = overlap(way.weights, log.page_listener, unsupported)
    earned = np.abs(_page_reward(log))
    rate = effective_size(earned) / max(1, log.pages)
    rewarded = min(effective_size(np.abs(way.weights) * earned), found.effective * rate)
    why = why or refusal(found, clusters, rewarded, options.limits)
    if why:
        return Estimate(refused=why, effective=found.effective, assumes=way.assumes)
    terms = way.terms()
    if not np.isfinite(terms.value):
        why = "in some slot the target never does what was logged"
        return Estimate(refused=why, effective=found.effective, assumes=way.assumes)
    together = terms.by(log.page_listener, clusters)
    low, high = interval(together, options.kind, options.level, options.resamples, options.seed)
    low, high = low - way.bias, high + way.bias
    bound = _bound(log, together, way.largest, options)
    return Estimate(
        value=terms.value, low=low, high=high, error=standard_error(together),
        bound_low=None if bound is None else terms.value - bound,
        bound_high=None if bound is None else terms.value + bound,
        effective=found.effective, setting=way.setting, bias=way.bias, assumes=way.assumes,
    )  # fmt: skip


def _bound(log: Log, together: Terms, largest: float | None, options: Options) -> float | None:
    if largest is None:
        return None
    low, high = options.reward_range or (min(0.0, float(log.reward.min())), max(1.0, float(log.reward.max())))
    clusters = len(together.num)
    most_pages = float(np.bincount(log.page_listener).max())
    to_mean = clusters / log.pages  # a listener's sum, times this, has the value as its mean
    width = max(high, 0.0) - min(low, 0.0)
    return empirical_bernstein(together.num[:, 0] * to_mean, largest * width * most_pages * to_mean, options.level)


def _slices(log: Log, weight: F64, limits: Limits) -> tuple[Slice, ...]:
    """By the slot of single choices, and by quarters of the log's time."""
    cuts: list[tuple[str, str, np.ndarray]] = []
    first = log.starts[:-1]
    if log.longest == 1 and len(slots := np.unique(log.slot)) > 1:
        cuts += [("slot", str(s), np.flatnonzero(log.slot == s)) for s in slots.tolist()]
    if log.pages >= 4 and log.at.min() < log.at.max():
        quarters = np.array_split(np.argsort(log.at[first], kind="stable"), 4)
        cuts += [("time", f"quarter {n}", rows) for n, rows in enumerate(quarters, 1)]
    out = []
    for by, name, rows in cuts:
        found = overlap(weight[rows], np.unique(log.page_listener[rows], return_inverse=True)[1])
        out.append(Slice(by, name, found, _off(found, limits)))
    return tuple(out)


def _off(found: Overlap, limits: Limits) -> bool:
    error = (found.mean_high - found.mean) / 1.96
    off = abs(found.mean - 1)
    return off > limits.mean_surely and off > limits.mean_errors * error


def _odd(sliced: tuple[Slice, ...]) -> tuple[str, ...]:
    return tuple(
        f"weights average {s.overlap.mean:.3g} on {s.by} {s.name}, where they should average 1" for s in sliced if s.odd
    )


def _page_reward(log: Log) -> F64:
    return np.bincount(log.page, log.reward, log.pages).astype(np.float64)


def _clusters(log: Log) -> int:
    return int(log.listener.max(initial=-1)) + 1


def _unsupported(log: Log, over: Over) -> float:
    """Share of the target's choices on actions that the log never shows."""
    never = ~supported(log)
    if not never.any() or not len(log):
        return 0.0
    total, step = 0.0, max(1, 2**23 // len(log.actions))
    for start in range(0, len(log), step):
        total += float(over(slice(start, min(len(log), start + step)))[:, never].sum())
    return total / len(log)
