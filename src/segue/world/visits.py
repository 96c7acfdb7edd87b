"""Who visits Home when: the possible visits of a day are the same for every policy; which happen depends on what the
pages before were worth."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from segue.core.types import I64, Bools
from segue.world.audience import Audience
from segue.world.draws import Index
from segue.world.keyed import uniform
from segue.world.sessions import HOUR, clock, offsets
from segue.world.settings import DAY

MOST = 10  # visits of one listener a day
HAPPENS = 11  # purpose of keyed chance


@dataclass(frozen=True, slots=True)
class Visits:
    """V visits, by listener and time."""

    who: Index  # (V,)
    at: I64  # (V,) UTC ms
    hour: Index  # (V,) local
    weekend: Bools  # (V,)
    day: Index  # (V,) counted from the start of the world
    nth: Index  # (V,) among the possible visits of its listener that day

    def __len__(self) -> int:
        return len(self.who)

    def take(self, rows: Index | Bools) -> Visits:
        return Visits(*(getattr(self, f.name)[rows] for f in fields(self)))

    def waves(self) -> list[Visits]:
        """The first visits of the day, then the second ones …: in each, every listener at most once."""
        first = np.searchsorted(self.who, self.who)
        turn = np.arange(len(self.who)) - first
        return [self.take(turn == i) for i in range(int(turn.max(initial=-1)) + 1)]


def visits_of(day: int, audience: Audience) -> Visits:
    """The visits of one day of the world, by each listener's own clock."""
    people, settings = audience.truth.listeners, audience.truth.settings
    rng = np.random.default_rng([audience.seed, day, 17])
    midnight = settings.start + day * DAY
    weekday = (midnight // DAY + 3) % 7
    busy = (1.0, 0.97, 1.0, 1.04, 1.15, 1.05, 0.9)[weekday]
    counts = np.minimum(rng.poisson(people.rate * busy), MOST) * (people.joined <= day)
    who = np.repeat(np.arange(len(counts)), counts)
    hour, at = clock(midnight, people, who, rng)
    order = np.lexsort((at, who))
    who, hour, at = who[order], hour[order], at[order]
    nth = np.arange(len(who)) - np.searchsorted(who, who)
    days = np.full(len(who), day)
    happens = uniform(audience.seed, HAPPENS, who, days, nth) < audience.returning()[who]
    return Visits(who, at, hour, np.full(len(who), weekday >= 5), days, nth).take(happens)


def moments(audience: Audience, who: Index, at: I64) -> Visits:
    """Visits of listeners (V,) at times (V,) that need not be those of a day."""
    start = audience.truth.settings.start
    ahead = np.array([offsets(int(t))[h] for t, h in zip(at, audience.truth.listeners.home[who])], np.int64)
    local = at + ahead
    weekend = (local // DAY + 3) % 7 >= 5
    return Visits(who, at, local // HOUR % 24, weekend, (at - start) // DAY, np.zeros(len(who), np.int64))
