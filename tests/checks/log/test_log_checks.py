"""Each check finds what was planted and is silent on sound data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from segue.checks.log import CHECKS, Facts, run_checks
from segue.core.events import EVENT_TYPES
from segue.store.schema import STORED

NOW = 1_750_000_000_000
NAMES = tuple(str(t.__struct_config__.tag) for t in EVENT_TYPES)
PLAY, SEARCH = NAMES.index("play") + 1, NAMES.index("search") + 1


def event(**given: Any) -> dict[str, Any]:
    base = {"seq": 1, "id": "e", "type": PLAY, "tenant": 1, "listener": 1, "item": 1, "playlist": 0, "v": 1}
    return base | {"at": NOW - 1000, "ms_played": 60_000} | given


def facts(*rows: dict[str, Any], imports: Any = (), named: bool = True) -> Facts:
    table = pa.Table.from_pylist(list(rows), schema=STORED)
    items = np.array([1, 2], np.int32)
    return Facts(NOW, table, NAMES, items, np.full(2, named), np.array([180_000, 0]), imports)


SOUND = [event(id=str(i), at=NOW - 10_000 * i) for i in range(50)]


def test_sound_data_is_silent() -> None:
    assert run_checks(facts(*SOUND)) == []


@pytest.mark.parametrize(
    ("check", "row", "level"),
    [
        ("required", event(item=0), "fail"),
        ("required", event(item=77), "fail"),
        ("ranges", event(at=NOW + 10 * 86_400_000), "fail"),
        ("ranges", event(at=600_000_000_000), "warn"),
        ("ranges", event(ms_played=400_000), "warn"),
    ],
)
def test_a_planted_fault_is_found(check: str, row: dict[str, Any], level: str) -> None:
    found = CHECKS[check](facts(*SOUND, row))
    assert [(f.level, f.count) for f in found] == [(level, 1)]


def test_a_search_needs_no_item() -> None:
    assert CHECKS["required"](facts(*SOUND, event(type=SEARCH, item=0, words="x"))) == []


def test_an_item_of_unknown_length_cannot_be_overplayed() -> None:
    assert CHECKS["ranges"](facts(*SOUND, event(item=2, ms_played=9_000_000))) == []


def test_an_empty_log_fails() -> None:
    assert [f.level for f in run_checks(facts())] == ["fail"]


def test_the_same_history_twice_is_noticed() -> None:
    twice = [*SOUND, *(e | {"id": "again" + e["id"]} for e in SOUND)]
    assert [f.level for f in CHECKS["duplicates"](facts(*twice))] == ["fail"]


def test_untitled_catalogue_is_noted() -> None:
    assert [f.level for f in CHECKS["required"](facts(*SOUND, named=False))] == ["note"]


def report(records: int, quarantined: int = 0) -> dict[str, Any]:
    return {"format": "f", "records": records, "quarantined": quarantined, "quarantine": "q.jsonl"}


def test_volume() -> None:
    assert CHECKS["volume"](facts(*SOUND, imports=[report(100), report(100)])) == []
    assert [f.level for f in CHECKS["volume"](facts(*SOUND, imports=[report(10), report(100)]))] == ["fail"]
    assert [f.level for f in CHECKS["volume"](facts(*SOUND, imports=[report(100, 50)]))] == ["fail"]
