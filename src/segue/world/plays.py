"""Which tracks are played in a day's sessions of music, and how long each is heard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segue.core.types import F32, I64, Bools
from segue.world.choice import MUSIC, appeal, finish
from segue.world.draws import F64, Draw, Index, ragged
from segue.world.genres import GENRES
from segue.world.listeners import FAVOURITES, Listeners
from segue.world.log import Numbers
from segue.world.memory import Memory
from segue.world.music import REGIONS, Music
from segue.world.places import HOMES, PLACES
from segue.world.sessions import ALBUM, ARTIST, COLLECTION, OWN_PLAYLIST, PLAYLIST, RADIO, Sessions

STRIDES = np.array([53, 59, 61, 67, 71, 73])  # greater than any playlist and prime: a shuffle without repeats
NEWS = 21  # days for which an album is news


@dataclass(frozen=True, slots=True)
class Plays:
    """n plays in the order of the sessions they belong to."""

    session: Index  # (n,) row in the day's Sessions
    item: Index  # (n,) world number
    ms: I64  # (n,)
    done: Bools  # (n,) heard to the end
    context: Index  # (n,) world number, -1 none
    shuffle: Bools  # (n,)
    appeal: F32  # (n,)
    artist: Index  # (n,) the artist of each session, for its search


def places_available() -> Bools:
    """(regions + 1, HOMES) whether a listener may hear a track of each region; the last row is everywhere."""
    rows = [[p.code in region for p in PLACES[:HOMES]] for region in REGIONS]
    return np.array([*rows, [True] * HOMES])


def fresh_albums(music: Music, now: int) -> Index:
    """(A,) the album that each artist released in the last three weeks, -1 none."""
    new = (music.album_released <= now) & (music.album_released > now - NEWS * 86_400_000)
    out = np.full(len(music.genre), -1)
    out[music.album_artist[new]] = np.flatnonzero(new)
    return out


def choose_artist(
    people: Listeners, music: Music, who: Index, cluster: Index, progress: float, rng: np.random.Generator
) -> Index:
    """(n,) artists for a cluster of taste: a favourite, or one drawn from the genre; both drift."""
    n = len(who)
    later = rng.random(n) < progress
    rank = np.minimum((FAVOURITES * rng.random(n) ** 1.7).astype(np.int64), FAVOURITES - 1)
    dear = np.where(later, people.favourites_after[who, cluster, rank], people.favourites_before[who, cluster, rank])
    genre = np.where(later, people.genre_after[who, cluster], people.genre_before[who, cluster])
    other = music.artist_draw.column(people.home[who] * len(GENRES) + genre, rng.random(n))
    return np.where(rng.random(n) < people.discovery[who], other, dear)


def play_music(
    s: Sessions,
    rows: Index,
    music: Music,
    people: Listeners,
    memory: Memory,
    numbers: Numbers,
    day: int,
    progress: float,
    available: Bools,
    rng: np.random.Generator,
) -> Plays:
    """The plays of sessions of music; `rows` (S,) are their places in the day's sessions."""
    chosen = choose_artist(people, music, s.who, s.cluster, progress, rng)
    fresh = fresh_albums(music, int(s.start.max(initial=0)))
    news = np.isin(s.mode, (ALBUM, ARTIST)) & (fresh[chosen] >= 0) & (rng.random(len(s.who)) < 0.5)
    mode = np.where(news, ALBUM, s.mode)
    album = np.where(news, fresh[chosen], music.album_draw.draw(chosen, rng.random(len(s.who))))
    listed = mode == OWN_PLAYLIST
    pull = memory.pull(s.who, s.cluster, float(day), listed)
    remembered = Draw.table(pull)
    shuffled = np.isin(mode, (PLAYLIST, OWN_PLAYLIST, COLLECTION)) & (rng.random(len(s.who)) < people.shuffles[s.who])
    playlist = _playlist(s, people, music, progress, rng)
    length = np.diff(music.playlist_ptr)[playlist]
    first = np.where(rng.random(len(s.who)) < 0.7, 0.0, rng.random(len(s.who)) ** 2.5)
    first = (np.where(shuffled, rng.random(len(s.who)), first) * length).astype(np.int64)
    stride = np.where(shuffled, STRIDES[rng.integers(0, len(STRIDES), len(s.who))], 1)

    at, nth = ragged(s.count)
    n = len(at)
    who, way = s.who[at], mode[at]
    radio_artist = choose_artist(people, music, who, s.cluster[at], progress, rng)
    track = music.track_draw.draw(radio_artist, rng.random(n))
    new = fresh[radio_artist]
    hot = (new >= 0) & (rng.random(n) < 0.25)
    size = np.diff(music.album_ptr)
    track = np.where(hot, music.album_ptr[new] + (rng.random(n) * size[new]).astype(np.int64), track)

    slot = remembered.column(at, rng.random(n))
    known = (pull.sum(1) > 0)[at] & (memory.item[who, slot] >= 0)
    back = known & ((way <= OWN_PLAYLIST) | ((way == RADIO) & (rng.random(n) < 0.35)))
    track = np.where(back, memory.item[who, slot], track)
    on_album = (way == ALBUM) & (nth < size[album[at]])
    track = np.where(on_album, music.album_ptr[album[at]] + np.minimum(nth, size[album[at]] - 1), track)
    on_list = (way == PLAYLIST) & (nth < length[at])
    entry = music.playlist_ptr[playlist[at]] + (first[at] + nth * stride[at]) % np.maximum(length[at], 1)
    entry = np.where(on_list, entry, 0)
    track = np.where(on_list, music.playlist_tracks[entry], track)
    by_artist = way == ARTIST
    track = np.where(by_artist, music.track_draw.draw(chosen[at], rng.random(n)), track)

    context = np.full(n, -1)
    context = np.where(back & (way == OWN_PLAYLIST), numbers.own + people.playlist_ptr[who] + s.cluster[at], context)
    context = np.where(on_list, numbers.playlist + playlist[at], context)
    context = np.where(on_album, numbers.album + album[at], context)
    context = np.where(by_artist, numbers.artist + chosen[at], context)

    now = s.start[at]
    keep = (music.released[track] <= now) & available[music.region[track], people.home[who]]
    keep &= ~(people.clean[who] & music.explicit[track]) & ~(on_list & (music.playlist_added[entry] > now))
    _, once = np.unique(at * np.int64(numbers.artist) + track, return_index=True)
    unique = np.zeros(n, bool)
    unique[once] = True
    keep &= unique
    at, who, track, context = at[keep], who[keep], track[keep], context[keep]

    liking = appeal(
        people.tastes,
        who,
        music.track_vector[track],
        np.full(len(at), MUSIC),
        music.quality[track],
        np.full(len(at), progress),
        s.hour[at],
        s.weekend[at],
    )
    where = memory.slot(who, track)
    times = np.where(where >= 0, memory.strength[who, where], 0.0)
    heat = np.where(where >= 0, memory.heat[who, where], 0.0)
    done = rng.random(len(at)) < finish(liking, times, heat)
    left = _patience(at, done, len(s.who), rng)
    at, track, context, liking, done = at[left], track[left], context[left], liking[left], done[left]
    ms = heard(music.duration[track], done, rng)
    return Plays(rows[at], track, ms, done, context, shuffled[at] & (context >= 0), liking, chosen)


def _playlist(s: Sessions, people: Listeners, music: Music, progress: float, rng: np.random.Generator) -> Index:
    """(S,) an editorial playlist for each session: mostly one of a few that the listener comes back to."""
    n = len(s.who)
    own = people.habit[s.who, s.cluster, rng.integers(0, people.habit.shape[2], n)]
    genre = np.where(progress > own, people.genre_after[s.who, s.cluster], people.genre_before[s.who, s.cluster])
    return music.playlist_draw.column(genre, np.where(rng.random(n) < 0.75, own, rng.random(n)))


def _patience(at: Index, done: Bools, sessions: int, rng: np.random.Generator) -> Bools:
    """Which plays still happen: a session ends after a few skips."""
    skips = np.concatenate([[0], np.cumsum(~done)])
    first = np.searchsorted(at, np.arange(sessions))
    before = skips[:-1] - skips[first][at]
    limit = 2 + rng.poisson(2.5, sessions)
    out: Bools = before < limit[at]
    return out


def heard(duration: I64, done: Bools, rng: np.random.Generator) -> I64:
    """(n,) ms played: all of it, or most often just the first seconds."""
    n = len(duration)
    soon = 1_200 + rng.exponential(13_000, n)
    part = np.where(rng.random(n) < 0.72, soon, rng.uniform(0.1, 0.85, n) * duration)
    some: F64 = np.minimum(part, 0.9 * duration)
    return np.where(done, duration, some).astype(np.int64)
