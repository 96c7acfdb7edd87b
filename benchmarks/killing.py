"""kill -9 at random moments, until 50 have hit a running import and 50 a running train.

Prints what was lost and exits 1 if anything acknowledged is missing, anything stands twice, a release is half-written,
or no release serves.

    python benchmarks/killing.py [ROUNDS]
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path

from segue.app import open_service
from segue.cli import main as segue
from segue.core.events import Play
from segue.fitted import load_model
from segue.importers import IMPORTERS
from segue.jobs import ingest
from segue.runs.releases import releases
from segue.store.workspace import Workspace

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__, "segue.cli.models", "segue.jobs.train", "segue.jobs.check"])
Tells = Callable[[int], None]


def read_history(workspace: Path, source: Path, tells: Tells) -> None:
    """An import in small batches that says how many events stand after each."""
    ingest.BATCH = 500
    importer = IMPORTERS["interactions"](listener="listener", item="item", time="time")  # type: ignore[call-arg]
    with Workspace.create(workspace) as opened:
        ingest.ingest(
            opened, "interactions", importer, source, "default", progress=lambda _: tells(opened.log.count("default"))
        )


def train(workspace: Path, _tells: Tells) -> None:
    segue(["--workspace", str(workspace), "train", "--recipe", "item-knn"])


def table(path: Path, rows: int, seed: int) -> None:
    """A listening history: `rows` different events."""
    rng = random.Random(seed)
    lines = [f"u{rng.randrange(60)},i{rng.randrange(1000)},{1_600_000_000 + 60 * n}" for n in range(rows)]
    path.write_text("listener,item,time\n" + "\n".join(lines) + "\n")


def killed(after: float | None, work: Callable[..., None], *given: Path) -> tuple[list[int], bool]:
    """Work in a process of its own, forked from one that has everything imported, and kill -9 after so many seconds:
    what it told, and whether it was still at work."""
    told, tells = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=_at_work, args=(work, given, tells))
    process.start()
    tells.close()
    process.join(after)
    process.kill()
    process.join()
    said = []
    with told:
        try:
            while True:
                said.append(told.recv())
        except (EOFError, OSError):  # the last words may have been cut short
            pass
    return said, process.exitcode == -signal.SIGKILL


def _at_work(work: Callable[..., None], given: tuple[Path, ...], tells: Connection) -> None:
    with (
        Path(os.devnull).open("w") as nowhere,
        contextlib.redirect_stderr(nowhere),
        contextlib.redirect_stdout(nowhere),
    ):
        work(*given, tells.send)


def kill_imports(root: Path, rounds: int, rng: random.Random) -> dict[str, int]:
    """Every round imports a longer history; whatever an import acknowledged before it was killed must stand."""
    workspace, rows = root / "ws", 0
    source, found = root / "plays.csv", {"kills": 0, "lost": 0, "twice": 0}
    while found["kills"] < rounds:
        rows += 2_000
        table(source, rows, seed=1)
        told, hit = killed(rng.uniform(0.05, 0.8), read_history, workspace, source)
        found["kills"] += hit
        acknowledged = max(told, default=0)
        with Workspace.create(workspace) as opened:
            ids = opened.log.read("default", columns=["id"]).column("id").to_pylist()
        found["twice"] += len(ids) - len(set(ids))
        found["lost"] += max(0, acknowledged - len(set(ids)))
    killed(None, read_history, workspace, source)
    with Workspace.open(workspace) as opened:
        found["rows"] = rows
        found["kept"] = opened.log.count("default")
    return found


def kill_trainings(root: Path, rounds: int, rng: random.Random) -> dict[str, int]:
    """Every round adds events and trains; killed or not, a whole release serves and none is half-written."""
    workspace = root / "ws"
    begun = time.monotonic()
    killed(None, train, workspace)
    took = time.monotonic() - begun
    found = {"kills": 0, "half": 0, "not serving": 0, "releases": 0}
    for n in count():
        if found["kills"] == rounds:
            break
        with Workspace.open(workspace) as opened:
            opened.log.append(
                [Play(id=f"k{n}", listener="u1", item=f"segue:track:i{n}", at=1_700_000_000_000, ms_played=60_000)]
            )
        found["kills"] += killed(rng.uniform(0.0, took), train, workspace)[1]
        for release in releases(workspace, "default"):
            try:
                for population in release.manifest.populations:
                    load_model(release.folder / population.model)
            except Exception:  # any failure to open is what this looks for
                found["half"] += 1
        with open_service(workspace) as service:
            found["not serving"] += not service.recommend("somebody new", n=5).items
    found["releases"] = len(releases(workspace, "default"))
    return found


def main(rounds: int) -> int:
    root = Path(tempfile.mkdtemp(prefix="segue-kill-"))
    rng = random.Random(0)
    try:
        imports = kill_imports(root, rounds, rng)
        print(f"import: {imports}", flush=True)
        trainings = kill_trainings(root, rounds, rng)
        print(f"train:  {trainings}", flush=True)
    finally:
        shutil.rmtree(root, ignore_errors=True)
    fine = not (imports["lost"] or imports["twice"] or trainings["half"] or trainings["not serving"])
    fine = fine and imports["rows"] == imports["kept"]
    print("nothing lost, nothing twice, always serving" if fine else "FAILED")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 50))
