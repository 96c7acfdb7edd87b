"""Counts that halve with time, a row each, kept so that the order of what is added does not matter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segue.core.types import F64, I64

DAY_MS = 86_400_000
START = 1_704_067_200_000  # 2024: any time will do
FAR = 1_000.0  # half-lives from the origin that a float holds
MOVE = 300.0  # half-lives after which the origin follows

Index = NDArray[np.integer[Any]]


def grown(at: I64, origin: int, half_life: float) -> F64:
    """(E,) weight of an event at each time, as seen from the origin: it doubles with each half-life (days)."""
    return np.asarray(np.exp2(np.maximum(np.minimum((at - origin) / (half_life * DAY_MS), FAR), -FAR)))


def faded(now: int, origin: int, half_life: float) -> float:
    """What makes a sum of `grown` weights a count at some time, which should not be long before the events."""
    return float(2.0 ** max(-FAR, min(20.0, (origin - now) / (half_life * DAY_MS))))


class Decayed:
    """R rows, or as many as are asked for."""

    def __init__(self, half_life: float, rows: int = 0) -> None:
        self.half_life = half_life  # days
        self._values = np.zeros(rows)
        self._origin = START

    def add(self, rows: Index, at: I64, newest: int, weights: Any = 1.0) -> None:
        """Events (E,) at some rows; `newest` is the time on the server's clock, 0 unknown."""
        if newest - self._origin > MOVE * self.half_life * DAY_MS:
            self._values *= 2.0 ** ((self._origin - newest) / (self.half_life * DAY_MS))
            self._origin = newest
        if not len(rows):
            return
        most = int(rows.max()) + 1
        if most > len(self._values):
            self._values = np.concatenate(
                [self._values, np.zeros(max(most, 2 * len(self._values)) - len(self._values))]
            )
        amounts = grown(at, self._origin, self.half_life) * weights
        if len(rows) > len(self._values) // 8:
            self._values += np.bincount(rows, amounts, len(self._values))
        else:
            np.add.at(self._values, rows, amounts)

    def state(self) -> dict[str, NDArray[Any]]:
        return {"values": self._values, "origin": np.array(self._origin)}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        self._values, self._origin = np.array(state["values"]), int(state["origin"])

    def at(self, rows: Index, now: int) -> F64:
        """(K,) counts of some rows at a time; 0 for rows that are not there, and for negative ones."""
        if not len(self._values):
            return np.zeros(len(rows))
        inside = (rows >= 0) & (rows < len(self._values))
        scale = faded(now, self._origin, self.half_life)
        return np.where(inside, self._values[np.where(inside, rows, 0)] * scale, 0.0)
