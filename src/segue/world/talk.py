"""Which episodes and audiobooks are played in a day's sessions of spoken words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segue.core.types import I64
from segue.world.choice import BOOK, SHOW, appeal
from segue.world.draws import F64, Index, pick, ragged
from segue.world.genres import BOOKS, TOPICS
from segue.world.listeners import SHOWS_KEPT, Listeners
from segue.world.log import Numbers
from segue.world.plays import Plays, heard
from segue.world.sessions import Sessions
from segue.world.spoken import Spoken


@dataclass(slots=True)
class Reading:
    """Where each listener is in their shows and in their book; changes day by day."""

    show: Index  # (L, SHOWS_KEPT) followed, -1 none
    heard: Index  # (L, SHOWS_KEPT) number of the last episode heard, counted in its show
    book: Index  # (L,) -1 none
    place: I64  # (L,) ms into the book

    @classmethod
    def start(cls, people: Listeners, spoken: Spoken, at: int, rng: np.random.Generator) -> Reading:
        """Shows are followed from where they stand at a time, or a few episodes before."""
        released = np.concatenate([[0], np.cumsum(spoken.episode_released <= at)])
        out = released[spoken.show_ptr[1:]] - released[spoken.show_ptr[:-1]]
        caught_up = out[people.shows] - 1 - rng.integers(0, 5, people.shows.shape)
        n = len(people.home)
        return cls(people.shows.copy(), np.maximum(caught_up, -1), np.full(n, -1), np.zeros(n, np.int64))


def liking(s: Sessions, at: Index, people: Listeners, vectors: np.ndarray, domain: int, progress: float) -> np.ndarray:
    """(n,) appeal of items with vectors (n, SPACE) to the listeners of sessions `at` (n,)."""
    n = len(at)
    return appeal(
        people.tastes,
        s.who[at],
        vectors,
        np.full(n, domain),
        np.full(n, 0.5, np.float32),
        np.full(n, progress),
        s.hour[at],
        s.weekend[at],
    )


def play_shows(
    s: Sessions,
    rows: Index,
    spoken: Spoken,
    people: Listeners,
    reading: Reading,
    numbers: Numbers,
    progress: float,
    rng: np.random.Generator,
) -> tuple[Plays, Index]:
    """Episodes of sessions with shows, and the show that each session took up anew (-1 none)."""
    n = len(s.who)
    have = (reading.show[s.who] >= 0) * np.arange(SHOWS_KEPT, 0, -1)
    slot = pick(have.astype(np.float64), rng.random(n))
    first = np.concatenate([[True], s.who[1:] != s.who[:-1]]) if n else np.zeros(0, bool)
    none = have.sum(1) == 0
    tries = first & (none | (rng.random(n) < 0.14))
    topic = people.topics[s.who, (rng.random(n) < 0.35).astype(np.int64)]
    drawn = spoken.show_draw.column(people.home[s.who] * len(TOPICS) + topic, rng.random(n))
    known = (reading.show[s.who] == drawn[:, None]).any(1)
    tries &= ~known
    worst = np.where(none, 0, SHOWS_KEPT - 1)
    likes = liking(s, np.arange(n), people, spoken.show_vector[drawn], SHOW, progress)
    taken = tries & (rng.random(n) < 1 / (1 + np.exp(-likes)))
    w = s.who[taken]
    reading.show[w, worst[taken]] = drawn[taken]
    slot = np.where(taken, worst, slot)
    show = np.where(tries, drawn, reading.show[s.who, slot])
    total = np.diff(spoken.show_ptr)

    released = np.concatenate([[0], np.cumsum(spoken.episode_released <= int(s.start.min(initial=2**53)))])
    out = (released[spoken.show_ptr[1:]] - released[spoken.show_ptr[:-1]])[show]
    reading.heard[w, worst[taken]] = np.maximum(out[taken] - 3, -1)
    at, _ = ragged(np.where((show >= 0) & (out > 0), s.count, 0))
    pair = s.who[at] * np.int64(len(total) + 1) + show[at]
    order = np.argsort(pair, kind="stable")
    _, begin, inverse = np.unique(pair[order], return_index=True, return_inverse=True)
    turn = np.empty(len(at), np.int64)
    turn[order] = np.arange(len(at)) - begin[inverse]
    mine = reading.show[s.who[at], slot[at]] == show[at]
    next_ = np.where(mine, reading.heard[s.who[at], slot[at]] + 1, np.maximum(out[at] - 1, 0)) + turn
    older = (rng.random(len(at)) * out[at]).astype(np.int64)
    caught_up = next_ >= out[at]
    number = np.where(caught_up, older, next_)
    ahead = mine & ~caught_up
    np.maximum.at(reading.heard, (s.who[at[ahead]], slot[at[ahead]]), next_[ahead])
    episode = spoken.show_ptr[show[at]] + number
    keep = ~(caught_up & (rng.random(len(at)) < 0.6)) & ~(people.clean[s.who[at]] & spoken.explicit[show[at]])
    at, episode = at[keep], episode[keep]
    likes_it = liking(s, at, people, spoken.episode_vector[episode], SHOW, progress)
    done = rng.random(len(at)) < 1 / (1 + np.exp(-likes_it - 0.5))
    duration = spoken.episode_duration[episode]
    part: F64 = np.where(
        rng.random(len(at)) < 0.5, rng.uniform(0.3, 0.95, len(at)) * duration, heard(duration, done, rng)
    )
    ms = np.where(done, duration, part).astype(np.int64)
    plays = Plays(
        rows[at],
        numbers.episode + episode,
        ms,
        done,
        numbers.show + spoken.episode_show[episode],
        np.zeros(len(at), bool),
        likes_it,
        np.zeros(0, np.int64),
    )
    return plays, np.where(taken, drawn, -1)


def play_books(
    s: Sessions,
    rows: Index,
    spoken: Spoken,
    people: Listeners,
    reading: Reading,
    numbers: Numbers,
    progress: float,
    rng: np.random.Generator,
) -> tuple[Plays, Index]:
    """Stretches of audiobooks, and the book that each session began (-1 none). One stretch a listener and day."""
    first = np.concatenate([[True], s.who[1:] != s.who[:-1]]) if len(s.who) else np.zeros(0, bool)
    at = np.flatnonzero(first)
    who, n = s.who[at], int(first.sum())
    begins = reading.book[who] < 0
    genre = people.book_genres[who, (rng.random(n) < 0.3).astype(np.int64)]
    drawn = spoken.book_draw.column(people.home[who] * len(BOOKS) + genre, rng.random(n))
    begins &= spoken.book_released[drawn] <= s.start[at]
    reading.book[who[begins]] = drawn[begins]
    reading.place[who[begins]] = 0
    book = reading.book[who]
    has = book >= 0
    at, who, book, begins = at[has], who[has], book[has], begins[has]
    likes = liking(s, at, people, spoken.book_vector[book], BOOK, progress)
    minutes = np.clip(rng.lognormal(np.log(50), 0.5, len(at)), 3, 240)
    gives_up = begins & (rng.random(len(at)) > 1 / (1 + np.exp(-likes - 0.3)))
    wanted = np.where(gives_up, rng.uniform(40, 600, len(at)) * 1000, minutes * 60_000).astype(np.int64)
    left = spoken.book_duration[book] - reading.place[who]
    ms = np.minimum(wanted, left)
    done = ms >= left
    reading.place[who] += ms
    over = done | gives_up
    reading.book[who[over]] = -1
    began = np.full(len(s.who), -1)
    stays = begins & ~gives_up
    began[at[stays]] = book[stays]
    none = np.zeros(0, np.int64)
    return Plays(
        rows[at], numbers.book + book, ms, done, np.full(len(at), -1), np.zeros(len(at), bool), likes, none
    ), began
