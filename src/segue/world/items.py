"""The catalogue of a world as the facts that an importer brings."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from segue.core.events import Item, Uri
from segue.core.types import Kind
from segue.world import music_names, spoken_names
from segue.world.dice import Dice
from segue.world.draws import Index
from segue.world.genres import BOOKS, GENRES, TOPICS
from segue.world.listeners import Listeners
from segue.world.log import Numbers
from segue.world.music import REGIONS, Music
from segue.world.names import Names, fresh
from segue.world.places import PLACES
from segue.world.spoken import Spoken

SIMULATED = "simulated"
"""The word that marks what no real person made, said or heard."""


def catalogue(
    music: Music,
    spoken: Spoken,
    people: Listeners,
    numbers: Numbers,
    names: Names,
    uris: list[str],
    used: set[int],
    rng: np.random.Generator,
) -> Iterator[Item]:
    """Every item in the order of its id. Of the listeners' own playlists only those `used` (world numbers)."""
    dice = Dice(rng)
    for make in (_artists, _music, _playlists, _people, _shows, _books):
        items = list(make(music, spoken, people, numbers, names, uris, used, dice))
        yield from sorted(items, key=lambda item: (Uri.parse(item.uri).kind != Kind.ALBUM, item.uri))


_Parts = tuple[Music, Spoken, Listeners, Numbers, Names, list[str], set[int], Dice]


def _artists(*parts: *_Parts) -> Iterator[Item]:
    music, _, _, numbers, names, uris, _, dice = parts
    for a, name in enumerate(names.artists):
        genre, place = GENRES[music.genre[a]], PLACES[music.place[a]]
        kinds = (genre.name, GENRES[music.second[a]].name) if music.second[a] >= 0 else (genre.name,)
        yield Item(
            uri=uris[numbers.artist + a],
            title=name,
            genres=kinds,
            tags=genre.moods,
            language=place.language,
            description=f"A {SIMULATED} {' and '.join(kinds)} act from {dice.of(place.cities)}, {place.name}.",
        )


def _music(*parts: *_Parts) -> Iterator[Item]:
    music, _, _, numbers, _, uris, _, dice = parts
    used: set[str] = set()
    for b, artist in enumerate(music.album_artist.tolist()):
        genre, place = GENRES[music.genre[artist]], PLACES[music.place[artist]]
        language = "" if not genre.sung else ("en" if music.english[artist] else place.language)
        kinds = (genre.name, GENRES[music.second[artist]].name) if music.second[artist] >= 0 else (genre.name,)
        first, last = int(music.album_ptr[b]), int(music.album_ptr[b + 1])
        titles = []
        for t in range(first, last):
            festive = bool(music.christmas[t])
            title = fresh(partial(music_names.track_title, genre, language, festive, dice), used)
            if dice.chance(0.02):
                title += dice.of((" (Acoustic)", " (Live)", " - Remastered", " (Demo)", " (Radio Edit)"))
            titles.append(title)
            guest = int(music.guest[t])
            who = (artist,) if guest < 0 else (artist, guest)
            yield Item(
                uri=uris[t],
                title=title,
                artists=tuple(uris[numbers.artist + i] for i in who),
                album=uris[numbers.album + b],
                genres=kinds if dice.chance(0.8) else kinds[:1],
                tags=(dice.of(genre.moods), *(("christmas",) if festive else ())),
                duration_ms=int(music.duration[t]),
                released=int(music.released[t]),
                explicit=bool(music.explicit[t]),
                language=language,
                countries=REGIONS[music.region[t]] if music.region[t] >= 0 else (),
                available_from=int(music.released[t]),
            )
        title = music_names.album_title(genre, language, titles, dice)
        yield Item(
            uri=uris[numbers.album + b],
            title=title,
            artists=(uris[numbers.artist + artist],),
            genres=kinds,
            duration_ms=int(music.duration[first:last].sum()),
            released=int(music.album_released[b]),
            language=language,
        )


def _playlists(*parts: *_Parts) -> Iterator[Item]:
    music, _, people, numbers, _, uris, kept, dice = parts
    used: set[str] = set()
    for p, (g, decade) in enumerate(zip(music.playlist_genre.tolist(), music.playlist_decade.tolist())):
        text: list[str] = [""]

        def make(g: int = g, decade: int = decade, text: list[str] = text) -> str:
            title, text[0] = music_names.playlist_title(GENRES[g], decade, dice)
            return title

        title = fresh(make, used, 12)
        yield Item(
            uri=uris[numbers.playlist + p],
            title=title,
            description=text[0],
            genres=(GENRES[g].name,),
            tags=("editorial",),
        )
    genre: Index = np.concatenate(
        [g[:n] for g, n in zip(people.genre_before, people.playlists)] or [np.zeros(0, np.int64)]
    )
    for i, g in enumerate(genre.tolist()):
        if numbers.own + i in kept:
            yield Item(uri=uris[numbers.own + i], title=music_names.own_title(g, dice), tags=("listener",))


def _people(*parts: *_Parts) -> Iterator[Item]:
    _, spoken, _, numbers, names, uris, _, _ = parts
    for i, name in enumerate(names.people):
        place = PLACES[spoken.person_place[i]]
        text = f"A {SIMULATED} author and voice from {place.name}."
        yield Item(uri=uris[numbers.person + i], title=name, language=place.language, description=text)


def _shows(*parts: *_Parts) -> Iterator[Item]:
    _, spoken, _, numbers, names, uris, _, dice = parts
    topics = tuple(TOPICS)
    for s, title in enumerate(names.shows):
        topic, host, place = topics[spoken.topic[s]], int(spoken.host[s]), PLACES[spoken.show_place[s]]
        uri, explicit = uris[numbers.show + s], bool(spoken.explicit[s])
        voice = (uris[numbers.person + host],)
        text = spoken_names.show_text(topic, place, names.people[host], dice)
        yield Item(
            uri=uri,
            title=title,
            description=text,
            artists=voice,
            genres=(topic,),
            language=place.language,
            explicit=explicit,
        )
        used: set[str] = set()
        for e in range(int(spoken.show_ptr[s]), int(spoken.show_ptr[s + 1])):
            guest = music_names.person(place, dice)
            name = fresh(partial(spoken_names.episode_title, topic, guest, dice), used)
            yield Item(
                uri=uris[numbers.episode + e],
                title=name,
                description=spoken_names.episode_text(topic, guest, dice),
                artists=voice,
                album=uri,
                genres=(topic,),
                duration_ms=int(spoken.episode_duration[e]),
                released=int(spoken.episode_released[e]),
                available_from=int(spoken.episode_released[e]),
                language=place.language,
                explicit=explicit,
            )


def _books(*parts: *_Parts) -> Iterator[Item]:
    _, spoken, _, numbers, names, uris, _, dice = parts
    genres, used = tuple(BOOKS), set[str]()
    for k, (author, narrator) in enumerate(zip(spoken.author.tolist(), spoken.narrator.tolist())):
        genre, ms = genres[spoken.book_genre[k]], int(spoken.book_duration[k])
        voices = (uris[numbers.person + author], uris[numbers.person + narrator])
        subject = music_names.person(PLACES[spoken.book_place[k]], dice)
        yield Item(
            uri=uris[numbers.book + k],
            title=fresh(partial(spoken_names.book_title, genre, subject, dice), used),
            description=spoken_names.book_text(
                genre, PLACES[spoken.book_place[k]], names.people[narrator], ms / 3_600_000, dice
            ),
            artists=voices[:1] if author == narrator else voices,
            genres=(genre,),
            duration_ms=ms,
            released=int(spoken.book_released[k]),
            available_from=int(spoken.book_released[k]),
            language=PLACES[spoken.book_place[k]].language,
        )
