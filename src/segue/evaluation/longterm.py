"""A reward that looks past the click: what is believed of thirty days of activity after the first few are seen.

Listeners who start an item leave a trace, activity day by day. Traces of one item scatter about its mean trace
(covariance `within`), mean traces of items about that of all (`between`); both are learned from items whose traces are
complete. What is believed of a new item's mean trace is then Gaussian, and every day that any listener adds moves it:
filtering as in McDonald et al. (KDD 2023), "Impatient Bandits". A policy that samples from it learns within days what
counts only after thirty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from segue.core.types import F64, I64

SHRINK = 0.02  # of a covariance towards its diagonal: keeps it invertible
LEAST = 1e-4  # variance of a day, at least


@dataclass(frozen=True)
class Prior:
    """What items have shown so far, D days each."""

    mean: F64  # (D,)
    between: F64  # (D, D) of mean traces of items
    within: F64  # (D, D) of traces of one item

    @classmethod
    def learned(cls, traces: Sequence[F64]) -> Prior:
        """From complete traces (n, D) of items that had at least two listeners each.

        Each item's mean is off by within / n, which is taken off the scatter of the means.
        """
        some = [np.asarray(t, np.float64) for t in traces if len(t) > 1]
        if len(some) < 2:
            raise ValueError(f"complete traces of {len(some)} items; it takes two or more")
        means = np.stack([t.mean(0) for t in some])
        sizes = np.array([len(t) for t in some], np.float64)
        off = [t - m for t, m in zip(some, means)]
        within = sum((o.T @ o for o in off), np.zeros((means.shape[1],) * 2)) / (sizes - 1).sum()
        between = np.cov(means.T) - within * (1 / sizes).mean()
        return cls(means.mean(0), _proper(between), _proper(within))

    @property
    def days(self) -> int:
        return len(self.mean)

    @cached_property
    def precision(self) -> F64:
        """(D, D) of a mean trace before anything is seen."""
        return np.asarray(np.linalg.inv(self.between), np.float64)

    @cached_property
    def gains(self) -> F64:
        """(D + 1, D, D) how much precision one listener adds of whom d days were seen."""
        out = np.zeros((self.days + 1, self.days, self.days))
        for d in range(1, self.days + 1):
            out[d, :d, :d] = np.linalg.inv(self.within[:d, :d])
        return out


@dataclass(frozen=True, slots=True)
class Belief:
    """Of the mean traces of N items: Gaussian."""

    mean: F64  # (N, D)
    covariance: F64  # (N, D, D)

    @classmethod
    def after(cls, prior: Prior, count: F64 | I64, total: F64) -> Belief:
        """From `count` (N, D + 1) listeners of whom exactly d days were seen, and the sums of their traces
        `total` (N, D + 1, D), which are 0 from day d on."""
        precision = prior.precision + np.einsum("nd,dij->nij", count.astype(np.float64), prior.gains)
        shift = prior.precision @ prior.mean + np.einsum("dij,ndj->ni", prior.gains, total)
        covariance = np.linalg.inv(precision)
        return cls(np.einsum("nij,nj->ni", covariance, shift), covariance)

    def worth(self, weight: F64 | None = None) -> tuple[F64, F64]:
        """(N,) mean and (N,) standard deviation of the weighted activity of a listener; without weights all days."""
        w = np.ones(self.mean.shape[1]) if weight is None else weight
        return self.mean @ w, np.sqrt(np.einsum("i,nij,j->n", w, self.covariance, w))


def scalar_belief(prior: Prior, weight: F64, count: F64 | I64, total: F64) -> tuple[F64, F64]:
    """(N,) mean and (N,) standard deviation of a weighted activity, from `count` (N,) listeners by whom it is complete
    and its sums `total` (N,): all else is left out. What a bandit on a delayed reward, or on a proxy, knows."""
    start, scatter = float(weight @ prior.mean), float(weight @ prior.between @ weight)
    noise = float(weight @ prior.within @ weight)
    variance = 1 / (1 / scatter + count / noise)
    return variance * (start / scatter + total / noise), np.sqrt(variance)


def _proper(covariance: F64) -> F64:
    """The nearest that a Gaussian can have: symmetric, drawn to its diagonal, no negative direction."""
    diagonal = np.diag(np.maximum(np.diag(covariance), LEAST))
    mixed = (1 - SHRINK) * (covariance + covariance.T) / 2 + SHRINK * diagonal
    values, vectors = np.linalg.eigh(mixed)
    out: F64 = (vectors * np.maximum(values, LEAST)) @ vectors.T
    return out
