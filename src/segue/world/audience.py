"""The listeners of a world in front of Home: what they have heard, how content they are, whether they come back."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from segue.core.types import F32, I64, Bools
from segue.world.draws import F64, Index
from segue.world.keyed import normal, uniform
from segue.world.log import PLAY
from segue.world.manners import MINUTES, Manners
from segue.world.settings import DAY
from segue.world.truth import Truth
from segue.world.world import World

PATIENCE, RETURN = 1, 2  # purposes of keyed chance
STREAM = 30_000  # ms
LEAST_PATIENCE, PATIENCE_SPAN = 0.55, 0.35
KEEPS, COOLS = 0.985, 0.65  # of what is known and of what is fresh, overnight
READ_BACK = 30  # days of a history that are remembered at first


@dataclass(slots=True)
class Audience:
    """L listeners and N world numbers; changes with what they hear."""

    truth: Truth
    manners: Manners
    seed: int  # of their luck, not of the world
    first_day: int  # of the closed loop, counted from the start of the world
    times: F32  # (L, N) how often each item was heard, with decay
    heat: F32  # (L, N) how much of it in the last few days
    met: Bools  # (L, N) artists, shows and books ever heard
    satisfaction: F64  # (L,) in [-0.2, 1]
    patience: F64  # (L,) chance of going on to the next row
    appetite: F64  # (L,) streams in a visit beyond the first
    loyalty: F64  # (L,) logit of a possible visit, when content as usual

    @classmethod
    def of(cls, world: World, first_day: int, seed: int = 0, manners: Manners | None = None) -> Audience:
        """As they are when the closed loop begins: what they heard before is known to them."""
        truth, people, manners = world.truth, world.truth.listeners, manners or Manners()
        n, who = len(people.home), np.arange(len(people.home))
        shape = (n, truth.numbers.end)
        out = cls(
            truth, manners, seed, first_day, np.zeros(shape, np.float32), np.zeros(shape, np.float32),
            np.zeros(shape, bool), np.full(n, manners.neutral),
            LEAST_PATIENCE + PATIENCE_SPAN * uniform(seed, PATIENCE, who), np.clip(people.length / 2.5, 1.0, 7.0),
            1.4 + 0.6 * normal(seed, RETURN, who),
        )  # fmt: skip
        out._recall(world)
        return out

    def _recall(self, world: World) -> None:
        log, start = world.columns, self.truth.settings.start
        until = start + self.first_day * DAY
        plays = (log["type"] == PLAY) & (log["at"] < until) & (log["ms"] >= STREAM)
        who, item = log["who"][plays].astype(np.int64), log["item"][plays].astype(np.int64)
        ago = np.minimum((until - log["at"][plays]) / DAY, READ_BACK)
        np.add.at(self.times, (who, item), (KEEPS**ago).astype(np.float32))
        np.add.at(self.heat, (who, item), (COOLS**ago).astype(np.float32))
        self.met[who, item] = True
        self.met[who, self.maker(item)] = True

    def copy(self) -> Audience:
        """The same people, who may go on to hear something else."""
        state = {n: getattr(self, n).copy() for n in ("times", "heat", "met", "satisfaction")}
        return replace(self, **state)

    def maker(self, items: Index) -> Index:
        """(n,) world number of the artist of a track and the show of an episode; of all else, itself."""
        m, s, k = self.truth.music, self.truth.spoken, self.truth.numbers
        out = items.copy()
        track = items < k.artist
        out[track] = k.artist + m.track_artist[items[track]]
        episode = (items >= k.episode) & (items < k.book)
        out[episode] = k.show + s.episode_show[items[episode] - k.episode]
        return out

    def returning(self) -> F64:
        """(L,) chance that a possible visit happens."""
        m = self.manners
        chance: F64 = 1 / (1 + np.exp(-(self.loyalty + m.back * (self.satisfaction - m.neutral))))
        return chance

    def hear(self, who: Index, items: Index) -> None:
        """Streams (n,) of 30 s or more leave their trace, on an episode's show as well."""
        maker = self.maker(items)
        np.add.at(self.times, (who, items), 1)
        np.add.at(self.heat, (who, items), 1)
        spoken = maker >= self.truth.numbers.show
        more = spoken & (maker != items)
        np.add.at(self.times, (who[more], maker[more]), 1)
        np.add.at(self.heat, (who[more], maker[more]), 1)
        self.met[who, items] = True
        self.met[who, maker] = True

    def judge(self, who: Index, minutes: F64, found: Index, started: Index, left: Index) -> None:
        """V visits, each listener once: minutes heard, makers met, cards started and left, into satisfaction."""
        m = self.manners
        value = m.deep * (1 - np.exp(-minutes / MINUTES)) + m.found * (1 - np.exp(-found.astype(np.float64)))
        value -= m.skipped * left / np.maximum(started, 1)
        self.satisfaction[who] += m.memory * (value - self.satisfaction[who])

    def night(self) -> None:
        """A night passes."""
        self.times *= KEEPS
        self.heat *= COOLS

    def progress(self, at: I64) -> F64:
        """(n,) how far tastes have drifted at times (n,)."""
        s = self.truth.settings
        out: F64 = np.clip((at - s.start) / (s.days * DAY), 0.0, 1.0)
        return out
