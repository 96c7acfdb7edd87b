"""Shows, episodes and audiobooks of a world as arrays. Episodes are sorted by show, oldest first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segue.core.types import F32, I64, Bools
from segue.world.draws import F64, Draw, Index, ragged, unit, zipf
from segue.world.genres import BOOKS, SPACE, TOPICS
from segue.world.music import nearness
from segue.world.places import HOMES, PLACES
from segue.world.settings import DAY, WorldSettings


@dataclass(frozen=True, slots=True)
class Spoken:
    """S shows, E episodes, K audiobooks; people (hosts, authors, narrators) are numbered together."""

    topic: Index  # (S,)
    show_place: Index  # (S,)
    show_vector: F32  # (S, SPACE)
    show_ptr: Index  # (S+1,) episodes of a show
    host: Index  # (S,) person
    explicit: Bools  # (S,)
    episode_show: Index  # (E,)
    episode_vector: F32  # (E, SPACE)
    episode_released: I64  # (E,) UTC ms
    episode_duration: I64  # (E,) ms
    show_draw: Draw  # a show for home × topic
    book_genre: Index  # (K,)
    book_place: Index  # (K,)
    book_vector: F32  # (K, SPACE)
    author: Index  # (K,) person
    narrator: Index  # (K,) person
    book_released: I64  # (K,) UTC ms
    book_duration: I64  # (K,) ms
    book_draw: Draw  # a book for home × genre
    person_place: Index  # (people,)


def _language(place: Index) -> F64:
    """(HOMES, n) how likely spoken words from a place are listened to in each home."""
    language = np.array([p.language for p in PLACES])
    same = language[:HOMES, None] == language[place][None]
    return np.where(same, 1.0, np.where(language[place] == "en", 0.15, 0.002)[None])


def make_spoken(settings: WorldSettings, topics: F32, books: F32, rng: np.random.Generator) -> Spoken:
    """Spoken words of the sizes in filled settings; `topics` (len(TOPICS), SPACE), `books` (len(BOOKS), SPACE)."""
    s, e, k = settings.shows, settings.episodes, settings.audiobooks
    homes = np.array([p.listeners for p in PLACES[:HOMES]])
    homes = np.sqrt(homes) / np.sqrt(homes).sum()
    people = max(3, s + k // 3)
    person_place = rng.choice(HOMES, people, p=homes)

    topic = rng.permutation(np.arange(s) % len(TOPICS))
    host = rng.integers(0, people, s)
    show_place = person_place[host]
    show_vector = unit(topics[topic] + 0.5 * unit(rng.standard_normal((s, SPACE))))
    pull = zipf(s, 0.8, rng)
    gap = rng.choice([1.0, 3.5, 7.0, 14.0], s, p=[0.12, 0.2, 0.5, 0.18]) * DAY
    bulk = rng.lognormal(0.0, 0.4, s) / gap**0.7
    sizes = 1 + rng.multinomial(e - s, bulk / bulk.sum())
    episode_show, nth = ragged(sizes)
    last = settings.end + DAY // 2 - rng.random(s) * gap
    released = last[episode_show] - (sizes[episode_show] - 1 - nth) * gap[episode_show]
    minutes = rng.choice([12.0, 28.0, 45.0, 70.0], s, p=[0.2, 0.35, 0.3, 0.15])[episode_show] * rng.lognormal(
        0, 0.18, e
    )
    near = np.exp(9 * (nearness(show_vector, topics) - 1))
    show_table = (pull * _language(show_place))[:, None] * near[None]

    author_count = max(1, int(k * 0.55))
    author = (author_count * rng.random(k) ** 1.5).astype(np.int64) % people
    narrator = people - 1 - rng.integers(0, max(1, people // 4), k)
    habit = rng.integers(0, len(BOOKS), people)
    book_genre = np.where(rng.random(k) < 0.85, habit[author], rng.integers(0, len(BOOKS), k))
    voice = unit(rng.standard_normal((people, SPACE)))
    book_vector = unit(books[book_genre] + 0.4 * voice[author] + 0.3 * unit(rng.standard_normal((k, SPACE))))
    near = np.exp(9 * (nearness(book_vector, books) - 1))
    book_table = (zipf(k, 0.8, rng) * _language(person_place[author]))[:, None] * near[None]
    age = rng.gamma(1.2, 5.0, k) * 365.25 * DAY
    fresh = settings.start + rng.random(k) * settings.days * DAY
    book_released = np.where(rng.random(k) < 0.04, fresh, settings.start - 30 * DAY - age).astype(np.int64)
    return Spoken(
        topic, show_place, show_vector, np.concatenate([[0], np.cumsum(sizes)]), host, rng.random(s) < 0.08,
        episode_show, unit(show_vector[episode_show] + 0.25 * unit(rng.standard_normal((e, SPACE)))),
        released.astype(np.int64), (minutes * 60_000).astype(np.int64), Draw.table(show_table.reshape(-1, s)),
        book_genre, person_place[author], book_vector, author, narrator,
        np.maximum(book_released // DAY, 1) * DAY,
        (np.clip(rng.lognormal(np.log(8.5), 0.4, k), 1.5, 30.0) * 3_600_000).astype(np.int64),
        Draw.table(book_table.reshape(-1, k)), person_place,
    )  # fmt: skip
