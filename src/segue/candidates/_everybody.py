"""When everybody listens, and to what moods at which hour: what little-known listeners are taken to do."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp

from segue.core.clock import DAY_MS, HOUR_MS
from segue.core.types import F64, I64, Interactions
from segue.fitted.moods import Moods

ENOUGH = 50_000  # events that tell it
SHRINK = 200.0  # events of the wider group that a narrower one starts with
CELLS = 48  # the hours of workdays, then those of weekends


@dataclass(frozen=True)
class Everybody:
    """Of one kind. A clock is told by how many ms it is ahead of UTC; answers are kept."""

    data: Interactions | None
    _clocks: dict[tuple[bytes, int], F64] = field(default_factory=dict)
    _moods: dict[tuple[bytes, int], F64] = field(default_factory=dict)

    def clock(self, country: str, ahead: int) -> F64:
        """(2, 24) the share of plays at each hour of workdays and of weekends in a country, shrunk to the world's.

        Even where no times are known.
        """
        key = (country.encode()[:2], ahead)
        if key not in self._clocks:
            self._clocks[key] = self._clock(*key)
        return self._clocks[key]

    def _clock(self, country: bytes, ahead: int) -> F64:
        share = np.full((2, 24), 1 / 24)
        if self.data is None or not self.data.timed:
            return share
        some, cell = self._cells(ahead)
        for inside in (np.ones(len(some), np.bool_), self.data.country[self.data.owner_rows()[some]] == country):
            counts = np.bincount(cell[inside], minlength=CELLS).reshape(2, 24)
            share = (counts + SHRINK * share) / (counts.sum(axis=1, keepdims=True) + SHRINK)
        return np.asarray(share, np.float64)

    def moods(self, moods: Moods, country: str, ahead: int) -> F64:
        """(2, 24, M) how far what is played at each hour fits each mood, shrunk to what is played at any."""
        key = (country.encode()[:2], ahead)
        if key not in self._moods:
            self._moods[key] = self._moods_of(moods, *key)
        return self._moods[key]

    def _moods_of(self, moods: Moods, country: bytes, ahead: int) -> F64:
        if self.data is None or not len(self.data.rows):
            return np.zeros((2, 24, len(moods.names)))
        some, cell = self._cells(ahead)
        if country and (here := self.data.country[self.data.owner_rows()[some]] == country).any():
            some, cell = some[here], cell[here]
        played = moods.of(self.data.items)[self.data.rows[some]]
        told = np.full(len(some), float(self.data.timed), np.float32)
        cells = sp.csr_array((told, (cell, np.arange(len(some)))), shape=(CELLS, len(some)))
        counts: F64 = np.asarray(cells.sum(axis=1), np.float64).reshape(CELLS, 1)
        out = (cells @ played + SHRINK * played.mean(axis=0)) / (counts + SHRINK)
        return np.asarray(out.reshape(2, 24, -1), np.float64)

    def _cells(self, ahead: int) -> tuple[I64, I64]:
        """(S,), (S,) some events, and the cell of each."""
        assert self.data is not None
        some = np.arange(0, len(self.data.at), max(1, len(self.data.at) // ENOUGH))
        local = self.data.at[some] + ahead
        return some, (local // DAY_MS + 3) % 7 // 5 * 24 + local // HOUR_MS % 24
