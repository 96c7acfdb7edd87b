"""The listeners of a world: where they live, what they like, and how and when they listen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segue.core.types import Bools
from segue.world.choice import Tastes
from segue.world.draws import F64, Index, pick, unit
from segue.world.genres import GENRES, SPACE
from segue.world.music import Music, nearness
from segue.world.places import HOMES, PLACES
from segue.world.settings import WorldSettings
from segue.world.spoken import Spoken

CLUSTERS, FAVOURITES, SHOWS_KEPT, PLAYLISTS_KEPT = 4, 12, 6, 4
TALKATIVE = {"folk": 0.7, "jazz": 0.8, "rock": 0.3, "classical": 0.6, "metal": 0.0, "pop": -0.3, "latin": -0.4}


@dataclass(frozen=True, slots=True)
class Listeners:
    """L listeners as columns."""

    home: Index  # (L,) place
    premium: Bools  # (L,)
    joined: Index  # (L,) first day, 0 before the window
    rate: F64  # (L,) sessions a day
    length: F64  # (L,) tracks a session
    shift: Index  # (L,) hours later than most
    quota: Index  # (L,) most plays ever of a cold listener, -1 no limit
    clean: Bools  # (L,) hears nothing explicit
    discovery: F64  # (L,) share of what is played from beyond the favourites
    modes: F64  # (L, 6) preference for the ways of listening
    shuffles: F64  # (L,) share of sessions shuffled
    saves: F64  # (L,) readiness to save
    talk: F64  # (L,) share of sessions with shows
    reads: F64  # (L,) share of sessions with audiobooks
    genre_before: Index  # (L, 4) genre of each music cluster
    genre_after: Index  # (L, 4)
    favourites_before: Index  # (L, 4, 12) artists
    favourites_after: Index  # (L, 4, 12)
    topics: Index  # (L, 2)
    book_genres: Index  # (L, 2)
    shows: Index  # (L, 6) followed at the start, -1 none
    playlists: Index  # (L,) own ones, at most one a cluster
    playlist_ptr: Index  # (L+1,) numbers of own playlists
    habit: F64  # (L, 4, 4) in [0, 1): which editorial playlists they come back to
    devices: Index  # (L, 2) the usual one and the other
    tastes: Tastes


def make_listeners(
    settings: WorldSettings, genres: np.ndarray, topics: np.ndarray, books: np.ndarray, music: Music, spoken: Spoken,
    rng: np.random.Generator,
) -> Listeners:  # fmt: skip
    """Listeners of filled settings; `genres`, `topics`, `books` are the directions of taste, (…, SPACE)."""
    n = settings.listeners
    share = np.array([p.listeners for p in PLACES[:HOMES]])
    home = rng.choice(HOMES, n, p=share / share.sum())
    tops, weights = _genres(home, genres, rng)
    moved = tops.copy()
    turn = rng.random(n) < 0.35  # whose smallest cluster turns into another genre
    least = np.argmin(np.where(weights > 0, weights, 9), axis=1)
    close = np.exp(5 * nearness(genres, genres)) * (1 - np.eye(len(GENRES)))
    moved[turn, least[turn]] = pick(close[tops[turn, least[turn]]], rng.random(int(turn.sum())))
    before, favourites = _favourites(home, tops, unit(genres[tops] + 0.5 * _noise((n, CLUSTERS), rng)), music, rng)
    there, new = _favourites(home, moved, unit(genres[moved] + 0.5 * _noise((n, CLUSTERS), rng)), music, rng)
    same = (tops == moved)[:, :, None]
    after = np.where(same, unit(before + 0.35 * _noise((n, CLUSTERS), rng)), there)
    some_new = (rng.random((n, CLUSTERS, FAVOURITES)) < 0.3) | ~same
    favourites_after = np.where(some_new, new, favourites)
    later = weights * rng.lognormal(0.0, 0.35, weights.shape)
    later[turn, least[turn]] *= 2.0

    topic, topic_taste = _second_domain(before, weights, topics, rng)
    book, book_taste = _second_domain(before, weights, books, rng)
    both = np.tile([0.68, 0.32], (n, 2))
    tastes = Tastes(
        np.concatenate([before, topic_taste, book_taste], 1).astype(np.float32),
        np.concatenate([after, topic_taste, book_taste], 1).astype(np.float32),
        np.concatenate([weights, both], 1).astype(np.float32),
        np.concatenate([later / later.sum(1, keepdims=True), both], 1).astype(np.float32),
        rng.lognormal(0.0, 0.9, (n, 8, 2, 6)).astype(np.float32),
    )
    tilt = np.array([TALKATIVE.get(GENRES[g].family, 0.0) for g in tops[:, 0]])
    talk = np.where(rng.random(n) < 1 / (1 + np.exp(-tilt)), rng.beta(2, 6, n), 0.0)
    reads = np.where(rng.random(n) < 0.75 / (1 + np.exp(-tilt)), rng.beta(2.5, 8, n), 0.0)
    joined = np.where(rng.random(n) < 0.15, rng.integers(0, settings.days, n), 0)
    cold = rng.random(n) < 0.04
    joined = np.where(cold, rng.integers(settings.days // 2, settings.days, n), joined)
    follows = rng.integers(1, SHOWS_KEPT + 1, n)[:, None] > np.arange(SHOWS_KEPT)
    usual = topic[np.arange(n)[:, None], (rng.random((n, SHOWS_KEPT)) < 0.35).astype(np.int64)]
    shows = spoken.show_draw.column(home[:, None] * len(topics) + usual, rng.random((n, SHOWS_KEPT)))
    playlists = np.where(cold, 0, np.minimum(rng.poisson(1.2, n), (weights > 0).sum(1)))
    phone = rng.choice(5, n, p=[0.72, 0.16, 0.06, 0.03, 0.03])
    return Listeners(
        home, rng.random(n) < 0.45, joined, np.clip(rng.lognormal(0.17, 0.75, n), 0.06, 7.0),
        np.clip(rng.lognormal(2.2, 0.35, n), 3.0, 30.0),
        np.clip(np.rint(rng.normal(0.3, 1.4, n)), -3, 4).astype(np.int64),
        np.where(cold, rng.integers(0, 4, n), -1), rng.random(n) < 0.06,
        rng.beta(2.2, 4.2, n), rng.dirichlet(np.array([3.6, 2.2, 3.2, 2.2, 1.6, 3.6]), n), rng.beta(1.2, 2.5, n),
        rng.gamma(1.5, 0.03, n), talk, reads, tops, moved, favourites, favourites_after, topic, book,
        np.where(follows & (talk > 0)[:, None] & (joined == 0)[:, None], shows, -1), playlists,
        np.concatenate([[0], np.cumsum(playlists)]), rng.random((n, CLUSTERS, PLAYLISTS_KEPT)),
        np.stack([phone, rng.integers(0, 5, n)], 1), tastes,
    )  # fmt: skip


def _noise(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Directions (*shape, SPACE) of length 1."""
    return unit(rng.standard_normal((*shape, SPACE)))


def _genres(home: Index, genres: np.ndarray, rng: np.random.Generator) -> tuple[Index, F64]:
    """Up to four genres a listener, the later ones drawn towards the first, and their weights (L, 4)."""
    n = len(home)
    share = np.zeros((HOMES, len(GENRES)))
    for h, place in enumerate(PLACES[:HOMES]):
        for i, g in enumerate(GENRES):
            origins = g.origins.split()
            abroad = 0.8 if {"US", "GB"} & set(origins) else 0.2
            share[h, i] = g.share * (abroad + 3.0 * origins.count(place.code) / len(origins))
    near = np.exp(2.5 * nearness(genres, genres)) * (1 - np.eye(len(GENRES)))
    first = pick(share[home], rng.random(n))
    rows = [first]
    odds = share[home] * near[first]
    for _ in range(CLUSTERS - 1):
        odds[np.arange(n), rows[-1]] = 0
        rows.append(pick(odds, rng.random(n)))
    count = rng.choice(np.arange(1, CLUSTERS + 1), n, p=[0.15, 0.35, 0.32, 0.18])
    weights = np.sort(rng.dirichlet(np.full(CLUSTERS, 2.0), n), 1)[:, ::-1] * (np.arange(CLUSTERS) < count[:, None])
    return np.stack(rows, 1), weights / weights.sum(1, keepdims=True)


def _favourites(
    home: Index, tops: Index, centre: np.ndarray, music: Music, rng: np.random.Generator
) -> tuple[np.ndarray, Index]:
    """Favourite artists (L, 4, 12) of each cluster, best first, and the centre moved towards them."""
    n = len(home)
    group = np.repeat(home[:, None] * len(GENRES) + tops, 3 * FAVOURITES, 1).reshape(n, CLUSTERS, -1)
    drawn = music.artist_draw.column(group, rng.random(group.shape))
    near = np.einsum("nkfd,nkd->nkf", music.vector[drawn], centre, optimize=False)
    best = np.argsort(-(6 * near + rng.gumbel(size=near.shape)), axis=2, kind="stable")[:, :, :FAVOURITES]
    chosen = np.take_along_axis(drawn, best, 2)
    return unit(centre + 0.9 * unit(music.vector[chosen[:, :, :6]].mean(2))), chosen


def _second_domain(
    tastes: np.ndarray, weights: F64, topics: np.ndarray, rng: np.random.Generator
) -> tuple[Index, np.ndarray]:
    """Two topics a listener that go with their music, and the taste in them: (L, 2) and (L, 2, SPACE)."""
    near = np.einsum("nkd,td->nkt", tastes, topics, optimize=False)
    match = np.log((weights[:, :, None] * np.exp(6 * near)).sum(1)) / 6
    best = np.argsort(-(9 * match + rng.gumbel(size=match.shape)), axis=1, kind="stable")[:, :2]
    return best, unit(topics[best] + 0.4 * _noise(best.shape, rng))
