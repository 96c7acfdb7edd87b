from __future__ import annotations

import polars as pl
import pytest

from segue.core.events import Item
from segue.world import World, WorldSettings, make_world


@pytest.fixture(scope="session")
def world() -> World:
    return make_world(WorldSettings(seed=3, listeners=400, days=28, tracks=3_000))


@pytest.fixture(scope="session")
def items(world: World) -> dict[str, Item]:
    return {item.uri: item for item in world.items()}


@pytest.fixture(scope="session")
def tracks(world: World) -> pl.DataFrame:
    """Plays of tracks with their world numbers, oldest first: who, item, at, ms, end, context."""
    log = pl.DataFrame(world.columns)
    return log.filter((pl.col("type") == 0) & (pl.col("item") < world.truth.numbers.artist))
