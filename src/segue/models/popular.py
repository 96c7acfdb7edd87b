"""What most listeners take, with the country and the hour of day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import numpy as np

from segue.core.types import F32, I64, Interactions
from segue.fitted._reading import Reading
from segue.fitted.counts import Counts

HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Popular:
    """An item's score is the number of owners who took it, the newest of each owner's counting most.

    With `decay=1, half_life_days=0` it is PopRec. Lifts by country and hour are (count + prior * share) over
    (total + prior), relative to the share everywhere, so that places and hours with little listening say little.
    """

    needs_order: ClassVar[bool] = False
    axes: ClassVar[Mapping[str, tuple[Any, ...]]] = {
        "decay": (1.0, 0.9, 0.7, 0.5),
        "half_life_days": (0, 365, 90, 30, 7, 3),
        "hour_prior": (500.0, 50.0),
    }
    draft: ClassVar[Mapping[str, Any]] = {}

    decay: float = 1.0  # per distinct item from the newest; needs an order
    power: float = 0.0  # of an owner's total weight on an item; 0: counts owners
    half_life_days: float = 0.0  # 0: old listening counts like new; needs times
    country_prior: float = 500.0  # events
    hour_prior: float = 500.0  # events
    zone: str = "UTC"  # IANA name; hours of the day are taken there

    def fit(self, data: Interactions, rng: np.random.Generator) -> Counts:
        n = len(data.items)
        fresh = np.ones(len(data.rows), np.float32)
        if data.timed and self.half_life_days:
            age = (data.at.max(initial=0) - data.at) / (24 * HOUR_MS * self.half_life_days)
            fresh = np.exp2(-age).astype(np.float32)
            per_item = np.bincount(data.rows, data.weights * fresh, n)
        else:
            reading = Reading(self.decay if data.ordered else 1.0, self.power)
            per_item = np.asarray(reading.of_data(data).sum(axis=0)).ravel()
        share = (per_item / max(per_item.sum(), 1e-12)).astype(np.float32)
        known = np.unique(data.country)
        countries = known[known != b""]
        owner = data.owner_rows()
        group = np.searchsorted(countries, data.country[owner])
        at_home = data.country[owner] != b""
        by_country = self._lift(
            group[at_home], data.rows[at_home], fresh[at_home], len(countries), share, self.country_prior
        )
        by_hour = np.zeros((0, n), np.float32)
        if data.timed:
            by_hour = self._lift(hours(data.at, self.zone), data.rows, fresh, 24, share, self.hour_prior)
        return Counts(data.items, share, countries, by_country, by_hour)

    @staticmethod
    def _lift(group: Any, rows: Any, fresh: F32, groups: int, share: F32, prior: float) -> F32:
        """(groups, n) float32; an event counts as much here as in the share."""
        n = len(share)
        counts = np.bincount(group * n + rows, fresh, groups * n).reshape(groups, n).astype(np.float32)
        expected = np.maximum(share, 1e-12)
        smoothed = (counts + prior * expected) / (counts.sum(axis=1, keepdims=True) + prior)
        return np.asarray(smoothed / expected, np.float32)


def hours(at: I64, zone: str) -> I64:
    """(E,) local hour of day 0-23 of UTC ms."""
    day, where = np.unique(at // (24 * HOUR_MS), return_inverse=True)
    place = ZoneInfo(zone)
    noon = (datetime.fromtimestamp(int(d) * 86400 + 43200, UTC).astimezone(place) for d in day)
    offset = np.array([int((t.utcoffset() or t - t).total_seconds() // 60) for t in noon], np.int64)
    return (at // 60_000 + offset[where]) // 60 % 24


plugin = Popular
