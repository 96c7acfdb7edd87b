"""A workspace that learns every night keeps what it needs, and no more."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from segue.app import open_service
from segue.core.events import Play
from segue.jobs import tidy as module
from segue.jobs.tidy import UNUSED_S, tidy
from segue.runs.releases import Release, current_release, releases
from segue.runs.step import run_step
from segue.store import snapshot
from segue.store.workspace import Workspace

DAY_S = 86_400
NOW = 1_790_000_000_000


@pytest.fixture
def folder(planted: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "ws"
    shutil.copytree(planted, copy)
    return copy


def age(root: Path, seconds: float) -> None:
    """As if so much time had gone by."""
    for folder in root.glob("*"):
        then = folder.stat().st_mtime - seconds
        os.utime(folder, (then, then))


def step(root: Path, name: str) -> Path:
    def work(draft: Path) -> None:
        (draft / "x").write_text("x")

    return run_step(root / "runs", name, work, inputs=[], params={}, seed=0, code=[])[0]


def names(root: Path) -> set[str]:
    return {f.name for f in root.glob("*") if f.is_dir()}


def test_night_after_night(folder: Path, release_of: Callable[..., Release], tmp_path: Path) -> None:
    with Workspace.open(folder) as workspace:
        keep = workspace.settings.keep_releases
    for night in range(20):
        with Workspace.open(folder) as workspace:
            workspace.log.append([Play(id=f"n{night}", listener="L0", item="segue:track:t:a1t1", at=NOW + night,
                                       ms_played=200_000)])  # fmt: skip
        release_of(folder, tmp_path / f"scratch{night}")
        step(folder, f"night-{night}")
        with Workspace.open(folder) as workspace:
            tidy(workspace, "default")
        for part in ("runs", "snapshots"):
            age(folder / part, DAY_S)
    kept = releases(folder, "default")
    assert len(kept) == keep  # also where several were made within a second
    assert len(names(folder / "runs")) == UNUSED_S / DAY_S
    assert len(names(folder / "snapshots")) == UNUSED_S / DAY_S  # those of releases among them
    assert {r.manifest.snapshot for r in kept} <= names(folder / "snapshots")
    with open_service(folder) as service:
        assert service.home("L0").shelves


def test_what_a_release_was_made_from_stays_however_old(folder: Path) -> None:
    needed = current_release(folder, "default").manifest.snapshot
    with Workspace.open(folder) as workspace:
        workspace.log.append([Play(id="more", listener="L0", item="segue:track:t:a1t1", at=NOW, ms_played=200_000)])
        other = snapshot.take(workspace, "default").id
        age(folder / "snapshots", 2 * UNUSED_S)
        done = tidy(workspace, "another tenant")
    assert done.snapshots == (other,)
    assert names(folder / "snapshots") == {needed}


def test_what_is_taken_up_again_stays(folder: Path) -> None:
    first, second = step(folder, "first"), step(folder, "second")
    with Workspace.open(folder) as workspace:
        workspace.log.append([Play(id="more", listener="L0", item="segue:track:t:a1t1", at=NOW, ms_played=200_000)])
        taken = snapshot.take(workspace, "default").id
        for part in ("runs", "snapshots"):
            age(folder / part, 2 * UNUSED_S)
        assert step(folder, "second") == second
        assert snapshot.take(workspace, "default").id == taken
        assert tidy(workspace, "default") == module.Tidied((), (), (first.name,))
    assert taken in names(folder / "snapshots")


def test_drafts_and_files_are_not_its_own(folder: Path) -> None:
    (folder / "runs" / ".draft-1-x").mkdir(parents=True)
    (folder / "runs" / "ledger.sqlite").touch()
    with Workspace.open(folder) as workspace:
        assert tidy(workspace, "default", unused_s=-time.time()).outputs == ()
    assert (folder / "runs" / ".draft-1-x").is_dir()
    assert (folder / "runs" / "ledger.sqlite").is_file()
