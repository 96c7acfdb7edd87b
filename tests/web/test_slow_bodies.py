"""Bodies that come slowly, or never, on a real socket: they hold what has come of them, and not for ever."""

import socket
import subprocess
import sys
import time

import httpx
import pytest
from tests.web.test_server import ROOT, START

PATIENT = "import segue.web.body as body\nbody.PATIENCE_S, body.LEAST_PACE = 0.6, 2_000\n"
SAVE = b'{"type":"save","id":"%d","listener":"ann","at":1700000000000,"item":"segue:track:1"}'
ANSWERED_S = 10.0  # that a test waits for an answer


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    folder = tmp_path_factory.mktemp("slow")
    (folder / "segue.toml").write_text("ingest_queue_mb = 1\n")
    command = [sys.executable, "-c", PATIENT + START, str(ROOT), str(folder), "none"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running:
        assert running.stdout is not None
        yield running.stdout.readline().split()[0]
        running.kill()


def upload(url, length, path="/v1/events", media="application/json"):
    """A connection on which the head of a request has been sent; a length below 0: in parts of their own."""
    opened = socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1].strip("/"))), ANSWERED_S)
    said = f"content-length: {length}" if length >= 0 else "transfer-encoding: chunked"
    origin = url.strip("/")
    opened.sendall(
        f"POST {path} HTTP/1.1\r\nhost: {origin.removeprefix('http://')}\r\norigin: {origin}\r\n"
        f"content-type: {media}\r\n{said}\r\n\r\n".encode()
    )
    return opened


def answer(opened):
    """All that comes until the server closes."""
    parts = []
    while part := opened.recv(65_536):
        parts.append(part)
    return b"".join(parts).decode()


@pytest.mark.parametrize("length", [1 << 20, -1])
def test_uploads_of_nothing_keep_nobody_out_and_end(url, length):
    begun = time.monotonic()
    idle = [upload(url, length) for _ in range(6)]
    time.sleep(0.1)
    assert httpx.post(url + "v1/events", content=SAVE % 1).status_code == 202
    for one in idle:
        with one:
            said = answer(one)
            assert said.startswith("HTTP/1.1 408")
            assert "connection: close" in said
            assert "send it again" in said
    assert 0.5 < time.monotonic() - begun < ANSWERED_S
    assert "segue_events_waiting_bytes 0.0" in httpx.get(url + "metrics").text


def test_who_sends_drops_is_not_waited_for(url):
    begun = time.monotonic()
    with upload(url, 1 << 20) as one:
        one.settimeout(0.05)
        said = b""
        while not said and time.monotonic() - begun < ANSWERED_S:
            one.sendall(b" ")
            try:
                said = one.recv(1_000)
            except TimeoutError:
                continue
        assert said.startswith(b"HTTP/1.1 408")


def test_what_came_quickly_buys_no_long_silence(url):
    begun = time.monotonic()
    with upload(url, 1 << 20) as one:
        one.sendall(b" " * 100_000)  # 50 s at the least pace
        assert one.recv(65_536).startswith(b"HTTP/1.1 408")
    assert time.monotonic() - begun < ANSWERED_S


def test_who_is_slow_but_goes_on_is_waited_for(url):
    body = b"[" + b",".join(SAVE % (100 + i) for i in range(60)) + b"]"
    begun = time.monotonic()
    with upload(url, len(body)) as one:
        for at in range(0, len(body), 500):
            one.sendall(body[at : at + 500])
            time.sleep(0.1)
        assert time.monotonic() - begun > 0.6
        assert one.recv(65_536).startswith(b"HTTP/1.1 202")


@pytest.mark.parametrize(
    ("path", "media"),
    [("/v1/receipts/verify", "application/json"), ("/1/submit-listens?token=ann", "application/json"),
     ("/api/2/subscriptions/ann/phone.json", "application/json"), ("/signin", "application/x-www-form-urlencoded")],
)  # fmt: skip
def test_so_it_is_with_every_body(url, path, media):
    with upload(url, 1_000, path, media) as one:
        assert one.recv(65_536).startswith(b"HTTP/1.1 408")
