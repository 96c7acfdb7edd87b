"""What the items of a world are called, and their uris."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from segue.core.events import Uri
from segue.core.types import Kind
from segue.store.names import normal_name
from segue.world import music_names, spoken_names
from segue.world.dice import Dice
from segue.world.genres import GENRES, TOPICS
from segue.world.log import Numbers
from segue.world.music import Music
from segue.world.places import PLACES, Place
from segue.world.spoken import Spoken

NAMESPACE = "world"


@dataclass(frozen=True, slots=True)
class Names:
    """Names that several items share, in the order of the arrays they belong to."""

    artists: tuple[str, ...]
    people: tuple[str, ...]
    shows: tuple[str, ...]


def fresh(make: Callable[[], str], used: set[str], tries: int = 6) -> str:
    """A name that is not used yet, if a few tries find one."""
    name = make()
    for _ in range(tries):
        if name not in used:
            break
        name = make()
    used.add(name)
    return name


def _own_name(make: Callable[[], str], place: Place, used: set[str], dice: Dice) -> str:
    """A name that nobody else's would be taken for: another try, then with a city, then with a number."""
    name = make()
    for _ in range(30):
        if normal_name(name) not in used:
            break
        name = make()
    plain, number = name, 1
    while normal_name(name) in used:
        name = f"{plain} of {dice.of(place.cities)}" + (f" {number}" if number > 12 else "")
        number += 1
    used.add(normal_name(name))
    return name


def make_names(music: Music, spoken: Spoken, rng: np.random.Generator) -> Names:
    dice, used = Dice(rng), set[str]()
    artists = [
        _own_name(partial(music_names.artist_name, GENRES[g], PLACES[p], dice), PLACES[p], used, dice)
        for g, p in zip(music.genre.tolist(), music.place.tolist())
    ]
    people = [
        _own_name(partial(music_names.person, PLACES[p], dice), PLACES[p], used, dice)
        for p in spoken.person_place.tolist()
    ]
    topics = tuple(TOPICS)
    shows = [
        fresh(partial(spoken_names.show_title, topics[t], PLACES[p], people[h], dice), used, 30)
        for t, p, h in zip(spoken.topic.tolist(), spoken.show_place.tolist(), spoken.host.tolist())
    ]
    return Names(tuple(artists), tuple(people), tuple(shows))


def make_uris(numbers: Numbers, rng: np.random.Generator) -> list[str]:
    """Uri of every world number. Their ids are shuffled, so that nothing of the truth lies in their order."""
    parts = (
        (Kind.TRACK, 0, numbers.artist),
        (Kind.ARTIST, numbers.artist, numbers.album),
        (Kind.ALBUM, numbers.album, numbers.playlist),
        (Kind.PLAYLIST, numbers.playlist, numbers.show),
        (Kind.SHOW, numbers.show, numbers.episode),
        (Kind.EPISODE, numbers.episode, numbers.book),
        (Kind.AUDIOBOOK, numbers.book, numbers.person),
        (Kind.AUTHOR, numbers.person, numbers.end),
    )
    out = []
    for kind, first, last in parts:
        head = str(Uri(kind, NAMESPACE, kind.label[0]))
        out += [f"{head}{i:06d}" for i in rng.permutation(last - first).tolist()]
    return out
