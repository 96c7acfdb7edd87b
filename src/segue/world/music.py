"""The music of a world as arrays: who made what, when, how it lies in the space of taste and how it draws people.

Albums are sorted by artist and tracks by album, so that an artist's and an album's tracks are runs of positions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segue.core.types import F32, I64, Bools
from segue.world.draws import F64, Draw, Index, ragged, unit, zipf
from segue.world.genres import GENRES, NUMBER, SPACE
from segue.world.places import CODES, HOMES, PLACES
from segue.world.settings import DAY, WorldSettings

REGIONS: tuple[tuple[str, ...], ...] = (
    ("US", "CA", "MX"),
    ("GB", "DE", "FR", "ES", "SE", "IT"),
    ("JP", "KR"),
    ("BR", "MX", "CO"),
    ("IN",),
    ("AU", "GB"),
)
"""Where a track is available that is not available everywhere."""
FESTIVE = {"pop", "soul", "folk", "jazz", "classical", "rock"}
OLD = {"classic rock": 38.0, "blues": 30.0, "jazz": 32.0, "funk": 28.0, "city pop": 30.0, "bossa nova": 35.0,
       "highlife": 28.0, "reggae": 25.0, "classical": 15.0, "boom bap": 18.0}  # fmt: skip
"""Mean age of albums in years where it is not the usual 7."""


@dataclass(frozen=True, slots=True)
class Music:
    """A artists, B albums, T tracks, P editorial playlists with X entries."""

    genre: Index  # (A,)
    second: Index  # (A,) another genre, -1 none
    place: Index  # (A,) where the artist is from
    english: Bools  # (A,) sings in English, or not at all
    vector: F32  # (A, SPACE)
    pull: F64  # (A,) popularity
    album_artist: Index  # (B,)
    album_released: I64  # (B,) UTC ms
    album_ptr: Index  # (B+1,) tracks of an album
    artist_albums: Index  # (A+1,) albums of an artist
    artist_ptr: Index  # (A+1,) tracks of an artist
    track_album: Index  # (T,)
    track_artist: Index  # (T,)
    guest: Index  # (T,) second artist, -1 none
    track_vector: F32  # (T, SPACE)
    quality: F32  # (T,) in logits: finished more often than taste alone says
    duration: I64  # (T,) ms
    explicit: Bools  # (T,)
    released: I64  # (T,) UTC ms
    christmas: Bools  # (T,)
    region: Index  # (T,) row of REGIONS, -1 everywhere
    track_draw: Draw  # a track of an artist
    album_draw: Draw  # an album of an artist
    artist_draw: Draw  # an artist for home × genre: group home * len(GENRES) + genre
    playlist_genre: Index  # (P,)
    playlist_decade: Index  # (P,) first year, 0 none
    playlist_ptr: Index  # (P+1,)
    playlist_tracks: Index  # (X,)
    playlist_added: I64  # (X,) UTC ms
    playlist_draw: Draw  # a playlist for home × genre


def nearness(vectors: F32, centres: F32) -> F64:
    """(C, N) cosine of unit vectors (N, D) and (C, D), the same with any number of threads."""
    near: F64 = np.einsum("nd,cd->cn", vectors, centres, optimize=False).astype(np.float64)
    return near


def local(place: Index, english: Bools) -> F64:
    """(HOMES, A) how much more a listener hears of artists from their own country and language."""
    language = np.array([p.language for p in PLACES])
    out = np.where(english, 1.0, 0.12)[None].repeat(HOMES, 0)
    out = np.where(language[:HOMES, None] == language[place][None], np.maximum(out, 1.0), out)
    return np.where(np.arange(HOMES)[:, None] == place[None], 3.0, out)


def make_music(settings: WorldSettings, genres: F32, rng: np.random.Generator) -> Music:
    """Music of the sizes in filled settings; `genres` (G, SPACE)."""
    a, b, t = settings.artists, settings.albums, settings.tracks
    share = np.array([g.share for g in GENRES])
    some = np.arange(len(GENRES)) if a >= 2 * len(GENRES) else np.zeros(0, np.int64)
    genre = rng.permutation(np.concatenate([some, rng.choice(len(GENRES), a - len(some), p=share / share.sum())]))
    second = np.array([_second(int(g), rng) for g in genre])
    place = np.array([CODES[rng.choice(GENRES[g].origins.split())] for g in genre])
    english = (rng.random(a) < np.array([p.english for p in PLACES])[place]) | ~np.array(
        [GENRES[g].sung for g in genre]
    )
    other = np.where((second >= 0)[:, None], genres[second], 0)
    vector = unit(genres[genre] + 0.4 * other + 0.55 * unit(rng.standard_normal((a, SPACE))))
    pull = zipf(a, 0.85, rng)

    sizes = 1 + rng.multinomial(b - a, pull**0.5 / (pull**0.5).sum())
    artist_albums = np.concatenate([[0], np.cumsum(sizes)])
    album_artist, nth = ragged(sizes)
    bulk = np.where(rng.random(b) < 0.35, 0.04, rng.lognormal(0.0, 0.35, b))
    album_ptr = np.concatenate([[0], np.cumsum(1 + rng.multinomial(t - b, bulk / bulk.sum()))])
    track_album, _ = ragged(np.diff(album_ptr))
    track_artist = album_artist[track_album]
    artist_ptr = album_ptr[artist_albums]

    age = np.array([OLD.get(g.name, 7.0) for g in GENRES])[genre][album_artist]
    years = rng.gamma(1.6, age / 1.6) % 54.0
    album_released = settings.start - ((20 + years * 365.25) * DAY).astype(np.int64)
    window = settings.days * DAY
    fresh = (nth > 0) & (rng.random(b) < 0.07)
    debut = (rng.random(a) < 0.015)[album_artist]
    album_released = np.where(fresh, settings.start + (rng.random(b) * window).astype(np.int64), album_released)
    late = settings.start + ((0.6 + 0.4 * rng.random(b)) * window).astype(np.int64)
    album_released = np.maximum(np.where(debut, late, album_released) // DAY, 1) * DAY  # after 1970: 0 is unknown

    inside = np.concatenate([np.arange(1, n + 1) ** -0.75 for n in np.diff(artist_ptr)])
    order = np.lexsort((rng.random(t), track_artist))
    weight = np.empty(t)
    weight[order] = inside
    sung = np.array([g.sung for g in GENRES])[genre][track_artist]
    family = np.array([g.family in FESTIVE for g in GENRES])[genre][track_artist]
    christmas = family & sung & (rng.random(t) < 0.014)
    weight *= np.where(christmas, 0.2, 1.0) * rng.lognormal(0.0, 0.4, t)
    near = np.exp(9 * (nearness(vector, genres) - 1))  # (G, A)
    table = (pull * local(place, english))[:, None] * near[None]  # (HOMES, G, A)
    artist_draw = Draw.table(table.reshape(-1, a))
    together = np.array([0.3 if g.family in ("hip hop", "latin", "african") else 0.09 for g in GENRES])[genre]
    guest = artist_draw.column(place[track_artist] % HOMES * len(GENRES) + genre[track_artist], rng.random(t))
    guest = np.where((rng.random(t) < together[track_artist]) & (guest != track_artist), guest, -1)
    minutes = np.array([g.minutes for g in GENRES])[genre][track_artist] * rng.lognormal(0.0, 0.22, t)
    limits = np.array([next((i for i, r in enumerate(REGIONS) if p.code in r), -1) for p in PLACES])[place][
        track_artist
    ]

    released = album_released[track_album]
    track_draw = Draw.of(artist_ptr, weight)
    lists = _playlists(settings, artist_draw, track_draw, released, christmas, rng)
    kinds, decades, ptr, tracks, added = lists
    drawn = zipf(len(kinds), 0.7, rng) * np.exp(10 * (nearness(genres[kinds], genres) - 1))
    return Music(
        genre, second, place, english, vector, pull, album_artist, album_released, album_ptr, artist_albums, artist_ptr,
        track_album, track_artist, guest,
        unit(vector[track_artist] + 0.28 * unit(rng.standard_normal((t, SPACE)))),
        (0.45 * rng.standard_normal(t) + 0.12 * np.log(weight * pull[track_artist] + 1e-6) + 0.6).astype(np.float32),
        (np.clip(minutes, 1.0, 22.0) * 60_000).astype(np.int64),
        rng.random(t) < np.array([g.explicit for g in GENRES])[genre][track_artist],
        released, christmas, np.where(rng.random(t) < 0.02, limits, -1),
        track_draw, Draw.of(artist_albums, np.diff(album_ptr) + 0.5), artist_draw,
        kinds, decades, ptr, tracks, added, Draw.table(drawn),
    )  # fmt: skip


def _second(genre: int, rng: np.random.Generator) -> int:
    """A second genre of an artist of the family or next to it; mostly none."""
    if rng.random() > 0.35:
        return -1
    own = GENRES[genre]
    family = [i for i, g in enumerate(GENRES) if g.family == own.family and i != genre]
    return int(rng.choice([NUMBER[n] for n in own.near] * 2 + family))


def _playlists(
    settings: WorldSettings, artist_draw: Draw, track_draw: Draw, released: I64, christmas: Bools,
    rng: np.random.Generator,
) -> tuple[Index, Index, Index, Index, I64]:  # fmt: skip
    """Editorial playlists: genre, decade, entries and when each was added. Short ones where the world is small."""
    n = settings.playlists
    share = np.array([g.share for g in GENRES])
    kinds = np.concatenate([np.arange(len(GENRES)), rng.choice(len(GENRES), n, p=share / share.sum())])[:n]
    years = released.astype("datetime64[ms]").astype("datetime64[Y]").astype(np.int64) + 1970
    decades = np.zeros(n, np.int64)
    rows: list[Index] = []
    for p in range(n):
        home = np.full(160, rng.integers(HOMES))
        tracks = track_draw.draw(artist_draw.column(home * len(GENRES) + kinds[p], rng.random(160)), rng.random(160))
        _, first = np.unique(tracks, return_index=True)
        tracks = tracks[np.sort(first)]
        tracks = tracks[~christmas[tracks]]
        if p >= len(GENRES) and rng.random() < 0.4:
            decade = int(rng.choice([1980, 1990, 2000, 2010, 2020]))
            of_then = tracks[(years[tracks] >= decade) & (years[tracks] < decade + 10)]
            if len(of_then) >= 15:
                tracks, decades[p] = of_then, decade
        rows.append(tracks[: int(rng.integers(25, 51))])
    if christmas.sum() >= 5 and n > 1:
        decades[n - 1] = -1  # the Christmas playlist
        rows[n - 1] = rng.permutation(np.flatnonzero(christmas))[:50]
    tracks = np.concatenate(rows)
    ptr = np.concatenate([[0], np.cumsum([len(r) for r in rows])]).astype(np.int64)
    early = settings.start - (rng.random(len(tracks)) * 13 * DAY).astype(np.int64) - DAY // 2
    late = settings.start + (rng.random(len(tracks)) * settings.days * DAY).astype(np.int64)
    added = np.where(rng.random(len(tracks)) < 0.15, late, early)
    return kinds, decades, ptr, tracks, np.maximum(added, released[tracks] + DAY // 3)
