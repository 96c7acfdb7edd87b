"""Home over HTTP at a steady rate while events arrive: milliseconds from the moment each request was due.

    python benchmarks/serve.py [--workspace DIR] [--rate 50] [--events 20] [--seconds 30]

The server runs in a process of its own. With --impressions all that is shown is logged, too. Requests are due at random
moments whether or not earlier ones were answered (open loop), so that waiting counts. In the same run a route that
does nothing is asked ten times a second: its times are what the machine, the sockets and this client cost. Without
--workspace a synthetic one of 60,000 tracks is made, served by a blend of all default recipes. `server_cpu_ms` is
processor time of the server for each Home, all else that it did in the run included.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import deque
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
from home import make_workspace  # the benchmark beside this one

NOTHING_RATE = 10
NOT_SERVING = ("torch", "segue.models", "segue.jobs")  # what a server must do without
START = f"""
import sys
from pathlib import Path
from segue.web.server import serve
def ready(url):
    print(url, *(m for m in {NOT_SERVING} if m in sys.modules), flush=True)
serve(Path(sys.argv[1]), port=0, on_ready=ready)
"""


class Connections:
    """HTTP/1.1 with connections that are kept; as little work as will do, since it shares the machine.

    Each of `clients` has a connection of its own and they ask by turns, so that worker processes get like parts; more
    are opened where all of them wait.
    """

    def __init__(self, port: int, clients: int = 1) -> None:
        self.port, self.clients, self.opened = port, clients, 0
        self.free = deque[tuple[asyncio.StreamReader, asyncio.StreamWriter]]()

    async def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        pair = self._idle() if self.opened >= self.clients else None
        if pair is None:
            self.opened += 1
            pair = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = pair
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost:{self.port}\r\n"
        if body:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        writer.write(head.encode() + b"\r\n" + body)
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        length = next(int(v) for k, _, v in (line.partition(":") for line in lines) if k.lower() == "content-length")
        answer = await reader.readexactly(length)
        self.free.append(pair)
        return int(lines[0].split()[1]), answer

    def _idle(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        """One that the server has not closed meanwhile: it does so after 15 seconds without a request."""
        while self.free:
            reader, writer = self.free.popleft()
            if not reader.at_eof():
                return reader, writer
            writer.close()
        return None

    def close(self) -> None:
        for _, writer in self.free:
            writer.close()


async def load(
    port: int, pid: int, rate: float, events: float, seconds: float, impressions: bool, even: bool, prefix: str = "L"
) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    http = Connections(port)
    who = [
        x["id"]
        for digit in range(10)
        for x in json.loads((await http.ask("GET", f"/v1/listeners?limit=200&prefix={prefix}{digit}"))[1])
    ]
    page = json.loads((await http.ask("GET", f"/v1/home?listener={quote(who[0], safe='')}"))[1])
    songs = [c["uri"] for shelf in page["shelves"] for c in shelf["cards"]]
    took: dict[str, list[float]] = {"home": [], "events": [], "nothing": []}
    failed = 0
    wait = float if even else rng.exponential

    async def one(kind: str, due: float, method: str, path: str, body: bytes = b"") -> None:
        nonlocal failed
        status, _ = await http.ask(method, path, body)
        took[kind].append(time.perf_counter() - due)
        failed += status not in (200, 202)

    async def stream(kind: str, per_second: float, begin: float) -> list[asyncio.Task[None]]:
        tasks, due = [], begin
        while per_second > 0 and (due := due + wait(1 / per_second)) < begin + seconds:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            listener, song = who[int(rng.integers(len(who)))], songs[int(rng.integers(len(songs)))]
            if kind == "home":
                path = f"/v1/home?impressions={str(impressions).lower()}&listener={quote(listener, safe='')}"
                tasks.append(asyncio.create_task(one(kind, due, "GET", path)))
            elif kind == "nothing":
                tasks.append(asyncio.create_task(one(kind, due, "GET", "/api/health/live")))
            else:
                play = {"type": "play", "id": f"bench-{due}", "listener": listener, "item": song,
                        "at": int(time.time() * 1000), "ms_played": 200_000}  # fmt: skip
                tasks.append(asyncio.create_task(one(kind, due, "POST", "/v1/events", json.dumps(play).encode())))
        return tasks

    for _ in range(20):
        await http.ask("GET", f"/v1/home?listener={quote(who[1], safe='')}")
    used, begin = processor_ms(pid), time.perf_counter()
    streams = await asyncio.gather(
        stream("home", rate, begin), stream("events", events, begin), stream("nothing", NOTHING_RATE, begin)
    )
    await asyncio.gather(*(task for tasks in streams for task in tasks))
    http.close()
    out: dict[str, Any] = {"shelves": len(page["shelves"]), "listeners": len(who), "failed": failed}
    out["server_cpu_ms"] = round((processor_ms(pid) - used) / len(took["home"]), 2)
    for kind, values in took.items():
        if values:
            ms = np.array(values) * 1000
            out[kind] = {"requests": len(ms)} | {f"p{q}_ms": round(float(np.percentile(ms, q)), 2) for q in (50, 99)}
    for q in (50, 99):
        out[f"home_to_nothing_p{q}"] = round(out["home"][f"p{q}_ms"] / out["nothing"][f"p{q}_ms"], 1)
    return out


def processor_ms(pid: int) -> float:
    """Of all threads of a process so far; 0 where the system does not say."""
    stat = Path(f"/proc/{pid}/stat")
    fields = stat.read_text().rpartition(")")[2].split() if stat.exists() else ["0"] * 13
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def measure(
    workspace: Path, rate: float, events: float, seconds: float, impressions: bool, even: bool
) -> dict[str, Any]:
    begin = time.perf_counter()
    command = [sys.executable, "-c", START, str(workspace)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        url, *loaded = server.stdout.readline().split()
        started = time.perf_counter() - begin
        try:
            out = asyncio.run(
                load(int(url.rstrip("/").rpartition(":")[2]), server.pid, rate, events, seconds, impressions, even)
            )
        finally:
            server.terminate()
    head = {"start_s": round(started, 2), "loaded_needlessly": loaded, "load": os.getloadavg()[0]}
    return head | {"rate": rate, "events_rate": events} | out


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--events", type=float, default=20)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--impressions", action="store_true", help="log what is shown, as the page asks for")
    parser.add_argument("--even", action="store_true", help="requests a fixed time apart, not at random moments")
    parser.add_argument("--tracks", type=int, default=60_000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.workspace or Path(scratch) / "workspace"
        if not folder.exists():
            make_workspace(folder, args.tracks, 2000, 300_000, "blend")
        json.dump(
            measure(folder, args.rate, args.events, args.seconds, args.impressions, args.even), sys.stdout, indent=1
        )
        print()


if __name__ == "__main__":
    main()
