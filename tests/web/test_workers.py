"""Two real worker processes over a small released workspace: one log, one set of counts, nobody turned away."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import httpx
import pytest

from segue.runs.releases import current_release, promote
from segue.store.workspace import Workspace

START = """
import sys
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from segue.web.server import serve
serve(Path(sys.argv[1]), port=0, workers=int(sys.argv[2]), drain_s=float(sys.argv[3]),
      on_ready=lambda url: print(url, flush=True))
print("ended well", flush=True)
"""


def started(folder: Path, workers: int, drain_s: float = 0.0) -> tuple[subprocess.Popen[str], str]:
    """A server and its URL."""
    command = [sys.executable, "-c", START, str(folder), str(workers), str(drain_s)]
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    assert line, (folder / "server.log").read_text()
    return process, line


def children(pid: int) -> list[int]:
    return [int(x) for x in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.fixture(scope="module")
def folder(planted: Path, release_of, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with two releases, the first of them current."""
    folder = tmp_path_factory.mktemp("crew") / "ws"
    shutil.copytree(planted, folder)
    first = current_release(folder, "default").id
    release_of(folder, tmp_path_factory.mktemp("second"), ("show",))
    promote(folder, "default", first)
    return folder


@pytest.fixture(scope="module")
def crew(folder: Path):
    process, url = started(folder, 2)
    with process:
        yield process, url
        process.terminate()


pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads /proc")


def test_an_event_that_reaches_both_is_kept_once_and_is_known_to_both(crew, folder):
    _, url = crew
    play = {
        "type": "play",
        "listener": "L0",
        "item": "segue:track:t:a5t1",
        "at": int(time.time() * 1000),
        "ms_played": 180_000,
    }

    def ask(method: str, path: str, body: object = None) -> Any:
        """On a connection of its own: either process may take it."""
        alone = HTTPConnection("127.0.0.1", int(url.rsplit(":", 1)[1].strip("/")), timeout=60)
        try:
            alone.request(method, path, json.dumps(body) if body else None, {"content-type": "application/json"})
            answer = alone.getresponse()
            told = json.loads(answer.read())
            assert answer.status in (200, 202), told
            return told
        finally:
            alone.close()

    def send(i: int) -> dict[str, int]:
        counted: dict[str, int] = ask("POST", "/v1/events", [play | {"id": f"e{i % 10}-{j}"} for j in range(5)])
        own = play | {"id": f"own{i}", "listener": f"new{i}"}
        ask("POST", "/v1/events", own)
        history = ask("GET", f"/v1/listeners/new{i}/history")
        assert history[0]["uri"] == own["item"]
        return counted

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(20)))
    assert sum(a["accepted"] for a in answers) == 50
    assert sum(a["duplicates"] for a in answers) == 50
    with Workspace.open(folder) as workspace:
        ids = workspace.log.read("default")["id"].to_pylist()
    assert len(ids) == len(set(ids))
    assert sum(id.startswith("e") for id in ids) == 50


def test_a_release_is_swapped_without_a_failed_request_and_counts_are_of_all(crew, folder):
    process, url = crew
    seen: Counter[str] = Counter()
    stop = threading.Event()

    def ask(i: int) -> None:
        with httpx.Client(timeout=30) as http:
            while not stop.is_set():
                answer = http.get(url + f"v1/home?listener=L{i}")
                seen[answer.json()["release"] if answer.status_code == 200 else str(answer.status_code)] += 1

    first = current_release(folder, "default").id
    second = next(r.name for r in (folder / "releases").glob("r-*") if r.name != first)
    with ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(ask, i) for i in range(4)]
        while not seen[first]:
            time.sleep(0.01)
        promote(folder, "default", second)
        until = time.monotonic() + 30
        while seen[second] < 20 and time.monotonic() < until:
            time.sleep(0.05)
        stop.set()
        for one in asking:
            one.result()
    assert set(seen) == {first, second}
    total = sum(seen.values())
    time.sleep(2.2)  # for what each tells of itself now and then
    text = httpx.get(url + "metrics").text
    assert f'segue_http_requests_total{{method="GET",route="/v1/home",status="200"}} {total}.0' in text
    assert len(children(process.pid)) == 2


def test_a_worker_that_dies_is_replaced(crew):
    process, url = crew
    before = children(process.pid)
    os.kill(before[0], signal.SIGKILL)
    until = time.monotonic() + 30
    while len(set(children(process.pid)) - {before[0]}) < 2 and time.monotonic() < until:
        time.sleep(0.05)
    assert len(set(children(process.pid)) - {before[0]}) == 2
    assert httpx.get(url + "api/health/ready", timeout=30).status_code == 200


def test_told_to_stop_it_drains_finishes_and_ends_well(folder, tmp_path):
    own = tmp_path / "ws"
    shutil.copytree(folder, own)
    process, url = started(own, 1, drain_s=0.5)
    with httpx.Client(timeout=30) as http:
        assert http.get(url + "api/health").json()["status"] == "ready"
        process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        assert http.get(url + "api/health").status_code == 503
        play = {
            "type": "play",
            "id": "late",
            "listener": "L0",
            "item": "segue:track:t:a5t1",
            "at": int(time.time() * 1000),
            "ms_played": 1,
        }
        assert http.post(url + "v1/events", json=play).status_code == 202  # still taken, and kept
        http.get(url + "v1/home?listener=L0&impressions=true")
    out, _ = process.communicate(timeout=20)
    assert (process.returncode, out.strip()) == (0, "ended well")
    with Workspace.open(own) as workspace:
        kept = workspace.log.read("default")["id"].to_pylist()
    assert "late" in kept
    assert any(id.startswith("page:") for id in kept)  # what was shown is written before the end


def test_workers_end_with_their_watcher(crew):
    """Killed as the last of this module: nobody is left who would end them, and they would keep the port."""
    process, url = crew
    workers = children(process.pid)
    process.kill()
    process.wait()
    until = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in workers) and time.monotonic() < until:
        time.sleep(0.05)
    with pytest.raises(httpx.ConnectError):
        httpx.get(url + "api/health")
