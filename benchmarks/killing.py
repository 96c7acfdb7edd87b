"""kill -9 at random moments, until 50 have hit a running import and 50 a running train.

Prints what was lost and exits 1 if anything acknowledged is missing, anything stands twice, a release is half-written,
or no release serves.

    python benchmarks/killing.py [ROUNDS]
"""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import tempfile
from itertools import count
from pathlib import Path

from segue.app import open_service
from segue.fitted import load_model
from segue.runs.releases import releases
from segue.store.workspace import Workspace

IMPORT = """
import sys
from pathlib import Path
from segue.importers import IMPORTERS
from segue.jobs import ingest
ingest.BATCH = 500
importer = IMPORTERS["interactions"](listener="listener", item="item", time="time")
with ingest.Workspace.create(Path(sys.argv[1])) as workspace:
    ingest.ingest(workspace, "interactions", importer, Path(sys.argv[2]), "default",
                  progress=lambda _: print("ack", workspace.log.count("default"), flush=True))
print("done", flush=True)
"""


def table(path: Path, rows: int, seed: int) -> None:
    """A listening history: `rows` different events."""
    rng = random.Random(seed)
    lines = [f"u{rng.randrange(60)},i{rng.randrange(1000)},{1_600_000_000 + 60 * n}" for n in range(rows)]
    path.write_text("listener,item,time\n" + "\n".join(lines) + "\n")


def killed(command: list[str], after: float) -> tuple[list[str], bool]:
    """Run and kill -9 after so many seconds: what was printed, and whether it was still running."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        process.wait(timeout=after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    out, _ = process.communicate()
    return out.splitlines(), process.returncode == -signal.SIGKILL


def kill_imports(root: Path, rounds: int, rng: random.Random) -> dict[str, int]:
    """Every round imports a longer history; whatever an import acknowledged before it was killed must stand."""
    workspace, rows = root / "ws", 0
    source, found = root / "plays.csv", {"kills": 0, "lost": 0, "twice": 0}
    while found["kills"] < rounds:
        rows += 2_000
        table(source, rows, seed=1)
        lines, hit = killed([sys.executable, "-c", IMPORT, str(workspace), str(source)], rng.uniform(0.6, 1.5))
        found["kills"] += hit
        acknowledged = max([int(line.split()[1]) for line in lines if line.startswith("ack")], default=0)
        with Workspace.create(workspace) as opened:
            ids = opened.log.read("default", columns=["id"]).column("id").to_pylist()
        found["twice"] += len(ids) - len(set(ids))
        found["lost"] += max(0, acknowledged - len(set(ids)))
    with Workspace.open(workspace) as opened:
        from segue.importers import IMPORTERS
        from segue.jobs.ingest import ingest

        importer = IMPORTERS["interactions"](listener="listener", item="item", time="time")  # type: ignore[call-arg]
        ingest(opened, "interactions", importer, source, "default")
        found["rows"] = rows
        found["kept"] = opened.log.count("default")
    return found


def kill_trainings(root: Path, rounds: int, rng: random.Random) -> dict[str, int]:
    """Every round adds events and trains; killed or not, a whole release serves and none is half-written."""
    from segue.core.events import Play

    workspace = root / "ws"
    train = [sys.executable, "-m", "segue.cli", "--workspace", str(workspace), "train", "--recipe", "item-knn"]
    subprocess.run(train, check=True, stderr=subprocess.DEVNULL)
    found = {"kills": 0, "half": 0, "not serving": 0, "releases": 0}
    for n in count():
        if found["kills"] == rounds:
            break
        with Workspace.open(workspace) as opened:
            opened.log.append(
                [Play(id=f"k{n}", listener="u1", item=f"segue:track:i{n}", at=1_700_000_000_000, ms_played=60_000)]
            )
        found["kills"] += killed(train, rng.uniform(0.3, 3.5))[1]
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
