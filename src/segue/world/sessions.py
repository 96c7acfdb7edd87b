"""When people listen, to which kind of thing and in which way: the sessions of one local day."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from segue.core.types import I64, Bools
from segue.world.choice import BOOK, MUSIC, SHOW, cluster_weights
from segue.world.draws import Draw, Index, pick
from segue.world.listeners import Listeners
from segue.world.places import HOMES, PLACES
from segue.world.settings import DAY, WorldSettings

WEEKDAY = (2, 1, 1, 1, 1, 3, 10, 22, 24, 16, 14, 13, 14, 13, 13, 15, 19, 26, 24, 19, 17, 15, 11, 6)
WEEKEND = (8, 5, 3, 2, 1, 1, 3, 6, 11, 17, 21, 22, 20, 20, 20, 20, 20, 20, 21, 21, 20, 18, 16, 12)
COLLECTION, OWN_PLAYLIST, PLAYLIST, ALBUM, ARTIST, RADIO = range(6)
HOUR = 3_600_000  # ms


@dataclass(frozen=True, slots=True)
class Sessions:
    """S sessions, sorted by listener, then by time."""

    who: Index  # (S,)
    start: I64  # (S,) UTC ms
    hour: Index  # (S,) local
    weekend: Bools  # (S,)
    kind: Index  # (S,) MUSIC, SHOW or BOOK
    cluster: Index  # (S,) of music, 0 … 3
    mode: Index  # (S,) of music
    count: Index  # (S,) tracks or episodes set out for
    device: Index  # (S,)
    offline: Bools  # (S,)

    def take(self, rows: Index) -> Sessions:
        return Sessions(*(getattr(self, f.name)[rows] for f in fields(self)))


def offsets(at: int) -> I64:
    """(HOMES,) ms by which each home is ahead of UTC at a time."""
    moment = datetime.fromtimestamp(at / 1000, UTC)
    ahead = [moment.astimezone(ZoneInfo(p.zone)).utcoffset() for p in PLACES[:HOMES]]
    return np.array([round(a.total_seconds() * 1000) if a else 0 for a in ahead])


def clock(midnight: int, people: Listeners, who: Index, rng: np.random.Generator) -> tuple[Index, I64]:
    """Local hour and UTC ms at which each of n listeners begins something on the day of a midnight."""
    n, weekend = len(who), (midnight // DAY + 3) % 7 >= 5
    curve = np.array(WEEKEND if weekend else WEEKDAY, np.float64)
    clocks = Draw.table(np.stack([np.roll(curve, shift) for shift in range(-3, 5)]))
    hour = clocks.column(people.shift[who] + 3, rng.random(n))
    within = (rng.random(n) * HOUR).astype(np.int64)
    return hour, midnight + hour * HOUR + within - offsets(midnight + DAY // 2)[people.home[who]]


def sessions_of(day: int, settings: WorldSettings, people: Listeners, rng: np.random.Generator) -> Sessions:
    """All sessions of one day, by each listener's own clock."""
    midnight = settings.start + day * DAY
    weekday = (midnight // DAY + 3) % 7  # 0 Monday
    weekend = weekday >= 5
    busy = (1.0, 0.97, 1.0, 1.04, 1.15, 1.05, 0.9)[weekday]
    counts = np.minimum(rng.poisson(people.rate * busy), 10) * (people.joined <= day)
    cold = people.quota >= 0
    counts = np.where(cold, (people.quota > 0) & (people.joined == day), counts).astype(np.int64)
    who = np.repeat(np.arange(len(counts)), counts)
    n = len(who)
    hour, start = clock(midnight, people, who, rng)
    order = np.lexsort((start, who))
    who, hour, start = who[order], hour[order], start[order]

    talk = people.talk[who] * np.where((hour >= 6) & (hour < 10), 1.6, 0.9)
    reads = people.reads[who] * np.where((hour >= 20) | (hour < 2), 1.8, 0.8)
    u = rng.random(n)
    kind = np.where(cold[who] | (u >= talk + reads), MUSIC, np.where(u < talk, SHOW, BOOK))
    progress = np.full(n, (day + 0.5) / settings.days)
    evening = np.full(n, weekend)
    cluster = pick(cluster_weights(people.tastes, who, progress, hour, evening)[:, :4], rng.random(n))
    mode = pick(people.modes[who], rng.random(n))
    mode = np.where((mode == OWN_PLAYLIST) & (cluster >= people.playlists[who]), COLLECTION, mode)
    count = np.maximum(1, np.rint(people.length[who] * rng.lognormal(0.0, 0.6, n))).astype(np.int64)
    count = np.where(kind == SHOW, 1 + (rng.random(n) < 0.2), np.where(kind == BOOK, 1, np.minimum(count, 80)))
    count = np.where(cold[who], people.quota[who], count)
    device = people.devices[who, (rng.random(n) < 0.2).astype(np.int64)]
    driving = np.isin(hour, (7, 8, 16, 17, 18)) & (rng.random(n) < 0.12)
    device = np.where(driving, 4, device)
    offline = people.premium[who] & (device == 0) & (rng.random(n) < 0.05)
    return Sessions(who, start, hour, evening, kind, cluster, mode, count, device, offline)
