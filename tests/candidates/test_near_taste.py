"""In a taste space whose right answer is known: rock lies one way, jazz another."""

from dataclasses import replace

import numpy as np
import pytest

from segue.candidates import SOURCES, Board, Stock
from segue.core.types import Candidates, Context, Kind
from segue.fitted.space import Origin, Space
from segue.surfaces.home.shelves.discover import woven
from segue.surfaces.serving import Serving

NOW = 1_790_000_000_000


@pytest.fixture
def stock(serving: Serving) -> Stock:
    """The planted release with a space, and with the last track of every artist taken by nobody."""
    facts, rng = serving.snapshot.catalogue, np.random.default_rng(0)
    genre = np.array([genre_of(serving, n) for n in facts.items.tolist()])
    place = np.eye(4)[genre] + 0.1 * rng.standard_normal((len(genre), 4))
    unit = (place / np.linalg.norm(place, axis=1, keepdims=True)).astype(np.float32)
    space = Space(facts.items, facts.kind, np.full(len(genre), Origin.CONTENT, np.uint8), unit)
    sections = {kind: replace(section) for kind, section in serving.stock.sections.items()}
    popularity = sections[Kind.TRACK].popularity.copy()
    popularity[_new(serving)] = 0
    sections[Kind.TRACK].__dict__["popularity"] = popularity
    sections[Kind.SHOW].__dict__["popularity"] = np.zeros(len(sections[Kind.SHOW]), np.float32)
    return replace(serving.stock, space=space, sections=sections, _unheard={})


def genre_of(serving: Serving, number: int) -> int:
    """0 rock, 1 jazz, 2 neither, by the title of an item and of its artist."""
    facts = serving.snapshot.catalogue
    artist = int(facts.artist[facts.row(number)])
    words = f"{facts.title(number)} {facts.title(artist) if artist else ''}".lower()
    return 0 if "rock" in words else 1 if "jazz" in words else 2


def _new(serving: Serving) -> np.ndarray:
    facts = serving.snapshot.catalogue
    return np.array([facts.title(n).startswith("Song 7") for n in serving.stock.sections[Kind.TRACK].items])


@pytest.mark.parametrize("listener", ["L0", "L1"])
@pytest.mark.parametrize("kind", [Kind.TRACK, Kind.SHOW])
def test_what_nobody_took_near_to_what_they_like(stock: Stock, serving: Serving, listener: str, kind: Kind) -> None:
    number = serving.snapshot.listeners.number(listener) or 0
    board = Board(stock, serving.listening.queries("default", number, Context(now=NOW), 12))
    found = SOURCES["near-taste"](board)(board.query(kind), 4)
    mine = int(listener[1]) % 2
    assert len(found) == 4
    for item in found.items.tolist():
        assert genre_of(serving, item) == mine
        assert stock.sections[kind].popularity[stock.sections[kind].rows(np.array([item]))][0] < 2


@pytest.mark.parametrize("listener", ["L0", "L1"])
def test_new_releases_that_nobody_took_are_found_by_where_they_lie(
    stock: Stock, serving: Serving, listener: str
) -> None:  # fmt: skip
    """Without genres, and by artists whom nobody knows."""
    tracks = stock.sections[Kind.TRACK]
    no_genres = tracks.genres.copy()
    no_genres.data[:] = 0
    nameless = replace(tracks, genres=no_genres, artist=np.zeros_like(tracks.artist))
    nameless.__dict__["popularity"] = np.zeros(len(tracks), np.float32)
    number = serving.snapshot.listeners.number(listener) or 0
    mine, found = int(listener[1]) % 2, {}
    for space in (stock.space, None):
        made = replace(stock, space=space, sections={**stock.sections, Kind.TRACK: nameless}, _unheard={})
        board = Board(made, serving.listening.queries("default", number, Context(now=NOW), 12))
        found[space is not None] = SOURCES["new-releases"](board)(board.query(Kind.TRACK), 4).items.tolist()
    assert [genre_of(serving, item) for item in found[True]] == [mine] * 4
    assert not found[False], "nothing but the space tells where they belong"


def test_nobody_in_particular_has_no_taste(stock: Stock, serving: Serving) -> None:
    board = Board(stock, serving.listening.queries("default", 0, Context(now=NOW), 12))
    assert not len(SOURCES["near-taste"](board)(board.query(Kind.TRACK), 4))


def test_similar_to_what_no_model_knows(stock: Stock, serving: Serving) -> None:
    seed = int(stock.sections[Kind.TRACK].items[_new(serving)][0])
    mine = genre_of(serving, seed)
    board = Board(stock, serving.listening.queries("default", 0, Context(now=NOW, seeds=(seed,)), 12))
    for kind in (Kind.TRACK, Kind.SHOW):
        found = SOURCES["similar-to-seed"](board)(board.query(kind), 5)
        assert len(found) == 5
        assert seed not in found.items
        for item in found.items.tolist():
            assert genre_of(serving, item) == mine


def test_one_of_four_is_new() -> None:
    best = Candidates.of(np.arange(1, 10, dtype=np.int32), np.arange(9, 0, -1, dtype=np.float32), "best")
    new = Candidates.of(np.array([2, 21, 22, 23], np.int32), np.ones(4, np.float32), "new")
    both = woven(best, new, 4)
    assert both.items.tolist() == [1, 2, 3, 21, 4, 5, 6, 22, 7, 8, 9, 23]
    assert (np.diff(both.scores) <= 0).all()
    assert woven(best, new.take(np.zeros(4, bool)), 4).items.tolist() == best.items.tolist()
    assert woven(Candidates.none(), new, 4).items.tolist() == new.items.tolist()
