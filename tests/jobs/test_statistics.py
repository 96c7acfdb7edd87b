from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from segue.checks.statistics.tables import FORM
from segue.core.events import Play
from segue.jobs import statistics
from segue.jobs.statistics import DAY, daily
from segue.store.privacy import forget_listener
from segue.store.workspace import STATISTICS, Workspace

FIRST = 20_000  # days since 1970


def play(n: int, day: int, listener: str = "bo") -> Play:
    at = (FIRST + day) * DAY + n * 60_000
    return Play(id=f"{day}-{n}", listener=listener, at=at, item=f"segue:track:{n % 3}", ms_played=90_000)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.create(tmp_path / "w") as workspace:
        workspace.log.append([play(n, day) for day in (0, 1, 3) for n in range(day + 2)])
        workspace.log.append([Play(id="old", listener="bo", at=5, item="segue:track:1", ms_played=0)])
        yield workspace


def test_days_are_gathered_once(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    found = daily(workspace, "default")
    assert {day - FIRST: s.rows for day, s in found.by_day.items()} == {0: 2, 1: 3, 3: 5}
    assert found.last == FIRST + 3
    before = found.before(FIRST + 3, 2)
    assert before is not None
    assert before.rows == 3
    assert found.before(FIRST, 28) is None

    told: list[str] = []
    assert daily(workspace, "default", say=told.append) == found
    assert told == []
    workspace.log.append([play(9, 1)])
    again = daily(workspace, "default", say=told.append)
    assert again.by_day[FIRST + 1].rows == 4
    assert told == [f"statistics of events, {statistics.date(FIRST + 1)}"]

    monkeypatch.setattr("segue.jobs.statistics.FORM", FORM + 1)  # another release of Segue
    told.clear()
    daily(workspace, "default", say=told.append)
    assert len(told) == 3


def test_only_the_last_days_are_looked_at(workspace: Workspace) -> None:
    assert [d - FIRST for d in daily(workspace, "default", days=2).by_day] == [1, 3]


def test_who_is_forgotten_is_in_no_statistics(workspace: Workspace) -> None:
    workspace.log.append([play(20, 3, listener="cy-the-second")])
    daily(workspace, "default")
    folder = workspace.derived(STATISTICS, "default")
    assert any(b"cy-the-second" in path.read_bytes() for path in folder.rglob("*.json")), "the control"
    forget_listener(workspace, "default", "cy-the-second")
    assert not folder.exists()
    assert daily(workspace, "default").by_day[FIRST + 3].rows == 5
    assert not any(b"cy-the-second" in path.read_bytes() for path in folder.rglob("*.json"))
