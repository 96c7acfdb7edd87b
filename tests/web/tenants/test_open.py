"""How many tenants are open at a time, and that nothing is lost when they come and go."""

import asyncio
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from tests.web.fake import FakeService
from tests.web.tenants.door import NOW

from segue.store.workspace import Workspace
from segue.web.auth import Keys, Scope
from segue.web.metrics import Metrics
from segue.web.service import Backend, Busy
from segue.web.tenants import Tenant, Tenants


def asked(metrics: Metrics) -> dict[tuple[str, str], int]:
    """Requests by tenant and status."""
    family = next(f for f in metrics.families(whole=True) if f.name == "segue_tenant_requests")
    return {(s.labels["tenant"], s.labels["status"]): int(s.value) for s in family.samples if s.name.endswith("_total")}


def test_so_many_are_open_and_the_one_asked_longest_ago_makes_room():
    closed: list[str] = []

    class Told(Backend):
        def close(self) -> None:
            closed.append(self.current.tenant if self.current else "")
            super().close()

    metrics = Metrics()

    def made(name: str) -> Tenant:
        service: Any = FakeService()
        service.tenant = name
        return Tenant(name, Told(lambda: service), metrics)

    async def story() -> None:
        tenants = Tenants(made("default"), made, 2, metrics)
        tenants.own.backend.open()
        assert tenants.of("") is tenants.of("default") is tenants.own
        a, b = tenants.of("a"), tenants.of("b")
        assert tenants.of("a") is a
        while b.backend.current is None or a.backend.current is None:
            await asyncio.sleep(0.01)
        metrics.look(b.backend, "b")
        for name, status in (("a", 200), ("b", 200), ("b", 404), ("b", 429), ("never opened", 403)):
            metrics.answered(name, status)
        assert asked(metrics) == {("", "4xx"): 1, ("a", "2xx"): 1, ("b", "2xx"): 1, ("b", "4xx"): 2}
        a.take()
        tenants.of("c")
        assert [t.name for t in tenants.open] == ["default", "a", "c"], "a is being asked"
        while closed != ["b"]:
            await asyncio.sleep(0.01)
        assert b'segue_ready{tenant="b"}' not in metrics.text()
        assert asked(metrics) == {("", "2xx"): 1, ("", "4xx"): 3, ("a", "2xx"): 1}, "b is summed into the rest"
        metrics.answered("b", 200)
        assert asked(metrics)["", "2xx"] == 2, "an answer that was under way when it was let go"
        tenants.of("c").take()
        with pytest.raises(Busy):
            tenants.of("d")
        a.leave()
        tenants.let_go(0.0)
        assert [t.name for t in tenants.open] == ["default", "c"], "nobody asks a any more"
        tenants.let_go()
        assert len(tenants.open) == 2
        await tenants.close()
        assert sorted(closed) == ["a", "b", "c", "default"]

    asyncio.run(story())


SERVE = """
import sys
from pathlib import Path
from segue.web.server import serve
serve(Path(sys.argv[1]), port=0, on_ready=lambda url: print(url, flush=True))
print("ended well", flush=True)
"""


def test_a_real_server_keeps_what_four_tenants_tell_it_though_one_other_may_be_open(tmp_path):
    """Tenants come and go under load, and what was acknowledged is in the log of whose key it was."""
    folder = tmp_path / "ws"
    Workspace.create(folder).close()
    (folder / "segue.toml").write_text("tenants_open = 1\n")
    names = ("default", "a", "b", "c")
    keys = {name: Keys(folder, name).create((Scope.INGEST,))[0] for name in names}
    kept: dict[str, set[str]] = {name: set() for name in names}
    lock = threading.Lock()
    command = [sys.executable, "-c", SERVE, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()

        def send(i: int) -> None:
            name = names[i % 4]
            one = {
                "type": "play",
                "id": f"e{i}",
                "listener": "L0",
                "item": "segue:track:x:1",
                "at": NOW,
                "ms_played": 9,
            }
            for _ in range(60):
                answer = http.post(url + "v1/events", json=one, headers={"authorization": f"Bearer {keys[name]}"})
                if answer.status_code != 503:
                    break
                time.sleep(0.05)
            assert answer.status_code == 202, answer.text
            assert answer.json()["accepted"] == 1
            with lock:
                kept[name].add(f"e{i}")

        try:
            with httpx.Client(timeout=30) as http, ThreadPoolExecutor(4) as pool:
                list(pool.map(send, range(32)))
            process.send_signal(signal.SIGTERM)
            assert "ended well" in process.communicate(timeout=30)[0]
        finally:
            process.kill()
    with Workspace.open(folder) as workspace:
        for name in names:
            assert set(workspace.log.read(name)["id"].to_pylist()) == kept[name]
            assert len(kept[name]) == 8
