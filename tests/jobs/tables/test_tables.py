from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from segue.core.errors import UnknownName
from segue.core.events import AnyEvent, Item, Play, Save, Search
from segue.jobs.demo import import_world
from segue.jobs.tables import TABLES, events, frames
from segue.store.workspace import Workspace

T0 = 1_760_000_000_000
DAY = 86_400_000


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.create(tmp_path / "w") as workspace:
        items = [
            Item(uri="segue:artist:a", title="Ann"),
            Item(uri="segue:track:x:1%3A2", title="Odd", artists=("segue:artist:a",), genres=("folk",), tags=("calm",),
                 duration_ms=200_000, countries=("SE", "NO")),
        ]  # fmt: skip
        told: list[AnyEvent] = [
            Play(id="1", listener="bo", at=T0, item="segue:track:x:1%3A2", ms_played=90_000, country="SE",
                 attrs={"tier": "free", "deep": {"a": 1}, "at": 5}),
            Save(id="2", listener="bo", at=T0 + DAY, item="segue:track:new"),
            Search(id="3", listener="cy", at=T0 + 2 * DAY, words="calm"),
            Play(id="4", listener="cy", at=3, item="segue:track:new", ms_played=0),
        ]  # fmt: skip
        workspace.log.append(told, items)
        yield workspace


def rows(
    workspace: Workspace, name: str, since: int | None = None, until: int | None = None
) -> list[dict[str, object]]:
    return [row for frame in frames(workspace, "default", name, since, until) for row in frame.to_dicts()]


def test_events_have_names(workspace: Workspace) -> None:
    counted, play, save, search = rows(workspace, "events")
    assert (play["type"], play["listener"], play["item"], play["kind"]) == (
        "play",
        "bo",
        "segue:track:x:1%3A2",
        "track",
    )
    assert play["tier"] == "free"
    assert "deep" not in play
    assert save["tier"] is None
    assert search["item"] is None
    assert counted["at"] is None  # a running number is no time
    assert [r["id"] for r in rows(workspace, "events", T0 + DAY)] == ["2", "3"]


def test_long_logs_come_in_parts(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = rows(workspace, "events")
    monkeypatch.setattr(events, "AT_ONCE", 2)
    parts = list(frames(workspace, "default", "events"))
    assert len(parts) == 2
    assert [row for part in parts for row in part.to_dicts()] == whole


def test_items_know_what_belongs_to_them(workspace: Workspace) -> None:
    found = {row["uri"]: row for row in rows(workspace, "items")}
    odd = found["segue:track:x:1%3A2"]
    assert (odd["artist"], odd["genres"], odd["tags"], odd["countries"]) == (
        "segue:artist:a", ["folk"], ["calm"], ["NO", "SE"],
    )  # fmt: skip
    assert odd["released"] is None
    assert {r["listener"]: r["events"] for r in rows(workspace, "listeners")} == {"bo": 2, "cy": 2}


def test_an_unknown_table_names_the_valid_ones(workspace: Workspace) -> None:
    with pytest.raises(UnknownName, match="training"):
        rows(workspace, "plays")


def test_nothing_is_learned_from_that_judges(tmp_path: Path) -> None:
    with Workspace.create(tmp_path / "w") as workspace:
        import_world(workspace, "default", listeners=60, days=12, seed=3)
        training = pl.concat(frames(workspace, "default", "training"))
        evaluation = pl.concat(frames(workspace, "default", "evaluation"))
    first = ["kind", "listener", "item"]
    assert training.height > evaluation.height > 50
    assert training.join(evaluation, on=first, how="inner").is_empty()
    tracks = pl.col("kind") == "track"
    assert training.filter(tracks)["at"].max() < evaluation.filter(tracks)["at"].min()  # type: ignore[operator]
    plays = evaluation.filter(pl.col("type") == "play")
    assert plays.height > 0
    assert plays["tier"].null_count() == 0


def test_every_table_says_what_it_is() -> None:
    assert all(t.about for t in TABLES.values())
