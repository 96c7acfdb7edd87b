from __future__ import annotations

import numpy as np

from segue.core.events import Item, Uri
from segue.core.types import Kind
from segue.store.names import normal_name
from segue.world import World
from segue.world.genres import GENRES
from segue.world.places import CODES
from segue.world.settings import DAY


def of(items: dict[str, Item], kind: Kind) -> list[Item]:
    return [item for uri, item in items.items() if Uri.parse(uri).kind == kind]


def test_no_name_is_empty_and_no_sentence_unfilled(items: dict[str, Item]) -> None:
    for item in items.values():
        assert item.title.strip(), item.uri
        assert not set("{}|") & set(item.title + item.description), item
        assert "  " not in item.title, item
        assert not item.title.startswith(("a ", "an ")) or ":playlist:" in item.uri


def test_most_titles_of_tracks_are_their_own(items: dict[str, Item]) -> None:
    titles = [t.title for t in of(items, Kind.TRACK)]
    assert len(set(titles)) > 0.9 * len(titles)


def test_no_artist_would_be_taken_for_another(items: dict[str, Item]) -> None:
    names = [normal_name(i.title) for i in of(items, Kind.ARTIST)]
    assert len(set(names)) == len(names)


def test_facts_point_at_facts(items: dict[str, Item]) -> None:
    for item in items.values():
        assert all(uri in items for uri in item.artists)
        assert not item.album or item.album in items
        assert set(item.countries) <= set(CODES)
    for kind in (Kind.TRACK, Kind.EPISODE, Kind.AUDIOBOOK, Kind.ALBUM):
        for item in of(items, kind):
            assert item.artists
            assert item.duration_ms > 0
            assert item.released > 0
            assert item.genres


def test_there_is_something_of_everything(world: World, items: dict[str, Item]) -> None:
    tracks = of(items, Kind.TRACK)
    assert any("christmas" in t.tags for t in tracks)
    assert 0.05 < np.mean([t.explicit for t in tracks]) < 0.4
    assert 0 < np.mean([bool(t.countries) for t in tracks]) < 0.06
    assert 0.03 < np.mean([len(t.artists) > 1 for t in tracks]) < 0.4
    assert any(t.released > world.settings.start for t in tracks)
    assert {t.genres[0] for t in tracks} >= {g.name for g in GENRES}
    assert len({t.language for t in tracks}) > 6
    assert len({s.genres[0] for s in of(items, Kind.SHOW)}) == 12
    assert len({b.genres[0] for b in of(items, Kind.AUDIOBOOK)}) == 10
    assert all(b.description for b in of(items, Kind.AUDIOBOOK) + of(items, Kind.SHOW) + of(items, Kind.EPISODE))


def test_ids_say_nothing_of_artists_or_of_popularity(world: World) -> None:
    numbers = world.truth.numbers
    order = np.argsort(np.array(world.uris[: numbers.artist]))
    artist = world.truth.music.track_artist[order]
    assert (artist[1:] == artist[:-1]).mean() < 0.05
    heard = np.bincount(world.columns["item"][world.columns["item"] >= 0], minlength=numbers.end)[: numbers.artist]
    assert abs(np.corrcoef(heard[order], np.arange(len(order)))[0, 1]) < 0.08


def test_nothing_is_heard_before_it_is_out_or_where_it_is_not(world: World, items: dict[str, Item]) -> None:
    table = world.events()
    plays = table.select(["type", "item", "at", "country"]).to_pylist()
    for row in plays:
        if row["type"] == "play":
            item = items[row["item"]]
            assert row["at"] >= item.available_from
            assert not item.countries or row["country"] in item.countries


def test_some_items_are_new_late_in_the_window(world: World) -> None:
    late = world.settings.start + 0.66 * world.settings.days * DAY
    assert (world.truth.music.released > late).sum() > 3
    assert (world.truth.spoken.episode_released > late).sum() > 3
