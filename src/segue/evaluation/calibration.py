"""Whether probabilities may be counted on: what was predicted beside what came, by bins of equally many rows."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from math import sqrt
from statistics import NormalDist

import numpy as np

from segue.core.errors import UsageError
from segue.core.types import F32, F64
from segue.evaluation.charts import _grid_x, _grid_y, _scale, _svg, nice


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows of similar prediction; `low` and `high` enclose the share that came true (Wilson, 1927)."""

    predicted: float
    observed: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class Reliability:
    bins: tuple[Bin, ...]
    ece: float  # mean distance of what was predicted and what came over the bins, by weight
    brier: float  # mean squared error
    log_loss: float  # nats
    base_log_loss: float  # of predicting the mean of these rows for all
    count: int


def reliability(chance: F32, label: F32, weight: F32 | None = None, bins: int = 10, level: float = 0.95) -> Reliability:
    """Of probabilities and labels in [0, 1] (n,). Equal predictions share a bin, so there may be fewer than `bins`.

    Weighted rows count as many as they tell of, (Σw)² / Σw², when it comes to how sure a bin is.
    """
    if not len(chance) or (weight is not None and not weight.any()):
        raise UsageError("no rows to compare predictions with what came")
    if bins < 1 or not 0 < level < 1:
        raise UsageError(f"{bins} bins at a level of {level}; it takes 1 bin or more and a level in (0, 1)")
    p, y = np.clip(chance.astype(np.float64), 1e-9, 1 - 1e-9), label.astype(np.float64)
    w = np.ones(len(p)) if weight is None else weight.astype(np.float64)
    if weight is not None:
        p, y, w = p[w > 0], y[w > 0], w[w > 0]
    _, which = np.unique(p, return_inverse=True)
    reached = np.cumsum(np.bincount(which, w)) / w.sum()  # of the weight, up to each value
    cuts = np.unique([np.abs(reached - b / bins).argmin() for b in range(1, bins)]).astype(np.int64)
    place = np.searchsorted(cuts, which)  # a bin ends with the value that is cut after
    parts = [rows for b in range(len(cuts) + 1) if (rows := place == b).any()]
    found = [_bin(p[rows], y[rows], w[rows], level) for rows in parts]
    off = sum(w[rows].sum() * abs(b.predicted - b.observed) for rows, b in zip(parts, found, strict=True))
    mean = np.clip(np.average(y, weights=w), 1e-9, 1 - 1e-9)
    return Reliability(
        bins=tuple(found), ece=float(off / w.sum()), brier=float(np.average((p - y) ** 2, weights=w)),
        log_loss=_log_loss(p, y, w), base_log_loss=_log_loss(np.full(len(p), mean), y, w), count=len(p),
    )  # fmt: skip


def wilson(share: float, count: float, level: float = 0.95) -> tuple[float, float]:
    """The interval of a share seen in `count` rows; (0, 1) where there are none."""
    if count <= 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + level) / 2)
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return max(0.0, middle - half), min(1.0, middle + half)


def diagram(found: Reliability, width: int, what: str = "came true") -> str:
    """What was predicted (across) and what came (up) as an SVG; on the dashed line the two are equal."""
    left, right, top, bottom = 52, 16, 12, 12 + min(300, width - 68)
    high = max(max(b.predicted, b.high) for b in found.bins)
    ticks = nice(0, high, 4)
    x, y = _scale(ticks, left, width - right), _scale(ticks, bottom, top)
    out = [_grid_x(ticks, x, top, bottom, percent=True), _grid_y(ticks, y, left, width - right)]
    ends = f'x1="{x(0):.1f}" y1="{y(0):.1f}" x2="{x(ticks[-1]):.1f}" y2="{y(ticks[-1]):.1f}"'
    out.append(f'<line class="rule" {ends}/>')
    for b in found.bins:
        at = x(b.predicted)
        out.append(
            f"<g><title>{b.predicted:.1%} predicted, {b.observed:.1%} {escape(what)} "
            f"({b.low:.1%} to {b.high:.1%}), {b.count:,} rows</title>"
            f'<line class="bar c1" x1="{at:.1f}" x2="{at:.1f}" y1="{y(b.low):.1f}" y2="{y(b.high):.1f}"/>'
            f'<circle class="dot c1" cx="{at:.1f}" cy="{y(b.observed):.1f}" r="4"/></g>'
        )
    out.append(f'<text class="axis end" x="{width - right}" y="{bottom + 38}">predicted</text>')
    out.append(f'<text class="axis start" x="{left}" y="{bottom + 38}">up: {escape(what)}</text>')
    return _svg(width, bottom + 46, f"share that {what} by predicted probability", out)


def _bin(p: F64, y: F64, w: F64, level: float) -> Bin:
    share = float(np.average(y, weights=w))
    tells = float(w.sum() ** 2 / (w @ w))
    return Bin(float(np.average(p, weights=w)), share, *wilson(share, tells, level), len(p))


def _log_loss(p: F64, y: F64, w: F64) -> float:
    return float(np.average(-(y * np.log(p) + (1 - y) * np.log1p(-p)), weights=w))
