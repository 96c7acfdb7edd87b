"""What operators see: health, counts, and the name of a request wherever it is spoken of."""

import asyncio
import io
import json
import logging
import os
import re
import subprocess
import sys
import threading

import pytest
import structlog

from segue.surfaces.home.told import PageMade
from segue.web.application import create_app
from segue.web.auth import Scope
from segue.web.inbox import Inbox
from segue.web.metrics import Metrics
from segue.web.service import Backend
from segue.web.watch import everything_logged, make_log


def samples(text: str) -> dict[str, float]:
    return {name: float(value) for name, _, value in (x.rpartition(" ") for x in text.splitlines() if x[0] != "#")}


def test_health_says_how_it_is(make_client, service, tmp_path):
    backend = Backend(lambda: service, folder=tmp_path)
    client = make_client(create_app(backend))
    down = client.get("/api/health")
    assert (down.status_code, down.json()["status"]) == (503, "not_ready")
    backend.open()
    up = client.get("/api/health").json()
    assert (up["status"], up["release"], up["reads_waiting"], up["events_behind"]) == ("ready", "r-1", 0, 0)
    assert up["disk_free_bytes"] > 0
    backend.draining = True
    assert [client.get(f"/api/health{x}").status_code for x in ("", "/ready", "/live")] == [503, 503, 200]
    assert client.get("/v1/home?listener=a").status_code == 200  # what comes is still answered
    assert client.get("/api/health").json()["status"] == "draining"


@pytest.mark.parametrize("path", ["/api/health", "/metrics", "/v1/metrics"])
def test_who_waits_for_the_database_stops_nobody(make_client, service, tmp_path, monkeypatch, path):
    """It is busy for seconds while somebody is erased."""
    monkeypatch.setattr("segue.web.api.health.PATIENCE_S", 0.05)
    free = threading.Event()
    monkeypatch.setattr(type(service), "behind", property(lambda _self: free.wait(10) and 7))
    backend = Backend(lambda: service, folder=tmp_path)
    backend.open()
    client = make_client(create_app(backend))

    async def meanwhile():
        asked = asyncio.create_task(client.http.get(path))
        await asyncio.sleep(0.02)
        assert (await client.http.get("/api/health/live")).status_code == 200
        if path == "/api/health":
            assert (await asked).json().get("events_behind") is None
        assert path == "/api/health" or not asked.done()
        free.set()
        return await asked

    assert client.runner.run(meanwhile()).status_code == 200


def test_a_full_disk_is_said_before_it_is_full(make_client, service, tmp_path, monkeypatch):
    monkeypatch.setattr("segue.web.api.health.LITTLE", 1 << 80)
    backend = Backend(lambda: service, folder=tmp_path)
    backend.open()
    answer = make_client(create_app(backend)).get("/api/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "low_disk")


def test_strangers_learn_the_status_alone(client, keys):
    text, _ = keys.create((Scope.READ,))
    assert client.get("/api/health").json() == {"status": "ready"}
    assert client.get("/api/health", headers={"authorization": f"Bearer {text}"}).json()["release"] == "r-1"


def test_counts_of_pages_and_routes(client, service):
    client.get("/v1/home?listener=a")
    client.get("/v1/home")
    service.on_page(PageMade(kept=True))
    service.on_page(PageMade(False, 8, {"model": 120, "recent": 0}, ("newcomers",)))
    service.on_page(PageMade(False, last=True))
    service.on_page(PageMade(False, short=True))
    seen = samples(client.get("/metrics").text)
    assert seen['segue_http_request_seconds_count{route="/v1/home",status="200"}'] == 1
    assert seen['segue_http_request_seconds_count{route="/v1/home",status="400"}'] == 1
    made = {how: seen[f'segue_home_pages_total{{made="{how}",tenant="default"}}'] for how in ("kept", "last", "short")}
    assert made == {"kept": 1, "last": 1, "short": 1}
    assert seen['segue_home_candidates_total{source="model",tenant="default"}'] == 120
    assert seen['segue_home_no_candidates_total{source="recent",tenant="default"}'] == 1
    assert seen['segue_home_empty_shelves_total{shelf="newcomers",tenant="default"}'] == 1
    assert seen['segue_home_shelves_total{tenant="default"}'] == 8
    assert seen['segue_release_age_seconds{tenant="default"}'] > 0


def test_the_metrics_need_a_key_where_there_are_keys(client, keys):
    keys.create((Scope.ADMIN,))
    own, _ = keys.create((Scope.READ,), listener="L1")
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"authorization": f"Bearer {own}"}).status_code == 403


def test_worker_processes_are_counted_together(tmp_path):
    count = (
        "from segue.web.metrics import Metrics; m = Metrics(); m.turned_away.inc({n}); m.opened('acme'); "
        "m.answered('acme', 200); m.forget('acme') if {n} == 3 else None; print({what})"
    )
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for n, what in ((3, "''"), (4, "m.text().decode()")):
        done = subprocess.run(
            [sys.executable, "-c", count.format(n=n, what=what)], env=environment, capture_output=True, text=True,
            check=True,
        )  # fmt: skip
    assert "segue_events_turned_away_total 7.0" in done.stdout
    asked = {line for line in done.stdout.splitlines() if line.startswith("segue_tenant_requests")}
    counted = {f'segue_tenant_requests_total{{status="2xx",tenant="{name}"}} 1.0' for name in ("", "acme")}
    assert asked == counted, "one process let it go, the other has it open; what is nought is not shown"


@pytest.mark.parametrize("given", ["abcd", "req-7.a_b:9", "0" * 100])
def test_a_well_formed_name_of_a_request_is_kept(client, given):
    answer = client.get("/v1/home", headers={"x-request-id": given})
    assert answer.headers["x-request-id"] == given
    assert answer.json()["error"]["request"] == given


@pytest.mark.parametrize("given", ["", "abc", "a b c d", "x" * 101, "<script>", 'a"b\\cd', "-dash"])
def test_others_get_a_name_of_ours(client, given):
    name = client.get("/v1/home", headers={"x-request-id": given}).headers["x-request-id"]
    assert re.fullmatch("[0-9a-f]{16}", name)


def test_every_line_of_a_request_bears_its_name(make_client, service):
    out = io.StringIO()
    log = make_log(out, as_json=True)
    plain = service.home

    def home(listener, *a, **k):
        log.warning("something odd")  # on the reader's thread
        if listener == "bad":
            raise RuntimeError("boom")
        return plain(listener, *a, **k)

    service.home = home
    client = make_client(create_app(Backend(lambda: service), log=log.info, on_error=log.error))
    for listener, status in (("a", 200), ("bad", 500)):
        answer = client.get(f"/v1/home?listener={listener}", headers={"x-request-id": f"name-{listener}"})
        assert answer.status_code == status
    assert answer.headers["x-request-id"] == answer.json()["error"]["request"] == "name-bad"
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [(x["event"], x["id"]) for x in lines] == [
        ("something odd", "name-a"), ("request", "name-a"), ("something odd", "name-bad"), ("request", "name-bad"),
        ("failed", "name-bad"),
    ]  # fmt: skip
    assert "boom" in lines[-1]["exception"]


def test_what_libraries_say_is_in_the_same_log():
    out = io.StringIO()
    with everything_logged(out, as_json=True):
        structlog.get_logger().error("from a surface")
        logging.getLogger("uvicorn.error").warning("from %s", "uvicorn")
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [x["event"] for x in lines] == ["from a surface", "from uvicorn"]


def test_what_waits_is_written_before_the_end(service):
    import asyncio

    from segue.store.delivery import Batch

    backend = Backend(lambda: service)
    backend.open()
    inbox = Inbox(backend, Metrics())
    done: list[bool] = []

    async def run():
        puts = [asyncio.create_task(inbox.put(Batch((), (), ()))) for _ in range(5)]
        await asyncio.sleep(0)
        for task in puts[:3]:
            task.cancel()  # whoever asked has gone
        await inbox.flush()
        done.extend(task.done() for task in puts)

    asyncio.run(run())
    backend.close()
    assert done == [True] * 5
