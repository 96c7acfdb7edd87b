"""Popularity everywhere, by country and by local hour."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from segue.core.types import F32, Countries, Ids, Queries
from segue.fitted._reading import mapped


@dataclass(frozen=True, slots=True)
class Counts:
    """score = share of all listening, times how much more the item is heard in the country and at the hour."""

    items: Ids  # (N,) sorted
    share: F32  # (N,) sums to 1
    countries: Countries  # (C,) sorted
    country_lift: F32  # (C, N) share in the country / share, smoothed
    hour_lift: F32  # (24, N), or (0, N) where the times are not known

    def score(self, queries: Queries) -> F32:
        """(B, N) float32; the history does not matter."""
        out = np.tile(np.asarray(self.share), (len(queries), 1))
        if len(self.countries):
            at = np.minimum(np.searchsorted(self.countries, queries.country), len(self.countries) - 1)
            for b in np.flatnonzero(self.countries[at] == queries.country):
                out[b] *= self.country_lift[at[b]]
        if len(self.hour_lift):
            for b in np.flatnonzero((queries.hour >= 0) & (queries.hour < 24)):
                out[b] *= self.hour_lift[queries.hour[b]]
        return out

    def save(self, folder: Path) -> None:
        for name in ("items", "share", "countries", "country_lift", "hour_lift"):
            np.save(folder / f"{name}.npy", getattr(self, name))

    @classmethod
    def load(cls, folder: Path) -> Self:
        names = ("items", "share", "countries", "country_lift", "hour_lift")
        return cls(*(mapped(folder / f"{name}.npy") for name in names))


plugin = Counts
