"""What a workspace weighs that learns every night: MB on the disk, night by night.

    python benchmarks/nights.py [--nights 14] [--listeners 100] [--plays 2000]

A simulated world is made and released; then every night so many plays of its listeners come in, `segue train` learns
anew and promotes, and all that lies there is a day older. Files that several folders share by hard links count once, in
the first of them as the columns stand. The log grows with what was played, and is to: nothing of it is thrown away.
Prints Markdown.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

import numpy as np

from segue.core.events import Play
from segue.core.types import Kind
from segue.jobs.demo import import_world
from segue.jobs.train import train
from segue.runs.releases import current_release
from segue.store.snapshot import open_snapshot
from segue.store.workspace import Workspace

DAYS, DAY_MS = 60, 86_400_000
RECIPES, TRIALS = ("popular", "item-knn", "ease", "transitions", "same-tags", "blend"), 4  # as `segue demo` learns
PARTS = ("releases", "runs", "snapshots", "statistics", "events", "store.sqlite")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--nights", type=int, default=14)
    parser.add_argument("--listeners", type=int, default=100)
    parser.add_argument("--plays", type=int, default=2_000, help="a day")
    args = parser.parse_args()
    print(f"| night | {' | '.join(PARTS)} | all |\n|{'---|' * (len(PARTS) + 2)}")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "workspace"
        with Workspace.create(folder) as workspace:
            import_world(workspace, workspace.settings.tenant, listeners=args.listeners, days=DAYS, seed=0)
            learn(workspace)
        show(0, folder)
        for night in range(1, args.nights + 1):
            with Workspace.open(folder) as workspace:
                workspace.log.append(played(workspace, night, args.plays))
                learn(workspace)
            show(night, folder)
            for part in ("runs", "snapshots"):
                older(folder / part)


def learn(workspace: Workspace) -> None:
    train(workspace, workspace.settings.tenant, recipes=RECIPES, tuning_trials=TRIALS)


def played(workspace: Workspace, night: int, n: int) -> list[Play]:
    """The plays of a day: listeners go on as they did, each among all that was played."""
    rng, tenant = np.random.default_rng(night), workspace.settings.tenant
    snapshot = open_snapshot(current_release(workspace.path, tenant).snapshot_folder)
    data, who = snapshot.interactions(Kind.TRACK), snapshot.listeners
    rows = rng.integers(0, len(data.rows), n)
    owners = data.owners[np.searchsorted(data.indptr, rows, side="right") - 1]
    start = int(data.at.max()) + 1
    return [
        Play(
            id=f"night-{night}-{i}", tenant=tenant, listener=who.id(int(owner)), at=start + i * DAY_MS // n,
            item=snapshot.catalogue.uri(int(data.items[data.rows[row]])), ms_played=200_000,
        )
        for i, (row, owner) in enumerate(zip(rows.tolist(), owners.tolist(), strict=True))
    ]  # fmt: skip


def older(root: Path) -> None:
    """As if a day had gone by."""
    for folder in root.glob("*"):
        then = folder.stat().st_mtime - DAY_MS / 1000
        os.utime(folder, (then, then))


def show(night: int, folder: Path) -> None:
    seen, sizes = set[int](), []
    for part in PARTS:
        files = [p for p in ([folder / part, *(folder / part).rglob("*")]) if p.is_file()]
        stats = [s for s in (p.stat() for p in files) if s.st_ino not in seen]
        seen |= {s.st_ino for s in stats}
        sizes.append(sum(s.st_size for s in stats) / 1e6)
    print(f"| {night} | {' | '.join(f'{s:.1f}' for s in sizes)} | {sum(sizes):.1f} |", flush=True)


if __name__ == "__main__":
    main()
