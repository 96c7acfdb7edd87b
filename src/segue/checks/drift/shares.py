"""Distances between two categorical columns: largest change of a share, and Jensen–Shannon divergence."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from segue.checks.statistics import Tops
from segue.core.types import F64, Bools

REST = "(others)"
"""Name of the cell of all values that a sketch does not name."""
EXPECTED = 5.0
"""Rows that a value must be expected to have in both samples (Cochran, 1954)."""


@dataclass(frozen=True, slots=True)
class Shares:
    """The shares of V values in two data sets; both sum to 1."""

    values: tuple[str, ...]  # (V,)
    before: F64  # (V,)
    now: F64  # (V,)

    @classmethod
    def of(cls, before: Mapping[str, int], now: Mapping[str, int]) -> Shares:
        """Of exact counts."""
        values = tuple({**before, **now})
        counts = [np.array([c.get(v, 0) for v in values], np.float64) for c in (before, now)]
        return cls(values, *(c / max(c.sum(), 1) for c in counts))

    @classmethod
    def nearest(cls, before: Tops, rows_before: int, now: Tops, rows_now: int) -> Shares:
        """Of sketches: as near to each other as their errors allow, so that no distance comes from the sketch.

        The rows are all values that were counted, those that a sketch let go too.
        """
        here, there = before.counted(), now.counted()
        values = tuple({**here, **there})
        low_a = np.array([here.get(v, 0) for v in values]) / rows_before
        low_b = np.array([there.get(v, 0) for v in values]) / rows_now
        a = np.clip(low_b, low_a, low_a + before.error / rows_before)
        b = np.clip(a, low_b, low_b + now.error / rows_now)
        if not (before.complete and now.complete):
            values = (*values, REST)
            a, b = (np.append(s, max(0.0, 1 - s.sum())) for s in (a, b))
        return cls(values, a / max(a.sum(), 1e-12), b / max(b.sum(), 1e-12))

    @property
    def linf(self) -> float:
        """Largest change of one value's share."""
        return float(np.abs(self.now - self.before)[self.named].max(initial=0.0))

    @property
    def js(self) -> float:
        """Jensen–Shannon divergence in bits, 0 … 1: the square of the distance of that name."""
        middle = (self.before + self.now) / 2
        found = 0.0
        for side in (self.before, self.now):
            some = side > 0
            found += float((side[some] * np.log2(side[some] / middle[some])).sum()) / 2
        return max(0.0, found)

    @property
    def named(self) -> Bools:
        """(V,) whether a cell is one value."""
        return np.array([v is not REST for v in self.values], np.bool_)

    def linf_by_chance(self, before: float, now: float) -> float:
        """What `linf` is on average for two samples of these effective sizes where nothing moved: of the cell that
        varies most."""
        pooled = self._pooled(before, now)[self.named]
        return float(np.sqrt(2 / math.pi * pooled * (1 - pooled) * (1 / before + 1 / now)).max(initial=0.0))

    def js_by_chance(self, before: float, now: float) -> float:
        """The same for `js`: an eighth of chi-square, and what comes from values too rare to tell."""
        grouped = self.grouped(before, now)
        cells = len(grouped.values) - 1
        return self.js - grouped.js + cells * (1 / before + 1 / now) / (8 * math.log(2))

    def grouped(self, before: float, now: float) -> Shares:
        """The same with values that are too rare for samples of these effective sizes thrown together."""
        expected = self._pooled(before, now) * min(before, now)
        small = (expected < EXPECTED) | ~self.named
        if not small.any():
            return self
        a, b = (np.append(s[~small], s[small].sum()) for s in (self.before, self.now))
        values = (*(v for v, few in zip(self.values, small.tolist()) if not few), REST)
        if expected[small].sum() < EXPECTED and len(values) > 1:  # with the rarest of the others
            least = int(np.argmin(expected[~small]))
            a, b = (np.delete(s, least) + np.eye(len(s) - 1)[-1] * s[least] for s in (a, b))
            values = values[:least] + values[least + 1 :]
        return Shares(values, a, b)

    def moved(self, n: int) -> tuple[tuple[str, float, float], ...]:
        """The values whose share changed most: (value, share before, share now)."""
        order = np.argsort(-np.abs(self.now - self.before), kind="stable")[:n]
        return tuple(
            (self.values[i], float(self.before[i]), float(self.now[i]))
            for i in order.tolist()
            if self.before[i] != self.now[i]
        )

    def _pooled(self, before: float, now: float) -> F64:
        pooled: F64 = (self.before * before + self.now * now) / (before + now)
        return pooled
