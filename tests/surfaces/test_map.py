"""The map as it is sent."""

import json
from dataclasses import replace

import numpy as np
import pytest

from segue.core.errors import InputError, NotReady
from segue.core.types import Kind
from segue.runs.releases import SpaceCard
from segue.surfaces.map import ALIGN, NO_GENRE, SIDE, SpaceMap

CARD = SpaceCard(points=0, dimensions=0, kept=0.5)


@pytest.fixture
def stock(serving):
    space = serving.stock.space
    places = np.random.default_rng(0).standard_normal((len(space), 2)).astype(np.float32) * [3, 1]
    return replace(serving.stock, space=replace(space, layout=places))


def read(body: bytes):
    length = int.from_bytes(body[:4], "little")
    head, at, columns = json.loads(body[4 : 4 + length]), 4 + length, {}
    for name, dtype in head["columns"]:
        at += -at % ALIGN
        columns[name] = np.frombuffer(body, np.dtype(dtype).newbyteorder("<"), head["points"], at)
        at += columns[name].nbytes
    assert at == len(body)
    return head, columns


def test_every_point_is_there_where_it_lies(stock):
    made = SpaceMap.of(stock, "r-9", CARD)
    head, columns = read(made.body)
    space = stock.space
    assert (head["release"], head["points"], head["of"], head["kept"]) == ("r-9", len(space), len(space), 0.5)
    rows = space.rows(made.items)
    np.testing.assert_array_equal(columns["kind"], space.kind[rows])
    places = np.stack([columns["x"], columns["y"]], axis=1).astype(float)
    assert places[:, 0].min() == 0
    assert places[:, 0].max() == SIDE
    want = space.layout[rows]
    slope = np.polyfit(want[:, 0], places[:, 0], 1)[0]
    assert slope == pytest.approx(np.polyfit(want[:, 1], places[:, 1], 1)[0], rel=1e-3), "one scale"
    assert (np.diff(stock.popularity(made.items)) >= 0).all(), "the best known are drawn last"
    assert (np.diff(columns["size"].astype(int)) >= 0).all()
    assert set(head["genres"][:2]) == {"rock", "jazz"}
    track = int(np.flatnonzero(columns["kind"] == Kind.TRACK)[-1])
    named = head["genres"][columns["genre"][track]]
    assert named in stock.facts.genre_words(int(stock.facts.artist[stock.facts.row(int(made.items[track]))]))
    books = columns["genre"][columns["kind"] == Kind.AUDIOBOOK]
    assert (books == NO_GENRE).all()


def test_items_are_found_on_it(stock):
    made = SpaceMap.of(stock, "r-9", CARD)
    assert made.places(made.items).tolist() == list(range(len(made.items)))
    assert made.places(np.array([999_999], np.int32)).tolist() == [-1]


def test_without_a_space_or_a_map_it_says_so(stock):
    with pytest.raises(NotReady, match="no taste space"):
        SpaceMap.of(replace(stock, space=None), "r", CARD)
    with pytest.raises(NotReady, match="no map"):
        SpaceMap.of(replace(stock, space=replace(stock.space, layout=None)), "r", CARD)


def test_spots_and_neighbours(service, stock):
    service._serving = replace(service._serving, stock=stock)
    head, _ = read(service.space_map())
    assert head["release"] == service.release
    (spot,) = service.space_items(uris=["segue:track:t:a0t1"])
    assert spot.card.id == "a0t1"
    assert service.space_items([spot.at, 10**6])[0].card == spot.card
    near = service.space_near(spot.at, 5)
    assert len(near) == 5
    assert all(s.card.kind == "track" and s.at != spot.at for s in near)
    assert [s.near for s in near] == sorted((s.near for s in near), reverse=True)
    assert sum(s.card.artists[0].name.startswith("Rock") for s in near) >= 4
    with pytest.raises(InputError, match="no point"):
        service.space_near(10**6)


def test_colours_go_to_the_genres_of_what_is_played_most(stock):
    colours = read(SpaceMap.of(stock, "r-9", CARD).body)[0]["genres"]
    without = read(SpaceMap.of(replace(stock, primary=Kind.AUDIOBOOK), "r-9", CARD).body)[0]["genres"]
    tracks = stock.sections[Kind.TRACK]
    assert set(colours) <= {stock.genre_name(int(c)) for c in np.unique(tracks.genres.indices)}
    assert set(without) >= {"rock", "jazz"}, "where that has none, of everything"
