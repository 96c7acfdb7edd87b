"""kill -9 of a server at random moments while batches arrive over HTTP, and a full disk: what was acknowledged stands,
once, and the server comes back by itself.

    python benchmarks/delivery_kills.py [KILLS]

Each server is forked from a process that has everything imported, so that a round takes a fraction of a second; what is
killed is the whole server: sockets, queue, writer, database. A batch without an answer is sent again after the kill.
For the full disk the size that the server's files may have is limited while it runs, and then no longer.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from itertools import count
from pathlib import Path

from segue.store import seen_runs, sqlite
from segue.store.segments import orphans
from segue.store.workspace import Workspace
from segue.web.server import serve

SENDERS, BATCH = 3, 40
KB = 1 << 10


def forked(workspace: Path) -> tuple[int, int]:
    """A server in a process of its own: process id and port, once it listens."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # its log
            serve(workspace, port=0, on_ready=lambda url: os.write(writer, (url + "\n").encode()) and None)
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        url = pipe.readline().decode()
    if not url:
        raise RuntimeError("the server did not come up")
    return pid, int(url.rstrip("/\n").rpartition(":")[2])


class Senders:
    """Threads that send numbered events, and keep what was answered."""

    def __init__(self, seed: int) -> None:
        self.acknowledged: set[str] = set()
        self.sent: set[str] = set()
        self.statuses: Counter[int] = Counter()
        self.numbers = count()
        self.lock = threading.Lock()
        self.left: list[list[str]] = []  # batches without an answer
        self.seed = seed

    def run(self, port: int, stop: threading.Event) -> list[threading.Thread]:
        threads = [threading.Thread(target=self._send, args=(port, stop)) for _ in range(SENDERS)]
        for thread in threads:
            thread.start()
        return threads

    def wait_for_answer(self) -> None:
        """Until one more batch is acknowledged, or 10 s."""
        before, end = self.statuses[202], time.monotonic() + 10
        while self.statuses[202] == before and time.monotonic() < end:
            time.sleep(0.005)

    def _send(self, port: int, stop: threading.Event) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        while not stop.is_set():
            with self.lock:
                if self.left:
                    ids = self.left.pop()
                else:
                    ids = [f"{self.seed}-{next(self.numbers)}" for _ in range(BATCH)]
                    self.sent.update(ids)
            if not self._one(connection, ids):
                with self.lock:
                    self.left.append(ids)
                if self.statuses[0] and not stop.is_set():
                    stop.wait(0.01)
        connection.close()

    def _one(self, connection: http.client.HTTPConnection, ids: list[str]) -> bool:
        now = int(time.time() * 1000)
        events = [{"type": "play", "id": i, "listener": f"l{hash(i) % 50}", "item": f"segue:track:{hash(i) % 500}",
                   "at": now, "ms_played": 1000} for i in ids]  # fmt: skip
        try:
            connection.request("POST", "/v1/events", json.dumps(events), {"content-type": "application/json"})
            answer = connection.getresponse()
            said = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            self.statuses[0] += 1
            connection.close()
            return False
        self.statuses[answer.status] += 1
        if answer.status != 202:
            return False
        assert len(said["verdicts"]) == len(ids)
        assert not said["rejected"], said["rejected"][:1]
        with self.lock:
            self.acknowledged.update(ids)
        return True


def found(workspace: Path, senders: Senders) -> dict[str, int]:
    """What the log holds against what was acknowledged."""
    with Workspace.open(workspace) as opened:
        ids = opened.log.read("default", columns=["id"])["id"].to_pylist()
        left = len([*orphans(workspace, opened.database.connection), *opened.database.orphans()])
    kept = set(ids)
    return {
        "acknowledged": len(senders.acknowledged), "lost": len(senders.acknowledged - kept),
        "twice": len(ids) - len(kept), "not sent by us": len(kept - senders.sent), "files of nobody": left,
    }  # fmt: skip


def killed(workspace: Path, kills: int, rng: random.Random) -> dict[str, int]:
    """As many kills at random moments."""
    senders, back = Senders(1), 0
    for _ in range(kills):
        pid, port = forked(workspace)
        back += 1
        stop = threading.Event()
        threads = senders.run(port, stop)
        if rng.random() < 0.8:  # the rest is hit while it opens the workspace
            senders.wait_for_answer()
        time.sleep(rng.uniform(0.0, 0.15))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        stop.set()
        for thread in threads:
            thread.join()
    return {"kills": kills, "came back": back, **found(workspace, senders)}


def full_disk(workspace: Path, rounds: int) -> dict[str, int]:
    """No room, then room again, while the same server runs on."""
    senders, refused, again = Senders(2), 0, 0
    pid, port = forked(workspace)
    try:
        for _ in range(rounds):
            stop = threading.Event()
            biggest = max(f.stat().st_size for f in workspace.rglob("*") if f.is_file())
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (biggest + 64 * KB, resource.RLIM_INFINITY))
            threads = senders.run(port, stop)
            before, end = senders.statuses[503], time.monotonic() + 10
            while senders.statuses[503] == before and time.monotonic() < end:
                time.sleep(0.02)
            refused += senders.statuses[503] > before
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            before = senders.statuses[202]
            senders.wait_for_answer()
            again += senders.statuses[202] > before
            stop.set()
            for thread in threads:
                thread.join()
    finally:
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)
    out = {"rounds": rounds, "refused with 503": refused, "taken again without a restart": again}
    return {**out, **found(workspace, senders)}


def main(kills: int) -> int:
    root = Path(tempfile.mkdtemp(prefix="segue-kills-"))
    try:
        for name in ("killed", "full"):
            Workspace.create(root / name).close()
        # So that sealing is hit, too, and the merging of dedupe keys:
        (root / "killed" / "segue.toml").write_text("seal_rows = 2000\n")
        sqlite.BULK, seen_runs.AT_ONCE, seen_runs.SEVERAL = BATCH, 2 * BATCH, 3
        by_kill = killed(root / "killed", kills, random.Random(0))
        print(f"killed:    {by_kill}", flush=True)
        by_disk = full_disk(root / "full", max(1, min(10, kills // 5)))
        print(f"full disk: {by_disk}", flush=True)
    finally:
        shutil.rmtree(root, ignore_errors=True)
    fine = not any(
        r[what] for r in (by_kill, by_disk) for what in ("lost", "twice", "not sent by us", "files of nobody")
    )
    fine = fine and by_kill["acknowledged"] > 0 and by_disk["taken again without a restart"] == by_disk["rounds"]
    fine = fine and by_disk["refused with 503"] == by_disk["rounds"]
    print("nothing lost, nothing twice, back by itself" if fine else "FAILED")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000))
