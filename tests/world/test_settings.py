from __future__ import annotations

from typing import Any

import pytest

from segue.core.errors import UsageError
from segue.world import WorldSettings, make_world
from segue.world.settings import DAY


def test_zeros_are_filled_in_proportion() -> None:
    full = WorldSettings(tracks=9_000, shows=10).filled()
    assert (full.artists, full.albums, full.playlists, full.episodes) == (1_000, 1_500, 300, 180)
    assert full.filled() == full


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"listeners": 0}, "listeners=0"),
        ({"tracks": 5, "artists": 9}, "artists=9"),
        ({"shows": 10, "episodes": 3}, "episodes=3"),
        ({"seed": -1}, "seed=-1"),
        ({"end": 2026}, "end=2026"),
    ],
)
def test_impossible_sizes_are_named(wrong: dict[str, Any], named: str) -> None:
    with pytest.raises(UsageError, match=named):
        WorldSettings(**wrong).filled()


@pytest.mark.parametrize("tracks", [1, 40, 700])
def test_small_worlds_work(tracks: int) -> None:
    settings = WorldSettings(listeners=3, days=2, tracks=tracks, shows=1, episodes=1, audiobooks=1)
    world = make_world(settings)
    assert world.events().num_rows >= 0
    assert sum(":track:" in item.uri for item in world.items()) == tracks


def test_sizes_are_those_asked_for_and_events_scale() -> None:
    small = make_world(
        WorldSettings(listeners=100, days=5, tracks=900, artists=90, albums=200, shows=12, audiobooks=20)
    )
    large = make_world(
        WorldSettings(listeners=400, days=20, tracks=900, artists=90, albums=200, shows=12, audiobooks=20)
    )
    kinds = [item.uri.split(":")[1] for item in small.items()]
    found = [kinds.count(k) for k in ("track", "artist", "album", "show", "episode", "audiobook")]
    assert found == [900, 90, 200, 12, 216, 20]
    assert len(small.listeners) == 100
    plays = [int((w.columns["type"] == 0).sum()) for w in (small, large)]
    assert 8 < plays[1] / plays[0] < 32  # 16 times the listener days


def test_the_window_ends_where_it_says() -> None:
    world = make_world(WorldSettings(listeners=60, days=4, tracks=500))
    at = world.columns["at"][world.columns["type"] == 0]
    assert at.min() >= world.settings.start - DAY // 2
    assert at.max() < world.settings.end + 2 * DAY
