"""When a listener plays, and what at which hour: their history by their own clock, shrunk to everybody's.

What a sitting tells is told once and not for each of its tracks, so that counts are of sittings. Hours within AROUND of
this one are like it; days of the other sort, workdays or weekend, count OTHER_DAY as much. Past hours are told by the
zone's distance from UTC of today.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from segue.candidates._section import Section
from segue.core.clock import DAY_MS, HOUR_MS, ahead, at_clock
from segue.core.types import F64, I64, Bools, Query
from segue.fitted.moods import Moods
from segue.store.building import REAL_TIME

AROUND = 2
OTHER_DAY = 0.5
PAUSE = HOUR_MS // 2
"""Without a play: what comes next is another sitting."""
FIRST = 10.0
"""Sittings spread as everybody's that a listener's hours start with."""
STEADY = 10.0
"""Sittings of the overall taste, moved as everybody's, that the taste of an hour starts with."""


@dataclass(frozen=True)
class Habits:
    """Of one listener and kind at the moment of a request; of everybody where nothing is known of the listener."""

    query: Query
    section: Section
    moods: Moods | None

    @cached_property
    def offset(self) -> int:
        """ms by which the listener's clock is ahead of UTC."""
        return ahead(self.query.context.zone, self.query.context.now)

    @property
    def hour(self) -> int:
        """-1 where the request has no time."""
        return self.query.hour

    @property
    def untold(self) -> bool:
        """Whether the listener said that their hours tell nothing: then everybody's stand for theirs."""
        return self.query.tuned is not None and "hours" in self.query.tuned.untold

    @cached_property
    def weekend(self) -> bool:
        return bool(_weekend(np.array([self.query.context.now + self.offset]))[0])

    @cached_property
    def timed(self) -> Bools:
        """(E,) whether the time of a play is known."""
        return self.query.at >= REAL_TIME

    @cached_property
    def local(self) -> I64:
        """(E,) ms of the listener's clock."""
        return self.query.at + self.offset

    @cached_property
    def each(self) -> F64:
        """(E,) the part of a sitting that a play is; 0 where its time is not known."""
        sitting = sittings(self.query.at)
        size = np.bincount(sitting, self.timed, int(sitting.max(initial=0)) + 1)
        return np.asarray(self.timed / np.maximum(size[sitting], 1), np.float64)

    @property
    def sittings(self) -> float:
        return float(self.each.sum())

    @cached_property
    def here(self) -> F64:
        """(E,) how much each play tells of this hour of days like this one."""
        if self.hour < 0 or self.untold:
            return np.zeros(len(self.query.at))
        days = np.where(_weekend(self.local) == self.weekend, 1.0, OTHER_DAY)
        return self.each * days * near(self.local // HOUR_MS, self.hour)

    @cached_property
    def crowd(self) -> F64:
        """(24,) the share of everybody's plays on days like this one, by this listener's clock."""
        clock = self.section.everybody.clock(self.query.context.country, self.offset)
        return np.asarray(clock[int(self.weekend)], np.float64)

    @cached_property
    def clock(self) -> F64:
        """(24,) the share of the listener's sittings at each hour of days like this one."""
        if self.untold:
            return self.crowd
        own = self.each * np.where(_weekend(self.local) == self.weekend, 1.0, OTHER_DAY)
        counts = np.bincount(self.local // HOUR_MS % 24, own, 24) if len(own) else np.zeros(24)
        return np.asarray((counts + FIRST * self.crowd) / (counts.sum() + FIRST), np.float64)

    @property
    def usual(self) -> int:
        """The hour at and around which they listen most on days like this one."""
        around = np.array([near(np.arange(24), hour) for hour in range(24)])
        return int(np.argmax(around @ self.clock + self.clock))

    @property
    def expected(self) -> int:
        """When they may be expected (UTC ms): now, or when their clock next shows the middle of their usual hour."""
        now, usual = self.query.context.now, self.usual
        if usual == self.hour:
            return now
        then = at_clock(now, self.query.context.zone, 60 * usual + 30)
        return then if then > now else then + DAY_MS

    def listens(self) -> float:
        """How much more than others they listen around this hour: 1 as much, 0 never."""
        around = near(np.arange(24), self.hour)
        everybody = float(self.crowd @ around)
        return float(self.clock @ around) / everybody if everybody > 0 else 0.0

    @cached_property
    def mood(self) -> F64:
        """(M,) how far what they play fits each mood and activity, on average over sittings; everybody's, shrunk."""
        return self._mood(self.each, self._everybody[0])

    @property
    def usual_mood(self) -> F64:
        """(M,) the same of everybody."""
        return self._everybody[0]

    @cached_property
    def mood_here(self) -> F64:
        """(M,) the same at this hour of days like this one."""
        overall, at_hour = self._everybody
        lift = at_hour / np.maximum(overall, 1e-3)
        return self._mood(self.here, self.mood * lift)

    def _mood(self, weight: F64, first: F64) -> F64:
        if self.moods is None or not weight.any():
            return first
        played = self.moods.of(self.query.history)
        return np.asarray((weight @ played + STEADY * first) / (weight.sum() + STEADY), np.float64)

    @cached_property
    def _everybody(self) -> tuple[F64, F64]:
        """(M,), (M,) of everybody overall and at this hour."""
        if self.moods is None:
            return np.zeros(0), np.zeros(0)
        table = self.section.everybody.moods(self.moods, self.query.context.country, self.offset)
        overall = table.mean(axis=(0, 1))
        return overall, table[int(self.weekend), self.hour] if self.hour >= 0 else overall

    def leaning(self, activity: str) -> float:
        """How much more what they play at this hour fits an activity than what they play at any: 1 as much."""
        if self.moods is None:
            return 0.0
        column = self.moods.column(activity)
        return float((self.mood_here[column] + 0.01) / (self.mood[column] + 0.01))


def near(hours: I64, hour: int) -> F64:
    """(E,) 1 for an hour within AROUND of this one of the day, else 0."""
    apart = (hours - hour) % 24
    return np.asarray((apart <= AROUND) | (apart >= 24 - AROUND), np.float64)


def sittings(at: I64) -> I64:
    """(E,) which sitting each play belongs to: plays with less than PAUSE between them."""
    order = np.argsort(at, kind="stable")
    out = np.zeros(len(at), np.int64)
    out[order[1:]] = np.cumsum(np.diff(at[order]) > PAUSE)
    return out


def _weekend(local: I64) -> Bools:
    """(E,) whether a moment of the local clock (ms) falls on a Saturday or Sunday."""
    return np.asarray((local // DAY_MS + 3) % 7 >= 5)
