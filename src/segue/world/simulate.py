"""Days of listening: sessions, plays, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segue.core.types import I64
from segue.world.choice import BOOK, MUSIC, SHOW
from segue.world.draws import F64, Index
from segue.world.genres import BOOKS, GENRES
from segue.world.listeners import CLUSTERS, FAVOURITES, Listeners
from segue.world.log import FOLLOW, PLAY, PLAYLIST_ADD, REMOVE, SAVE, SEARCH, Log, Numbers
from segue.world.memory import SLOTS, Memory
from segue.world.music import Music
from segue.world.plays import Plays, places_available, play_music
from segue.world.sessions import ALBUM, ARTIST, PLAYLIST, Sessions, sessions_of
from segue.world.settings import DAY, WorldSettings
from segue.world.spoken import Spoken
from segue.world.talk import Reading, play_books, play_shows

BREAK = 300_000  # ms at least between two sessions
LIBRARY = 14  # days before the window in which what was kept earlier is dated


@dataclass(slots=True)
class State:
    """What changes from day to day."""

    memory: Memory
    reading: Reading
    busy: I64  # (L,) UTC ms until which each listener listens
    follows: I64  # sorted: listener × artists + artist


def simulate(
    settings: WorldSettings, music: Music, spoken: Spoken, people: Listeners, numbers: Numbers, rng: np.random.Generator
) -> Log:
    """Everything that happens in the window, and the libraries that were there before it."""
    log = Log()
    _editors(log, settings, music, numbers)
    state = _library(log, settings, music, spoken, people, numbers, rng)
    available = places_available()
    for day in range(settings.days):
        progress = (day + 0.5) / settings.days
        s = sessions_of(day, settings, people, rng)
        rows = [np.flatnonzero(s.kind == kind) for kind in (MUSIC, SHOW, BOOK)]
        part = [s.take(r) for r in rows]
        songs = play_music(part[0], rows[0], music, people, state.memory, numbers, day, progress, available, rng)
        shows, taken = play_shows(part[1], rows[1], spoken, people, state.reading, numbers, progress, rng)
        books, began = play_books(part[2], rows[2], spoken, people, state.reading, numbers, progress, rng)
        start, ends = _play(log, s, [songs, shows, books], state, rng)
        _searches(log, part[0], start[rows[0]], songs, people, music, rng)
        _begin(log, part[1], start[rows[1]], taken, numbers.show, music, FOLLOW, 0.6, rng)
        _begin(log, part[2], start[rows[2]], began, numbers.book, music, SAVE, 0.6, rng)
        _remember(log, s, songs, ends, people, music, numbers, state, float(day), rng)
    return log


def _play(log: Log, s: Sessions, parts: list[Plays], state: State, rng: np.random.Generator) -> tuple[I64, I64]:
    """Put a day's plays in time and log them: the start (S,) of every session, the end of every play of music."""
    session = np.concatenate([p.session for p in parts])
    ms = np.concatenate([p.ms for p in parts])
    done = np.concatenate([p.done for p in parts])
    n = len(session)
    order = np.argsort(session, kind="stable")
    gap = 600 + (rng.random(n) * 2_400).astype(np.int64)
    last = np.ones(n, bool)
    last[:-1] = session[order][1:] != session[order][:-1]
    stops = np.zeros(n, bool)
    stops[order] = last & (rng.random(n) < 0.3)
    stops &= done & (np.arange(n) < len(parts[0].ms))
    ms = np.where(stops, (ms * rng.uniform(0.35, 0.95, n)).astype(np.int64), ms)
    length = np.bincount(session, ms + gap, minlength=len(s.who)).astype(np.int64)
    start = s.start.copy()
    nth = np.arange(len(s.who)) - np.searchsorted(s.who, s.who)
    for turn in range(int(nth.max(initial=-1)) + 1):
        now = np.flatnonzero(nth == turn)
        who = s.who[now]
        start[now] = np.maximum(start[now], state.busy[who] + BREAK)
        state.busy[who] = start[now] + length[now]
    running = np.cumsum((ms + gap)[order])
    begin = np.searchsorted(session[order], np.arange(len(s.who)))
    before = np.concatenate([[0], running])[begin]
    at = np.empty(n, np.int64)
    at[order] = start[session[order]] + running - before[session[order]]
    spoken = np.arange(n) >= len(parts[0].ms)
    reason = np.where(stops | (spoken & ~done), 2, np.where(done, 0, 1))
    cause = np.zeros(n, np.int64)
    cause[order[1:]] = np.where(last[:-1], 0, np.where(reason[order][:-1] == 1, 2, 1))
    context = np.concatenate([p.context for p in parts])
    log.add(
        PLAY, at, s.who[session], item=np.concatenate([p.item for p in parts]), ms=ms, start=cause, end=reason,
        context=context, device=s.device[session], shuffle=np.concatenate([p.shuffle for p in parts]),
        offline=s.offline[session],
    )  # fmt: skip
    return start, at[: len(parts[0].ms)]


def _searches(
    log: Log, s: Sessions, start: I64, plays: Plays, people: Listeners, music: Music, rng: np.random.Generator
) -> None:
    """Some sessions begin with words: the name of an artist, or of a genre."""
    u = rng.random(len(s.who))
    artist = np.isin(s.mode, (ARTIST, ALBUM)) & (u < 0.3)
    genre = (s.mode == PLAYLIST) & (u < 0.08)
    words = np.where(artist, plays.artist, len(music.genre) + people.genre_before[s.who, s.cluster])
    some = artist | genre
    log.add(SEARCH, start[some] - 4_000, s.who[some], words=words[some])


def _begin(
    log: Log, s: Sessions, start: I64, item: Index, first: int, music: Music, kind: int, share: float,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """A new show is sometimes searched for and mostly followed; a new book mostly saved."""
    new = (item >= 0) & (rng.random(len(item)) < share)
    log.add(kind, start[new] + 30_000, s.who[new], item=first + item[new])
    if kind == FOLLOW:
        asked = new & (rng.random(len(item)) < 0.4)
        log.add(SEARCH, start[asked] - 5_000, s.who[asked], words=len(music.genre) + len(GENRES) + item[asked])


def _remember(
    log: Log, s: Sessions, plays: Plays, ends: I64, people: Listeners, music: Music, numbers: Numbers, state: State,
    day: float, rng: np.random.Generator,
) -> None:  # fmt: skip
    """What a day of music leaves behind: memory, saves, playlist adds, removals and follows."""
    memory = state.memory
    memory.cool()
    who, cluster = s.who[plays.session], s.cluster[plays.session]
    chance = 1 / (1 + np.exp(-plays.appeal.astype(np.float64)))
    gain = np.where(plays.done, 0.35 + 0.65 * chance, -0.45)
    pair, at, inverse = np.unique(who * np.int64(numbers.artist) + plays.item, return_index=True, return_inverse=True)
    total: F64 = np.bincount(inverse, gain, minlength=len(pair)).astype(np.float64)
    w, item = pair // numbers.artist, pair % numbers.artist
    memory.hear(w, item, total, np.bincount(inverse, minlength=len(pair)).astype(np.float64), cluster[at], day)

    slot = memory.slot(w, item)
    liked = (slot >= 0) & (total > 0)
    keeps = liked & ~memory.saved[w, slot] & (rng.random(len(w)) < people.saves[w] * 2 * chance[at] ** 2)
    a, b, moment = w[keeps], slot[keeps], ends[at[keeps]]
    memory.saved[a, b] = True
    log.add(SAVE, moment + 150, a, item=item[keeps])
    kind = memory.cluster[a, b].astype(np.int64)
    lists = (kind < people.playlists[a]) & (rng.random(len(a)) < 0.55) & ~memory.listed[a, b]
    memory.listed[a[lists], b[lists]] = True
    own = numbers.own + people.playlist_ptr[a] + kind
    log.add(PLAYLIST_ADD, moment[lists] + 400, a[lists], item=item[keeps][lists], context=own[lists])

    tired = (memory.saved[w, slot] & (slot >= 0)) & (total < 0) & (rng.random(len(w)) < 0.02)
    memory.saved[w[tired], slot[tired]] = False
    log.add(REMOVE, ends[at[tired]] + 150, w[tired], item=item[tired])

    fans = liked & (rng.random(len(w)) < 0.5 * people.saves[w] * chance[at])
    key = w[fans] * np.int64(len(music.genre)) + music.track_artist[item[fans]]
    key, once = np.unique(key, return_index=True)
    fresh = ~np.isin(key, state.follows)
    log.add(
        FOLLOW, ends[at[fans][once[fresh]]] + 450, key[fresh] // len(music.genre),
        item=numbers.artist + key[fresh] % len(music.genre),
    )  # fmt: skip
    state.follows = np.union1d(state.follows, key)


def _editors(log: Log, settings: WorldSettings, music: Music, numbers: Numbers) -> None:
    """The entries of editorial playlists, in their order where they were put in together."""
    row = np.repeat(np.arange(len(music.playlist_genre)), np.diff(music.playlist_ptr))
    who = np.full(len(row), settings.listeners)
    seen = music.playlist_added < settings.end + DAY
    at, item, context = music.playlist_added[seen], music.playlist_tracks[seen], numbers.playlist + row[seen]
    log.add(PLAYLIST_ADD, at, who[seen], item=item, context=context)


def _library(
    log: Log, settings: WorldSettings, music: Music, spoken: Spoken, people: Listeners, numbers: Numbers,
    rng: np.random.Generator,
) -> State:  # fmt: skip
    """What listeners who were there before the window already know, have saved and follow."""
    n, start = len(people.home), 48
    memory = Memory.empty(n)
    old = np.flatnonzero(people.joined == 0)
    who = np.repeat(old, start)
    weights = people.tastes.weight_before[who, :CLUSTERS].astype(np.float64)
    cluster = np.minimum((np.cumsum(weights, 1) < rng.random(len(who))[:, None]).sum(1), CLUSTERS - 1)
    rank = (FAVOURITES * rng.random(len(who)) ** 1.9).astype(np.int64)
    track = music.track_draw.draw(people.favourites_before[who, cluster, rank], rng.random(len(who)))
    home = people.home[who]
    fits = (music.released[track] < settings.start) & places_available()[music.region[track], home]
    fits &= ~(people.clean[who] & music.explicit[track])
    _, once = np.unique(who * np.int64(numbers.artist) + track, return_index=True)
    rows = once[fits[once]]
    w, slot = who[rows], rows % start
    memory.item[w, slot] = track[rows]
    memory.strength[w, slot] = rng.lognormal(0.0, 0.7, len(w))
    memory.cluster[w, slot] = cluster[rows]
    memory.last[w, slot] = -rng.exponential(10.0, len(w))
    saved = rng.random(len(w)) < np.minimum(0.75, 6 * people.saves[w])
    listed = (rng.random(len(w)) < 0.5) & (cluster[rows] < people.playlists[w])
    memory.saved[w, slot] = saved
    memory.listed[w, slot] = listed
    before = settings.start - DAY - (rng.random(n * SLOTS) * (LIBRARY - 1) * DAY).astype(np.int64)
    log.add(SAVE, before[: len(w)][saved], w[saved], item=track[rows][saved])
    own = numbers.own + people.playlist_ptr[w] + cluster[rows]
    log.add(PLAYLIST_ADD, before[: len(w)][listed] + 1_000, w[listed], item=track[rows][listed], context=own[listed])
    fans = np.flatnonzero(rng.random(len(old)) < 0.6)
    fan, best = old[np.repeat(fans, 3)], np.tile(np.arange(3), len(fans))
    key = np.unique(fan * np.int64(len(music.genre)) + people.favourites_before[fan, 0, best])
    log.add(FOLLOW, before[: len(key)] + 2_000, key // len(music.genre), item=numbers.artist + key % len(music.genre))
    reading = Reading.start(people, spoken, settings.start, rng)
    shows = np.unique(
        np.argwhere(reading.show >= 0)[:, :1] * np.int64(len(spoken.topic)) + reading.show[reading.show >= 0][:, None]
    )
    log.add(
        FOLLOW, before[: len(shows)] + 3_000, shows // len(spoken.topic), item=numbers.show + shows % len(spoken.topic)
    )
    _bookshelf(log, settings, spoken, people, numbers, rng)
    return State(memory, reading, np.zeros(n, np.int64), key)


def _bookshelf(
    log: Log, settings: WorldSettings, spoken: Spoken, people: Listeners, numbers: Numbers, rng: np.random.Generator
) -> None:
    """The audiobooks that readers had before the window."""
    readers = np.flatnonzero((people.reads > 0) & (people.joined == 0))
    who = np.repeat(readers, rng.integers(1, 7, len(readers)))
    genre = people.book_genres[who, (rng.random(len(who)) < 0.3).astype(np.int64)]
    book = spoken.book_draw.column(people.home[who] * len(BOOKS) + genre, rng.random(len(who)))
    key = np.unique(
        (who * np.int64(len(spoken.author)) + book)[spoken.book_released[book] < settings.start - LIBRARY * DAY]
    )
    at = settings.start - DAY - (rng.random(len(key)) * (LIBRARY - 1) * DAY).astype(np.int64)
    log.add(SAVE, at, key // len(spoken.author), item=numbers.book + key % len(spoken.author))
