from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from threadpoolctl import threadpool_limits

from segue.core.events import Item, parse_event
from segue.store.schema import EDGE
from segue.world import NOTICE, SIMULATED, World, WorldSettings, make_world

SMALL = WorldSettings(seed=5, listeners=60, days=10, tracks=700)


def told(world: World) -> tuple[pa.Table, list[Item]]:
    return world.events(), list(world.items())


def test_the_same_settings_tell_the_same_with_any_number_of_threads() -> None:
    with threadpool_limits(1):
        once = told(make_world(SMALL))
    with threadpool_limits(2):
        again = told(make_world(SMALL))
    assert once[0].equals(again[0])
    assert once[1] == again[1]


def test_another_seed_tells_something_else() -> None:
    other = WorldSettings(seed=6, listeners=60, days=10, tracks=700)
    one, two = make_world(SMALL), make_world(other)
    assert [i.title for i in one.items()] != [i.title for i in two.items()]
    assert not set(one.events()["id"].to_pylist()) & set(two.events()["id"].to_pylist())


def test_the_table_is_in_the_schema_of_events(world: World) -> None:
    table = world.events()
    assert table.schema.names == EDGE.names
    for have, want in zip(table.schema, EDGE):
        kind = have.type.value_type if pa.types.is_dictionary(have.type) else have.type
        assert kind == want.type, have.name
        assert want.nullable or table[have.name].null_count == 0, have.name
    at = table["at"].to_numpy()
    assert (np.diff(at) >= 0).all()
    assert pc.count_distinct(table["id"]).as_py() == table.num_rows


def test_every_row_is_an_event(world: World) -> None:
    table = world.events()
    kinds = set()
    rows = np.random.default_rng(0).choice(table.num_rows, 3_000, replace=False)
    for row in [*table.take(pa.array(rows)).to_pylist(), *table.slice(0, 300).to_pylist()]:
        given = {name: value for name, value in row.items() if value is not None}
        event = parse_event(json.dumps(given | {"attrs": json.loads(given.get("attrs", "{}"))}))
        assert (event.attrs.keys() == {"tier", "client"}) == (given["type"] == "play")
        kinds.add(given["type"])
        assert event.listener.startswith("sim-")
    assert kinds >= {"play", "save", "follow", "playlist_add", "search"}
    with pytest.raises(Exception, match="ms_played"):
        parse_event({**given, "type": "play", "ms_played": -1, "item": "segue:track:world:t1"})


def test_the_tenant_is_the_one_asked_for() -> None:
    table = make_world(WorldSettings(listeners=10, days=2, tracks=300, tenant="other")).events()
    assert set(table["tenant"].to_pylist()) == {"other"}


def test_it_says_that_it_is_simulated(world: World, items: dict[str, Item]) -> None:
    assert SIMULATED in NOTICE
    assert world.notice == NOTICE
    assert all(listener.startswith("sim-") for listener in world.listeners)
    assert all(uri.split(":")[2] == "world" for uri in items)
    people = [i for uri, i in items.items() if uri.split(":")[1] in ("artist", "author")]
    assert people
    assert all(SIMULATED in i.description for i in people)


def test_every_event_names_an_item_that_exists(world: World, items: dict[str, Item]) -> None:
    table = world.events()
    for column in ("item", "context"):
        named = set(pc.unique(pc.cast(table[column], pa.string())).to_pylist()) - {None}
        assert named <= set(items)
