"""How far an estimate may be trusted, from the sums over listeners (clusters) of `Terms`.

`student` resamples listeners and reads the distribution of (estimate − value) / its own standard error (bootstrap-t:
Efron & Tibshirani, 1993, chapter 12): it knows that the estimate and its error move together, as they do for rare
rewards and heavy weights. `normal` is a t interval on the influence of each listener. `outer`, the default, takes the
farther end of the two: where the heavy side was never seen, the bootstrap leans the wrong way. `percentile` is the
plain bootstrap. Empirical Bernstein (Maurer & Pontil, 2009) is a bound at any number of listeners, for contributions of
known range, and wide.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
from scipy.special import stdtrit

from segue.core.types import F64
from segue.evaluation.ope.terms import Terms, mean_of

Kind = Literal["outer", "student", "percentile", "normal"]
MOST = 5000  # rows that are resampled; more listeners than these are put together at random, as many to a row
RATIOS = 12  # of more than these, as on pages of many slots, the straight line through them is resampled
STEEP = 50.0  # studentized deviations beyond this are of resamples without spread


class Range(NamedTuple):
    low: float
    high: float


def interval(
    terms: Terms, kind: Kind = "outer", level: float = 0.95, resamples: int = 1000, seed: int = 0
) -> Range:  # fmt: skip
    """Of the value of terms (C, M) whose rows are independent: one a listener."""
    if kind == "normal":
        return _normal(terms, level)
    tails = [(1 - level) / 2, (1 + level) / 2]
    values, errors = resampled(terms, resamples, seed)
    if kind == "percentile":
        values = values[np.isfinite(values)]
        return Range(*map(float, np.quantile(values, tails))) if len(values) else Range(np.nan, np.nan)
    found = _student(terms, values, errors, tails)
    if kind == "student":
        return found
    other = _normal(terms, level)
    return Range(min(found.low, other.low), max(found.high, other.high))


def standard_error(terms: Terms) -> float:
    """Of the value, by the delta method."""
    c = len(terms.num)
    off = terms.influence
    return float(np.sqrt((off**2).sum() / max(1, c - 1) / c))


def resampled(terms: Terms, resamples: int, seed: int) -> tuple[F64, F64]:
    """(R,) values over draws of as many listeners with replacement, and (R,) the standard error each would state."""
    if len(terms.num) > MOST:
        group = np.random.default_rng(seed).permutation(len(terms.num)) % MOST
        terms = terms.by(group, MOST)
    if terms.num.shape[1] > RATIOS:
        terms = mean_of(terms.value + terms.influence)
    c, m = terms.num.shape
    both = np.concatenate([terms.num, terms.den], axis=1)
    squares = (both[:, :, None] * both[:, None, :]).reshape(c, 4 * m * m)
    columns = np.concatenate([both, squares], axis=1)
    sums = _draws(c, resamples, seed) @ columns
    num, den, moments = sums[:, :m], sums[:, m : 2 * m], sums[:, 2 * m :].reshape(-1, 2 * m, 2 * m)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = num / den
        slopes = np.concatenate([1 / den, -ratio / den], axis=1)  # of the value, in the sums
        spread = np.einsum("ri,rij,rj->r", slopes, moments, slopes)
    return ratio.sum(axis=1), np.sqrt(np.maximum(spread, 0.0) * c / max(1, c - 1))


@lru_cache(maxsize=1)
def _draws(c: int, resamples: int, seed: int) -> F64:
    """(R, C) how often each row is drawn; all estimators of a log see the same draws."""
    rng = np.random.default_rng(seed)
    out = np.empty((resamples, c))
    for r in out:
        r[:] = np.bincount(rng.integers(0, c, c), minlength=c)
    return out


def _student(terms: Terms, values: F64, errors: F64, tails: list[float]) -> Range:
    value, error = terms.value, standard_error(terms)
    if not np.isfinite(value) or error == 0:
        return Range(value, value)
    kept = np.isfinite(values) & np.isfinite(errors) & (errors > 0)
    if kept.sum() < len(values) / 2:
        return _normal(terms, tails[1] - tails[0])
    off = np.clip((values[kept] - value) / errors[kept], -STEEP, STEEP)
    low, high = np.quantile(off, tails)
    return Range(float(value - high * error), float(value - low * error))


def _normal(terms: Terms, level: float) -> Range:
    c = len(terms.num)
    half = float(stdtrit(max(1, c - 1), (1 + level) / 2)) * standard_error(terms)
    return Range(terms.value - half, terms.value + half)


def empirical_bernstein(sums: F64, width: float, level: float = 0.95) -> float:
    """Half-width of a two-sided bound on the mean of independent sums (C,) that lie in a range `width` wide."""
    c = len(sums)
    if c < 2:
        return float("inf")
    log = np.log(4 / (1 - level))
    return float(np.sqrt(2 * np.var(sums, ddof=1) * log / c) + 7 * width * log / (3 * (c - 1)))
