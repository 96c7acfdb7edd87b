"""A workspace that has been run for a while: two releases, imports good and bad, dead letters, an evaluation."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import msgspec
import numpy as np

from segue.core.types import Kind
from segue.evaluation.evaluate import Protocol, Result
from segue.evaluation.leaderboard import Leaderboard, compare
from segue.importers.interactions import Interactions
from segue.jobs.evaluate import Board, keep
from segue.jobs.ingest import ingest
from segue.runs.releases import MANIFEST, Checked, Waiving, current_release, write_release
from segue.store.delivery import Rules, Sender
from segue.store.delivery.intake import Intake
from segue.store.delivery.reading import read_rows
from segue.store.workspace import Workspace

MARKUP = "<img src=x onerror=alert(1)>"
BAD_ROWS = 130
TENANT = "default"


def made_up_board(names: tuple[str, ...] = ("blend", "popular", "ease", "item-knn"), gain: float = 0.1) -> Leaderboard:
    """Figures of 200 listeners; the first of the names is so much better than the rest."""
    rng = np.random.default_rng(0)
    protocol = Protocol("the last fifth by time", "drop", "mid", "count", "d", Kind.TRACK, 200, 60, 900, 200, 0, 0)
    history, owners = rng.integers(1, 40, 200), np.arange(1, 201, dtype=np.int32)
    results = {}
    for i, name in enumerate(names):
        values = np.clip(0.3 + (gain if i == 0 else -0.01 * i) + 0.02 * rng.standard_normal(200), 0, 1)
        means = {"ndcg@10": float(values.mean()), "recall@10": 0.4, "coverage@10": 0.5}
        results[name] = Result(protocol, (10,), means, {"ndcg@10": values}, owners, history, 0.1)
    return compare(results)


def second_release(folder: Path, seed: int = 1, **changed: object) -> str:
    """Another release of the same models; its id."""
    now = current_release(folder, TENANT)
    manifest = msgspec.structs.replace(now.manifest, seed=seed, **changed)
    return write_release(folder, manifest, now.fitted).id


def broken_release(folder: Path) -> str:
    """A release that names a model which is not there."""
    id = second_release(folder, seed=2)
    shutil.rmtree(folder / "releases" / id / "models")
    return id


def stamp(folder: Path, release: str, created: str) -> None:
    """When a release says that it was made."""
    file = folder / "releases" / release / MANIFEST
    file.write_text(json.dumps(json.loads(file.read_text()) | {"created": created}))


def operate(planted: Path, folder: Path) -> tuple[str, str]:
    """Copy the planted workspace there and let things happen to it: (id of what serves, id of the other release)."""
    shutil.copytree(planted, folder)
    current = current_release(folder, TENANT).id
    waived = Waiving(name="volume", message="fewer events than before", reason="a short week", who="ada")
    other = second_release(folder, checked=Checked(warnings=("drift",), waived=(waived,)))
    stamp(folder, current, "2026-05-01T09:00:00+00:00")
    stamp(folder, other, "2026-05-08T09:00:00+00:00")
    rows = [f"L{i},t{i},1700000000" for i in range(40)]
    rows += [f"L1,{MARKUP},no time {i}" for i in range(BAD_ROWS)]
    table = folder.parent / "plays & more.csv"
    table.write_text("who,what,when\n" + "\n".join(rows) + "\n")
    with Workspace.open(folder) as workspace:
        importer = Interactions(listener="who", item="what", time="when", sep="comma")
        ingest(workspace, "interactions", importer, table, TENANT)
        ingest(workspace, "interactions", importer, table, TENANT)
        ingest(workspace, "interactions", importer, table, "another tenant")
        keep(workspace, TENANT, "an older snapshot", Board(Kind.TRACK, "listener", "blend", made_up_board(gain=0.0)))
        keep(workspace, TENANT, _snapshot(folder), Board(Kind.TRACK, "listener", "blend", made_up_board()))
        intake, now = Intake(workspace, TENANT), int(time.time() * 1000)
        play = {"type": "play", "id": "late", "listener": "L1", "at": now, "item": "segue:track:t:a0t0", "ms_played": 1}
        wrong = [{**play, "item": f"{MARKUP} {i}"} for i in range(3)] + [{**play, "id": "fine", "ms_played": "x"}]
        sent = [json.dumps(row).encode() for row in [play, *wrong]]
        intake.take([read_rows(sent, "event", TENANT, Rules(), Sender("phone", 1, 8, now))])
    return current, other


def _snapshot(folder: Path) -> str:
    return current_release(folder, TENANT).manifest.snapshot
