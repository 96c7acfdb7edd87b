"""A world: a catalogue and listeners that do not exist, grown from a seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from segue.core.events import Item
from segue.world.columns import event_table
from segue.world.genres import BOOKS, GENRES, TOPICS, genre_vectors, topic_vectors
from segue.world.items import SIMULATED, catalogue
from segue.world.listeners import make_listeners
from segue.world.log import Numbers
from segue.world.music import make_music
from segue.world.names import Names, make_names, make_uris
from segue.world.places import HOMES, PLACES
from segue.world.settings import WorldSettings
from segue.world.simulate import simulate
from segue.world.spoken import make_spoken
from segue.world.truth import Truth

NOTICE = f"This catalogue and these listeners are {SIMULATED}: no such artists, shows, books or people exist."
STREAMS = ("genres", "music", "spoken", "listeners", "names", "uris", "days", "items")


@dataclass(frozen=True)
class World:
    """What a world shows (`items`, `events`) and, behind the wall, what is true of it (`truth`)."""

    settings: WorldSettings  # filled
    truth: Truth
    names: Names
    uris: tuple[str, ...]  # of every world number
    columns: dict[str, NDArray[Any]]  # the log, sorted by time; see segue.world.log.COLUMNS

    notice = NOTICE
    """The sentence that a page or a command prints wherever this world is shown."""

    @cached_property
    def listeners(self) -> tuple[str, ...]:
        """Ids of all listeners, also of those who never listened; each begins with `sim-`."""
        return tuple(f"sim-{i:06d}" for i in range(self.settings.listeners))

    def items(self) -> Iterator[Item]:
        """The catalogue, in namespace `world`."""
        t, columns = self.truth, self.columns
        own = np.unique(columns["context"])
        kept = set(own[(own >= t.numbers.own) & (own < t.numbers.show)].tolist())
        rng = _stream(self.settings.seed, "items")
        return catalogue(t.music, t.spoken, t.listeners, t.numbers, self.names, list(self.uris), kept, rng)

    def events(self) -> pa.Table:
        """All events in the schema segue.store.schema.EDGE, text dictionary-encoded, sorted by time."""
        words = [*self.names.artists, *(g.name for g in GENRES), *self.names.shows]
        countries = np.concatenate([self.truth.listeners.home, [-1]])
        return event_table(
            self.columns,
            self.settings.digest,
            self.settings.tenant,
            pa.array([*self.listeners, "sim-editors"]),
            countries,
            np.append(self.truth.listeners.premium, False),
            [p.code for p in PLACES[:HOMES]],
            pa.array(self.uris),
            pa.array(words),
        )


def _stream(seed: int, name: str) -> np.random.Generator:
    """A generator of its own for each part, so that a change in one part leaves the others as they are."""
    return np.random.default_rng([seed, STREAMS.index(name)])


def make_world(settings: WorldSettings | None = None) -> World:
    """A world of these settings. The same settings give the same world, with any number of threads."""
    full = (settings or WorldSettings()).filled()
    seed, genre_rng = full.seed, _stream(full.seed, "genres")
    genres = genre_vectors(genre_rng)
    topics, books = topic_vectors(TOPICS, genres, genre_rng), topic_vectors(BOOKS, genres, genre_rng)
    music = make_music(full, genres, _stream(seed, "music"))
    spoken = make_spoken(full, topics, books, _stream(seed, "spoken"))
    people = make_listeners(full, genres, topics, books, music, spoken, _stream(seed, "listeners"))
    numbers = Numbers.of(music, spoken, int(people.playlists.sum()))
    names = make_names(music, spoken, _stream(seed, "names"))
    uris = make_uris(numbers, _stream(seed, "uris"))
    log = simulate(full, music, spoken, people, numbers, _stream(seed, "days"))
    return World(full, Truth(full, music, spoken, people, numbers), names, tuple(uris), log.columns())
