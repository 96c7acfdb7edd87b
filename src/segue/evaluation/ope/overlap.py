"""How far the log and the target agree: what a log can tell at all is seen here before any value is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segue.core.types import F64


def effective_size(weight: F64) -> float:
    """Kish: as many equal weights as would tell as much, (Σw)² / Σw²; 0 without any."""
    squares = float((weight**2).sum())
    return float(weight.sum()) ** 2 / squares if squares > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Overlap:
    """Of the weights of P pages."""

    pages: int
    effective: float  # pages, Kish
    mean: float  # 1 where the propensities are those of the log and the target's choices were all possible
    mean_low: float  # its 95 % interval
    mean_high: float
    largest: float
    largest_share: float  # of the sum of weights
    quantiles: dict[str, float]  # of the weights: median, 90 %, 99 %, 99.9 %
    never: float  # share of pages that the target would never make
    unsupported: float | None  # mass of the target on arms that the log cannot choose or never did; None: not known


def overlap(weight: F64, cluster: np.ndarray, unsupported: float | None = None) -> Overlap:
    """`weight` (P,), `cluster` (P,) in 0…C-1: pages of one cluster are not independent."""
    p = len(weight)
    if not p:
        nan = float("nan")
        return Overlap(0, 0.0, nan, nan, nan, nan, nan, {}, nan, unsupported)
    mean, half = float(weight.mean()), _half(weight, cluster)
    levels = {"50%": 0.5, "90%": 0.9, "99%": 0.99, "99.9%": 0.999}
    found = np.quantile(weight, list(levels.values()))
    total = float(weight.sum())
    return Overlap(
        pages=p,
        effective=effective_size(weight),
        mean=mean,
        mean_low=mean - half,
        mean_high=mean + half,
        largest=float(weight.max()),
        largest_share=float(weight.max()) / total if total > 0 else 1.0,
        quantiles={name: float(q) for name, q in zip(levels, found)},
        never=float((weight == 0).mean()),
        unsupported=unsupported,
    )


def _half(weight: F64, cluster: np.ndarray) -> float:
    """1.96 standard errors of the mean over clusters."""
    off = np.bincount(cluster, weight - weight.mean())
    c = len(off)
    return float(1.96 * np.sqrt((off**2).sum() * c / max(1, c - 1)) / len(weight))
