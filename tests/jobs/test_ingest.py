"""Ingest counts truly, quarantines with reasons, adds nothing twice and keeps what came before a failure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from segue.core.errors import InputError
from segue.core.events import Bad, Item, Play, Record
from segue.jobs import ingest as job
from segue.jobs.ingest import ingest, last_import
from segue.store.workspace import Workspace


@dataclass(frozen=True)
class Fake:
    """So many plays, a bad row after every tenth, and perhaps a failure at the end."""

    rows: int
    fails: bool = False

    def read(self, path: Path) -> Iterator[Record]:
        yield Item(uri="segue:track:t0", title="Zero")
        for n in range(self.rows):
            if n % 10 == 9:
                yield Bad(line=n, reason="it is the tenth", raw="x" * 5)
            yield Play(id=f"p{n}", listener="u", item=f"segue:track:t{n % 5}", at=1_700_000_000_000 + n, ms_played=1)
        if self.fails:
            raise InputError("the file ends in the middle")


def test_counts_and_quarantine(tmp_path: Path) -> None:
    with Workspace.create(tmp_path / "ws") as workspace:
        done = ingest(workspace, "fake", Fake(100), tmp_path, "default")
        assert (done.records, done.events, done.duplicates, done.quarantined) == (111, 100, 0, 10)
        assert done.items == 5
        rows = [json.loads(line) for line in Path(done.quarantine).read_text().splitlines()]
        assert len(rows) == 10
        assert rows[0] == {"line": 9, "reason": "it is the tenth", "raw": "xxxxx"}
        assert last_import(workspace) == done


def test_twice_adds_nothing_and_a_longer_export_only_the_rest(tmp_path: Path) -> None:
    with Workspace.create(tmp_path / "ws") as workspace:
        ingest(workspace, "fake", Fake(100), tmp_path, "default")
        again = ingest(workspace, "fake", Fake(130), tmp_path, "default")
        assert (again.events, again.duplicates, again.items) == (30, 100, 0)
        assert workspace.log.count("default") == 130


def test_what_came_before_a_failure_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "BATCH", 20)
    with Workspace.create(tmp_path / "ws") as workspace:
        with pytest.raises(InputError, match="ends in the middle"):
            ingest(workspace, "fake", Fake(100, fails=True), tmp_path, "default")
        assert workspace.log.count("default") == 100
        assert last_import(workspace) is None
    (quarantine,) = (tmp_path / "ws" / "quarantine").glob("1/*")
    assert len(quarantine.read_text().splitlines()) == 10


def test_the_tenant_is_the_one_asked_for(tmp_path: Path) -> None:
    with Workspace.create(tmp_path / "ws") as workspace:
        ingest(workspace, "fake", Fake(10), tmp_path, "other")
        assert (workspace.log.count("other"), workspace.log.count("default")) == (10, 0)
