"""How long a server takes from its start to its first page, and what memory it then holds: 60,000 tracks.

    python benchmarks/cold_start.py [--workspace DIR] [--runs 5] [--workers 1] [--since 0]

Without --workspace the one of benchmarks/home_load.py is made (60,000 tracks, 100,000 listeners, a million plays). The
page cache is as the machine has it. With --since so many plays come after the snapshot first, which the server has to
take in when it starts. Seconds by the clock and of the processor, to the first line that says it listens and to the
first page; memory when that page is answered, of the largest process: `rss` counts mapped files that others share,
`pss` its part of them. Prints one JSON object, the median of the runs and the worst.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import numpy as np
from home_load import START, family, prepared  # type: ignore[import-not-found]
from serve import processor_ms  # type: ignore[import-not-found]

from segue.core.events import Play
from segue.runs.releases import current_release
from segue.store.snapshot import open_snapshot
from segue.store.workspace import Workspace

AT_ONCE = 20_000  # plays a commit


def memory(pid: int, name: str) -> float:
    """MB of a process."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    return 0.0


def happened(folder: Path, tracks: int, listeners: int, n: int) -> int:
    """Plays that come after the snapshot; how many there are now."""
    with Workspace.open(folder) as workspace:
        log, tenant = workspace.log, workspace.settings.tenant
        before = log.last_seq - open_snapshot(current_release(folder, tenant).snapshot_folder).last_seq
        rng, now = np.random.default_rng(log.last_seq), int(time.time() * 1000)
        for start in range(0, n, AT_ONCE):
            size = min(AT_ONCE, n - start)
            who, what = rng.integers(listeners, size=size), (tracks * rng.power(0.3, size)).astype(int)
            log.append([
                Play(id=f"since-{now}-{start + i}", listener=f"L{u}", item=f"segue:track:bench:{t}", at=now + start + i,
                     ms_played=200_000)
                for i, (u, t) in enumerate(zip(who.tolist(), what.tolist()))
            ])  # fmt: skip
        return before + n


def run(folder: Path, workers: int) -> dict[str, float]:
    began = time.perf_counter()
    command = [sys.executable, "-c", START, str(folder), str(workers)]
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}  # as ./run does
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        listens = time.perf_counter() - began
        pids = family(server.pid)
        cpu = sum(map(processor_ms, pids)) / 1000
        with urllib.request.urlopen(f"{url}v1/home?listener=L7") as answer:
            assert json.load(answer)["shelves"]
        page = time.perf_counter() - began
        out = {
            "listens_s": listens, "listens_cpu_s": cpu, "page_s": page,
            "page_cpu_s": sum(map(processor_ms, pids)) / 1000, "rss_mb": max(memory(p, "Rss") for p in pids),
            "pss_mb": max(memory(p, "Pss") for p in pids),
        }  # fmt: skip
        server.terminate()
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--since", type=int, default=0, help="plays after the snapshot, beside those that are there")
    parser.add_argument("--tracks", type=int, default=60_000)
    parser.add_argument("--listeners", type=int, default=100_000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.workspace or Path(scratch) / "workspace"
        prepared(folder, args.tracks, args.listeners)
        since = happened(folder, args.tracks, args.listeners, args.since)
        runs = [run(folder, args.workers) for _ in range(args.runs)]
    each = {name: [r[name] for r in runs] for name in runs[0]}
    out = {name: [round(float(np.median(x)), 2), round(max(x), 2)] for name, x in each.items()}
    told = {"median_and_worst": out, "runs": args.runs, "since": since, "load": round(os.getloadavg()[0], 1)}
    json.dump(told, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
