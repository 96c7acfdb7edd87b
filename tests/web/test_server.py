"""The real server on a real socket, in a process of its own, over the fake service."""

import asyncio
import gc
import signal
import socket
import subprocess
import sys
import time
import weakref
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from segue.core.errors import UsageError
from segue.web import service
from segue.web.auth import Keys, Scope
from segue.web.operators import TRIES
from segue.web.server import address, bind, serve

ROOT = Path(__file__).parents[2]
HEAVY = "torch polars pandas scipy.optimize onnx sklearn segue.models segue.nn segue.jobs"
"""What a server does without until it is asked for what needs it; how long a start takes is a benchmark's to say."""
START = """
import sys
from pathlib import Path
import segue.web.answering as answering
import segue.web.server as server
sys.path.insert(0, sys.argv[1])
from tests.web.fake import FakeService
answering.open_workspace = lambda workspace, tenant: FakeService()
def ready(url):
    print(url, ",".join(set(sys.argv[3].split(",")) & set(sys.modules)) or "light", flush=True)
server.serve(Path(sys.argv[2]), port=0, on_ready=ready)
print("ended well", flush=True)
"""


@pytest.fixture(scope="module")
def process(tmp_path_factory):
    """The process, its URL, what heavy modules it loaded; the last of its tests ends it."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "segue.toml").write_text('origins = ["https://player.example.org"]')
    command = [sys.executable, "-c", START, str(ROOT), str(folder), HEAVY.replace(" ", ",")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        line = running.stdout.readline().split()
        assert line, running.stderr.read() if running.stderr else ""
        yield running, line[0], line[1]
        running.kill()


def test_it_starts_without_training_code(process):
    _, url, heavy = process
    assert httpx.get(url + "api/health/live").status_code == 200
    assert heavy == "light"


def test_pages_elsewhere_are_those_of_the_settings(process):
    _, url, _ = process
    asked = {"access-control-request-method": "POST"}
    for origin, status in (("https://player.example.org", 204), ("https://other.example.org", 403)):
        assert httpx.options(url + "v1/events", headers=asked | {"origin": origin}).status_code == status


@pytest.mark.parametrize("proxy", ["127.0.0.1", "192.0.2.1"])
def test_who_asks_is_whom_a_known_proxy_names_and_no_other(tmp_path: Path, proxy: str):
    (tmp_path / "segue.toml").write_text(f'proxies = ["{proxy}"]')
    command = [sys.executable, "-c", START, str(ROOT), str(tmp_path), "none"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running:
        assert running.stdout is not None
        url = running.stdout.readline().split()[0]

        def guessed(asks: str) -> int:
            headers = {"x-forwarded-for": f"198.51.100.9, {asks}", "origin": url.rstrip("/")}
            form = {"token": "a guess", "name": "ada", "password": "long enough", "again": "long enough"}
            return httpx.post(url + "setup", data=form, headers=headers).status_code

        guesses = [guessed("203.0.113.7") for _ in range(TRIES + 1)]
        other = guessed("203.0.113.8")
        running.kill()
    assert guesses == [401] * TRIES + [429]
    assert other == (401 if proxy == "127.0.0.1" else 429)


def test_broken_http_gets_an_answer_not_a_crash(process):
    _, url, _ = process
    port = int(url.rsplit(":", 1)[1].strip("/"))
    for sent in (
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\n{",
    ):
        with socket.create_connection(("127.0.0.1", port), 5) as raw:
            raw.sendall(sent)
            raw.shutdown(socket.SHUT_WR)
            raw.settimeout(5)
            raw.recv(1000)
    assert httpx.get(url + "api/health/ready").status_code == 200


def test_it_ends_gracefully_and_logs_without_names(process):
    running, url, _ = process
    assert httpx.get(url + "v1/home?listener=secret-person").status_code == 200
    running.send_signal(signal.SIGTERM)
    out, err = running.communicate(timeout=15)
    assert "ended well" in out
    assert '"route": "/v1/home"' in err
    assert "secret-person" not in err


def test_an_open_address_needs_a_key(tmp_path):
    with pytest.raises(UsageError, match="--open-to-all"):
        serve(tmp_path, host="0.0.0.0", port=0)


def test_a_port_in_use_is_named(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UsageError, match="cannot listen on 127"):
            serve(tmp_path, port=taken.getsockname()[1])
        with pytest.raises(UsageError, match="cannot listen"):
            serve(tmp_path, port=99_999_999)


def test_with_a_key_an_open_address_is_served(tmp_path):
    Keys(tmp_path).create((Scope.ADMIN,))
    sock = bind("0.0.0.0", 0)
    try:
        assert address(sock, "0.0.0.0").startswith("http://localhost:")
    finally:
        sock.close()


def test_nobody_waits_for_ever_on_a_full_server(service):
    import asyncio

    from segue.web import service as module
    from segue.web.service import Backend, Busy

    backend = Backend(lambda: service)

    async def crowd():
        calls = [backend.read(lambda _: time.sleep(0.02)) for _ in range(module.WAITING + 5)]
        return await asyncio.gather(*calls, return_exceptions=True)

    answers = asyncio.run(crowd())
    backend.close()
    assert sum(isinstance(a, Busy) for a in answers) == 5


def test_what_an_old_release_leaves_behind_is_let_go_of():
    """A server tells the collector that its release stays; of one that went, parts that hold each other would stay."""

    class Part:
        other: object = None

    one, two = Part(), Part()
    one.other, two.other = two, one
    gone = weakref.ref(one)
    gc.freeze()
    try:
        del one, two
        gc.collect()
        assert gone() is not None
        service.sweep()
        assert gone() is None
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
    service.sweep()
    assert gc.get_freeze_count() == 0


def test_who_waited_for_the_start_is_answered_before_the_server_gets_ready_for_more(monkeypatch):
    monkeypatch.setattr(service, "REOPEN_S", 0.2)
    fake: Any = SimpleNamespace(reload=lambda: False, warmed=0)

    def warm():
        fake.warmed += 1

    async def follow():
        fake.warm = warm
        backend = service.Backend(lambda: fake)
        backend.open()
        following = asyncio.create_task(backend.follow_releases())
        await asyncio.sleep(0.05)
        at_first = fake.warmed
        await asyncio.sleep(0.75)
        following.cancel()
        return at_first

    assert asyncio.run(follow()) == 0
    assert fake.warmed == 1  # once: then only new releases are looked for


def followed(fake: Any) -> None:
    """What follows releases goes on for half a second."""

    async def follow():
        backend = service.Backend(lambda: fake)
        backend.open()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(backend.follow_releases(), 0.5)

    asyncio.run(follow())


def test_releases_are_followed_though_nothing_can_be_made_ready(monkeypatch):
    monkeypatch.setattr(service, "REOPEN_S", 0.01)
    fake: Any = SimpleNamespace(asked=0)

    def warm():
        raise RuntimeError("no room")

    def reload():
        fake.asked += 1
        return False

    fake.warm, fake.reload = warm, reload
    followed(fake)
    assert fake.asked > 1


def test_releases_are_followed_whatever_happened_once(monkeypatch):
    """The log may be away for a moment while what is new is taken in."""
    monkeypatch.setattr(service, "REOPEN_S", 0.01)
    fake: Any = SimpleNamespace(warm=lambda: None, asked=0)

    def reload():
        fake.asked += 1
        if fake.asked == 1:
            raise RuntimeError("the database went away")
        return False

    fake.reload = reload
    followed(fake)
    assert fake.asked > 1
