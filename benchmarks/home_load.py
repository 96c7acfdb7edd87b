"""Home at a steady rate while events arrive, over worker processes, with a release swapped in the middle.

    python benchmarks/home_load.py [--rate 100] [--events 1000] [--workers 2] [--minutes 1] [--ahead]

The server is `segue serve --workers N` over 60,000 tracks and a log of as many listeners as asked, a blend of iALS and
item neighbours. Pages are asked for at random moments at the given rate, answered or not the ones before, each for a
listener drawn anew; events come in batches of 50, of other listeners. Half way the other of two releases is promoted;
memory of every process is read each minute. Times count from the moment a request was due. In the same run a route that
does nothing is asked ten times a second: its times are what this machine, its sockets and this client cost. Prints one
JSON object; failed requests of any kind are counted, `swap_failed` are those from the promotion on; pages that were due
in the SWAP_S seconds from the promotion on are told apart, too.

With `--ahead` everybody's page is made before the server starts, by `segue pages`, so that there is one to show while
more are asked for than can be made; those that are there from a run before stand. `made_in_this_run` counts the pages
that were not such ones, `short` those of them that have few shelves.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from home import make_workspace  # type: ignore[import-not-found]
from serve import Connections, processor_ms  # type: ignore[import-not-found]

from segue.runs.releases import current_release, promote, releases, write_release
from segue.store.workspace import Workspace

BATCH = 50
NOTHING_RATE = 10
CLIENTS = 32
SWAP_S = 15.0
RECIPE = "ials+item-knn"
START = """
import sys
from pathlib import Path
from segue.web.server import serve
serve(Path(sys.argv[1]), port=0, workers=int(sys.argv[2]), access_log=False,
      on_ready=lambda url: print(url, flush=True))
"""


def prepared(folder: Path, tracks: int, listeners: int) -> tuple[str, str]:
    """Two releases of one content, the first of them current; each has a snapshot of its own, as after a night."""
    if not folder.exists():
        make_workspace(folder, tracks, listeners, 10 * listeners, RECIPE)
    with Workspace.open(folder) as workspace:
        tenant = workspace.settings.tenant
    first = current_release(folder, tenant)
    others = [r.id for r in releases(folder, tenant) if r.manifest.snapshot != first.manifest.snapshot]
    if not others:
        import msgspec

        snapshot = f"{first.manifest.snapshot}-again"
        shutil.copytree(first.snapshot_folder, first.snapshot_folder.with_name(snapshot))
        manifest = msgspec.structs.replace(first.manifest, seed=first.manifest.seed + 1, snapshot=snapshot)
        models = {p.model: first.folder / p.model for p in manifest.populations}
        others = [write_release(folder, manifest, models).id]
    return first.id, others[0]


def make_ahead(folder: Path, workers: int) -> dict[str, Any]:
    """Make everybody's page, as `segue pages` does in the night; how long that took."""
    begin = time.perf_counter()
    command = [sys.executable, "-m", "segue.cli", "--workspace", str(folder), "pages", "--days", "36500"]
    subprocess.run([*command, "--workers", str(workers)], check=True)
    return {"ahead_s": round(time.perf_counter() - begin)}


def family(pid: int) -> list[int]:
    """A process and its children."""
    return [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]


def memory_mb(pids: list[int]) -> list[int]:
    """Of each: what it alone holds, in MB, and what all of it with the pages it shares."""
    out = []
    for pid in pids:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
        sizes = {line.split(":")[0]: int(line.split()[1]) for line in lines}
        out += [sizes["Pss"] // 1024]
    return out


async def load(args: argparse.Namespace, port: int, pids: list[int], folder: Path, other: str) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    http = Connections(port, CLIENTS)
    seconds = 60 * args.minutes
    took: dict[str, list[float]] = {"home": [], "events": [], "nothing": [], "home_swapping": []}
    failed: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    made: Counter[str] = Counter()
    swapped, began_ms = [float("inf")], int(time.time() * 1000)

    async def one(kind: str, due: float, method: str, path: str, body: bytes = b"") -> None:
        try:
            status, answer = await http.ask(method, path, body)
        except (OSError, asyncio.IncompleteReadError):
            status, answer = 0, b""
        took[kind].append(time.perf_counter() - due)
        if kind == "home" and swapped[0] <= due < swapped[0] + SWAP_S:
            took["home_swapping"].append(took[kind][-1])
        if kind == "home" and status == 200:
            seen[answer.partition(b'"release":"')[2].partition(b'"')[0].decode()] += 1
            end = answer.rpartition(b'"made":')[2]
            made["here"] += int(end.rstrip(b"}").partition(b",")[0]) >= began_ms
            made["short"] += b'"short":true' in end
        if status not in (200, 202):
            failed[f"{kind} {status}"] += 1
            if due >= swapped[0]:
                failed["swap_failed"] += 1

    def listener() -> str:
        return f"L{int(rng.integers(args.listeners))}"

    def events(n: int) -> bytes:
        now = int(time.time() * 1000)
        return json.dumps([
            {"type": "play", "id": f"load-{now}-{n}-{i}", "listener": listener(), "at": now, "ms_played": 200_000,
             "item": f"segue:track:bench:{int(args.tracks * rng.power(0.3))}"} for i in range(BATCH)
        ]).encode()  # fmt: skip

    async def stream(kind: str, per_second: float, begin: float) -> list[asyncio.Task[None]]:
        tasks: list[asyncio.Task[None]] = []
        due = begin
        while per_second > 0 and (due := due + rng.exponential(1 / per_second)) < begin + seconds:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            if kind == "home":
                work = one(
                    kind, due, "GET", f"/v1/home?impressions={str(args.impressions).lower()}&listener={listener()}"
                )
            elif kind == "nothing":
                work = one(kind, due, "GET", "/api/health/live")
            else:
                work = one(kind, due, "POST", "/v1/events", events(len(tasks)))
            tasks.append(asyncio.create_task(work))
        return tasks

    async def swap(begin: float) -> None:
        await asyncio.sleep(max(0.0, begin + seconds / 2 - time.perf_counter()))
        promote(folder, "default", other)
        swapped[0] = time.perf_counter()

    async def watch(begin: float) -> list[list[int]]:
        """Memory, minute by minute."""
        out = [memory_mb(pids)]
        while (left := begin + seconds - time.perf_counter()) > 0:
            await asyncio.sleep(min(60.0, left))
            out.append(memory_mb(pids))
        return out

    for _ in range(args.warm):
        await http.ask("GET", f"/v1/home?listener={listener()}")
    used, begin = sum(map(processor_ms, pids)), time.perf_counter()
    *streams, memory, _ = await asyncio.gather(
        stream("home", args.rate, begin), stream("events", args.events / BATCH, begin),
        stream("nothing", NOTHING_RATE, begin), watch(begin), swap(begin),
    )  # fmt: skip
    for tasks in streams:
        await asyncio.gather(*tasks)
    lasted = time.perf_counter() - begin
    after = sum(map(processor_ms, pids))
    http.close()
    out: dict[str, Any] = {
        "seconds": round(lasted, 1), "failed": sum(n for k, n in failed.items() if k != "swap_failed"),
        "swap_failed": failed["swap_failed"], "what_failed": dict(failed), "pages_by_release": dict(seen),
        "made_in_this_run": made["here"], "short": made["short"],
        "server_cpu_share": round((after - used) / 1000 / lasted, 2), "memory_mb": memory,
    }  # fmt: skip
    for kind, values in took.items():
        if values:
            ms = np.array(values) * 1000
            out[kind] = {"requests": len(ms)} | {
                f"p{q}_ms": round(float(np.percentile(ms, q)), 2) for q in (50, 90, 98, 99)
            }
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--rate", type=float, default=100)
    parser.add_argument("--events", type=float, default=1000, help="a second")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--listeners", type=int, default=100_000)
    parser.add_argument("--tracks", type=int, default=60_000)
    parser.add_argument("--warm", type=int, default=200, help="pages before the clock starts")
    parser.add_argument("--ahead", action="store_true", help="everybody's page is made before")
    parser.add_argument("--impressions", action="store_true", help="log what is shown, as the page asks for")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.workspace or Path(scratch) / "workspace"
        first, other = prepared(folder, args.tracks, args.listeners)
        promote(folder, "default", first)
        ahead = make_ahead(folder, args.workers) if args.ahead else {}
        command = [sys.executable, "-c", START, str(folder), str(args.workers)]
        begin = time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            url = server.stdout.readline().strip()
            started = time.perf_counter() - begin
            try:
                pids = family(server.pid)
                out = asyncio.run(load(args, int(url.rstrip("/").rpartition(":")[2]), pids, folder, other))
            finally:
                server.terminate()
        head = {"start_s": round(started, 2), "load": [round(x, 1) for x in os.getloadavg()], "rate": args.rate}
        json.dump(head | ahead | {"events_rate": args.events, "workers": args.workers} | out, sys.stdout, indent=1)
        print()


if __name__ == "__main__":
    main()
