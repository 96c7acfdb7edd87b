"""Values worked out by hand."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest
from tests.features.conftest import DAY, HOUR, NOW, Row, Small, answer, asked, shelf, table

from segue.core.events import Play, Save, Skip
from segue.core.types import Candidates
from segue.features import READ, Book, Reader
from segue.features._decayed import Decayed
from segue.features._pairs import NEVER_DAYS, Pairs

approx = partial(pytest.approx, abs=6e-4)  # as exact as values are

TRACK, OTHER, ALBUM, ARTIST = 15, 16, 7, 1  # track 15 is the first: of album 7, by artist 1; track 16 of album 8


def value(book: Book, name: str, item: int, listener: int = 1, now: int = NOW, source: str = "because") -> float:
    pool = Candidates.of(np.array([item], np.int32), np.zeros(1, np.float32), source)
    return float(book.values(asked(listener, now), pool)[0, book.names.index(name)])


def told(facts: Small, *rows: Row) -> Book:
    book = Book(facts)
    book.update(table([r | {"seq": i + 1} for i, r in enumerate(rows)]).select(READ))
    return book


def play(item: int, at: int, listener: int = 1, ms: int = 60_000, **more: object) -> Row:
    return answer(0, Play, item, at, listener, ms_played=ms, reason_end="fwdbtn", **more)


def test_counts_halve_whatever_the_order() -> None:
    rows, at = np.array([0, 1, 0]), np.array([NOW, NOW, NOW - 7 * DAY])
    counts, back = Decayed(7.0, 2), Decayed(7.0)
    counts.add(rows, at, NOW)
    for i in (2, 1, 0):
        back.add(rows[[i]], at[[i]], 0)
    for c in (counts, back):
        assert c.at(np.array([0, 1, -1, 5]), NOW).tolist() == approx([1.5, 1, 0, 0])
        assert c.at(np.array([0]), NOW + 7 * DAY).tolist() == approx([0.75])


def test_years_later_the_origin_has_moved_and_nothing_overflowed() -> None:
    counts = Decayed(1.0, 1)
    for year in range(12):
        at = np.array([NOW + year * 365 * DAY])
        counts.add(np.array([0]), at, int(at[0]))
        assert counts.at(np.array([0]), int(at[0]))[0] == approx(1)


def test_pairs_by_hand() -> None:
    pairs = Pairs(30.0)
    pairs.add(np.array([1, 2, 1]), np.array([5, 5, 9]), np.array([NOW, NOW, NOW - 30 * DAY]))
    pairs.add(np.array([1]), np.array([5]), np.array([NOW - 30 * DAY]))
    counts, days = pairs.of(1, np.array([9, 5, 6, -1]), NOW)
    assert counts.tolist() == approx([0.5, 1.5, 0, 0])
    assert days.tolist() == approx([30, 0, NEVER_DAYS, NEVER_DAYS])
    assert pairs.of(3, np.array([5]), NOW)[0].tolist() == [0]
    assert pairs.all_of(1, NOW)[0].tolist() == [5, 9]


def test_a_track_stands_for_its_album_and_artist(facts: Small) -> None:
    book = told(facts, play(TRACK, NOW), play(TRACK, NOW - 14 * DAY), play(OTHER, NOW, ms=5_000))
    for item in (TRACK, ALBUM, ARTIST):
        assert value(book, "taken_14d", item) == approx(math.log1p(1.5))
        assert value(book, "never_taken", item) == 0
    assert value(book, "taken_14d", OTHER) == 0
    assert value(book, "never_taken", OTHER) == 1
    assert value(book, "left", OTHER) == approx(math.log1p(1))


def test_how_well_a_listener_knows_it(facts: Small) -> None:
    book = told(facts, play(TRACK, NOW - 3 * DAY), answer(0, Save, OTHER, NOW - DAY, 2), answer(0, Skip, TRACK, NOW, 1))
    assert value(book, "heard_days", TRACK) == approx(math.log1p(3))
    assert value(book, "maker_heard_days", ARTIST) == approx(math.log1p(3))
    assert value(book, "heard_days", TRACK, listener=2) == approx(math.log1p(NEVER_DAYS))
    assert value(book, "heard_days", OTHER, listener=2) == approx(math.log1p(1))
    assert value(book, "left", TRACK) == approx(math.log1p(1))
    assert value(book, "is_new_listener", TRACK, listener=3) == 1


def test_shown_in_vain_until_it_is_streamed(facts: Small) -> None:
    rows = [shelf(0, "p", "because:1", [TRACK, OTHER], 2, 0, NOW, 1)]
    assert value(told(facts, *rows), "shown_in_vain", TRACK) == approx(math.log1p(1))
    rows.append(play(TRACK, NOW + HOUR, page="p"))
    assert value(told(facts, *rows), "shown_in_vain", TRACK, now=NOW + HOUR) == approx(0, abs=0.01)
    assert value(told(facts, *rows), "shown_in_vain", OTHER, now=NOW + HOUR) == approx(math.log1p(1), abs=0.01)
    assert value(told(facts, *rows), "shown", TRACK, listener=2) == 0


def test_what_is_streamed_when_looked_at_stands_above_what_is_not(facts: Small) -> None:
    rows = [shelf(0, f"p{i}", "because:1", [TRACK, OTHER], 2, 0, NOW + i, 1 + i) for i in range(30)]
    rows += [play(TRACK, NOW + HOUR + i, listener=1 + i, page=f"p{i}") for i in range(30)]
    book = told(facts, *rows)
    rate = (30 + 1) / (60 + 20)
    expected = math.log((30 + 20 * rate) / (30 + 20) / rate)
    assert value(book, "item_response", TRACK) == approx(expected, abs=1e-3)
    assert value(book, "item_response", OTHER) < 0 < value(book, "item_response", TRACK)
    assert value(book, "shelf_response", TRACK) > value(book, "shelf_response", TRACK, source="new")
    assert value(book, "own_shelf_looks", TRACK) > 0 == value(book, "own_shelf_looks", TRACK, listener=99)


def test_streams_find_their_card(facts: Small) -> None:
    """By page; else on the latest page with it, within a day; each card once; an episode its show."""
    episode, show = 58, 55  # the first episode is of the first show
    page = [
        shelf(0, "p", "because:1", [TRACK, show], 2, 0, NOW, 1),
        shelf(0, "q", "new", [TRACK], 1, 0, NOW + 60_000, 1),
    ]

    def found(*plays: Row) -> list[tuple[int, str]]:
        got = Reader(facts).read(table([r | {"seq": i} for i, r in enumerate([*page, *plays])]).select(READ))
        return [(int(facts.items[i]), got.shelves[s]) for i, s in zip(got.answers.item, got.answers.shelf)]

    assert found(play(TRACK, NOW + HOUR, page="p")) == [(TRACK, "because")]
    assert found(play(TRACK, NOW + HOUR)) == [(TRACK, "new")]
    assert found(play(episode, NOW + HOUR)) == [(show, "because")]
    assert found(play(TRACK, NOW + 2 * DAY)) == []
    assert found(play(TRACK, NOW + HOUR, listener=2)) == []
    assert found(play(TRACK, NOW + HOUR, ms=5_000)) == []
    assert found(*[play(TRACK, NOW + HOUR + i, page="p") for i in range(3)]) == [(TRACK, "because")]


def test_genres_that_fit(facts: Small) -> None:
    """Artists 1 and 5 are of the first genre, artist 2 of the second; tracks have those of their artists."""
    book = told(facts, play(TRACK, NOW), play(ARTIST, NOW), play(2, NOW))
    assert value(book, "genre_match", TRACK) == approx(2 / math.sqrt(5))
    assert value(book, "genre_match", 5) == approx(2 / math.sqrt(5))
    assert value(book, "genre_match", OTHER) == approx(1 / math.sqrt(5))
    assert (value(book, "genre_known", 67), value(book, "genre_match", 67)) == (0, 0)  # a book without genres
