"""The producer against a server that is slow, down, full, wrong or killed: each event arrives once."""

import contextlib
import gzip
import json
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from segue.client import BufferFull, Producer
from segue.client.buffer import Buffer
from segue.client.posting import pause

SAVE = {"type": "save", "listener": "ann", "item": "segue:track:1"}


class Server:
    """Takes events, and answers what `script` says next: a status, or a status and headers, or 'drop'."""

    def __init__(self):
        self.script: list[Any] = []
        self.seen: dict[str, dict[str, Any]] = {}
        self.headers: list[dict[str, str]] = []
        self.requests = 0
        self.says = b""  # in the place of an answer
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.headers.get("content-encoding") == "gzip":
                    body = gzip.decompress(body)
                outer.requests += 1
                outer.headers.append(dict(self.headers))
                answer = outer.script.pop(0) if outer.script else 202
                status, more = answer if isinstance(answer, tuple) else (answer, {})
                events = json.loads(body)
                said: dict[str, Any] = {"accepted": 0, "duplicates": 0, "rejected": []}
                if any(e["item"] == "poison" for e in events):
                    status = 400
                if status in (202, "drop"):
                    for i, event in enumerate(events):
                        if event["item"] == "bad":
                            said["rejected"].append({"index": i, "reason": "bad item"})
                        elif event["id"] in outer.seen:
                            said["duplicates"] += 1
                        else:
                            outer.seen[event["id"]] = event
                            said["accepted"] += 1
                if status == "drop":  # taken, and the answer never arrives
                    self.connection.shutdown(socket.SHUT_RDWR)
                    self.close_connection = True
                    return
                if status in (400, 413):
                    said = {"error": {"code": "bad_request", "message": "no"}}
                raw = outer.says or json.dumps(said).encode()
                self.send_response(status)
                for name, value in more.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *_):
                pass

            def handle(self):
                with contextlib.suppress(OSError, ValueError):
                    super().handle()

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()


@pytest.fixture
def server():
    made = Server()
    yield made
    made.http.shutdown()
    made.http.server_close()


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr("segue.client.producer.pause", lambda tries, asked=0.0: asked or 0.02)


def test_events_arrive_numbered_and_once_though_the_answer_is_lost(server, tmp_path):
    server.script = [503, "drop", (429, {"retry-after": "0"}), 500, 202]
    with Producer(server.url, tmp_path / "b", client="phone", linger_s=0.01) as producer:
        ids = producer.put_all([SAVE | {"n": i} for i in range(30)])
        assert producer.flush(20)
        assert producer.waiting == 0
    assert list(server.seen) == ids
    assert producer.stats.accepted + producer.stats.duplicates == 30
    assert producer.stats.retries == 4
    last = {k.lower(): v for k, v in server.headers[-1].items()}
    assert (last["segue-client"], last["segue-first"], last["segue-produced"]) == ("phone", "1", "30")
    assert last["content-encoding"] == "gzip"
    assert all(e["at"] > 1_600_000_000_000 for e in server.seen.values())


def test_it_waits_as_long_as_it_is_told(server, tmp_path):
    server.script = [(429, {"retry-after": "1"})]
    with Producer(server.url, tmp_path / "b", linger_s=0) as producer:
        begun = time.monotonic()
        producer.put(SAVE)
        assert producer.flush(20)
        assert time.monotonic() - begun >= 1


def test_what_was_not_sent_waits_for_the_next_process(server, tmp_path):
    with Producer("http://127.0.0.1:9", tmp_path / "b", linger_s=0) as producer:
        ids = producer.put_all([SAVE] * 3)
        assert not producer.flush(0.2)
        assert producer.trouble.startswith("no answer")
        producer.close(0.1)
    with Producer(server.url, tmp_path / "b", linger_s=0) as again:
        assert again.client == producer.client
        ids.append(again.put(SAVE))
        assert again.flush(20)
    assert list(server.seen) == ids


def test_a_request_that_is_wrong_is_halved_until_the_wrong_event_is_alone(server, tmp_path):
    told = []
    with Producer(
        server.url, tmp_path / "b", linger_s=0.05, on_refused=lambda e, why: told.append(e["item"])
    ) as producer:
        producer.put_all([SAVE | {"item": "poison" if i == 5 else "segue:track:1"} for i in range(12)])
        assert producer.flush(20)
    assert len(server.seen) == 11
    assert told == ["poison"]


SIGN_IN = b"<html>Sign in</html>"


@pytest.mark.parametrize(
    ("status", "says"), [(200, SIGN_IN), (202, b"{}"), (202, b'{"accepted": 1}'), (400, SIGN_IN), (413, b"[]")]
)
def test_what_is_not_segue_takes_nothing(server, tmp_path, status, says):
    """A page to sign in on, or a proxy with a limit of its own, answers in its place."""
    server.says, server.script = says, [status] * 100
    told: list[str] = []
    with Producer(server.url, tmp_path / "b", linger_s=0, on_refused=lambda _event, why: told.append(why)) as producer:
        producer.put_all([SAVE] * 3)
        until = time.monotonic() + 10
        while not producer.stats.retries and time.monotonic() < until:
            time.sleep(0.01)
        assert (producer.waiting, producer.stats.accepted, producer.stats.refused, told) == (3, 0, 0, [])
        assert producer.trouble
        server.says, server.script = b"", []
        assert producer.flush(20)
    assert len(server.seen) == 3


def test_a_disk_that_is_full_under_the_buffer_ends_nothing(server, tmp_path, monkeypatch):
    remove, full = Buffer.remove, [True]

    def no_room(self, first, count):
        if full:
            full.clear()
            raise sqlite3.OperationalError("database or disk is full")
        return remove(self, first, count)

    monkeypatch.setattr(Buffer, "remove", no_room)
    with Producer(server.url, tmp_path / "b", linger_s=0) as producer:
        producer.put(SAVE)
        assert producer.flush(20)
    assert len(server.seen) == 1


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_is_wrong_keeps_everything_and_is_told_once(server, tmp_path, caplog, status):
    told, refused = [], []
    server.script = [503, *[status] * 4, 503, status]

    def denied(why):
        told.append(why)
        raise RuntimeError("of somebody else's code")

    with Producer(
        server.url, tmp_path / "b", linger_s=0.05, on_refused=lambda e, why: refused.append(e), on_denied=denied
    ) as producer:
        ids = producer.put_all([SAVE] * 3)
        assert producer.flush(20)
        assert producer.trouble == ""
        assert (len(told), told[0][:3], refused) == (1, str(status), [])
        server.script = [status]
        ids.append(producer.put(SAVE))
        assert producer.flush(20)
    assert list(server.seen) == ids
    assert (producer.stats.refused, producer.stats.dropped) == (0, 0)
    assert len(told) == 2, "a new beginning is news"
    assert [r.levelname for r in caplog.records if "producer's key" in r.message] == ["ERROR"] * 2


def test_refused_events_are_told_and_gone(server, tmp_path):
    told = []
    with Producer(server.url, tmp_path / "b", on_refused=lambda e, why: told.append((e["item"], why))) as producer:
        producer.put_all([SAVE, SAVE | {"item": "bad"}])
        assert producer.flush(20)
    assert told == [("bad", "bad item")]
    assert (producer.stats.accepted, producer.stats.refused) == (1, 1)


@pytest.mark.parametrize(("policy", "kept"), [("drop-oldest", [3, 4]), ("drop-new", [0, 1])])
def test_a_full_buffer_drops_by_its_policy_and_the_numbers_show_it(tmp_path, policy, kept):
    one = len(json.dumps(SAVE | {"n": 0, "id": "0", "at": 1}, separators=(",", ":")))
    with Producer("http://127.0.0.1:9", tmp_path / "b", most_bytes=2 * one, when_full=policy) as producer:
        for n in range(5):
            producer.put(SAVE | {"n": n, "id": str(n), "at": 1})
        assert producer.stats.dropped == 3
        producer.close(0.01)
    buffer = Buffer(tmp_path / "b")
    first, bodies, produced = buffer.oldest(10, 1 << 20)
    buffer.close()
    assert [json.loads(b)["n"] for b in bodies] == kept
    assert (first, produced) == ((4, 5) if policy == "drop-oldest" else (1, 2))


def test_a_full_buffer_waits_or_raises(server, tmp_path):
    big = SAVE | {"words": "x" * 5_000}
    with Producer("http://127.0.0.1:9", tmp_path / "a", most_bytes=8_000, when_full="raise") as producer:
        producer.put(big)
        with pytest.raises(BufferFull):
            producer.put(big)
        with pytest.raises(BufferFull):
            producer.put(SAVE | {"words": "x" * 9_000})
        producer.close(0.01)
    with Producer(server.url, tmp_path / "b", most_bytes=8_000, when_full="wait", linger_s=0) as producer:
        for _ in range(5):
            producer.put(big)
        assert producer.flush(20)
    assert len(server.seen) == 5
    with pytest.raises(ValueError, match="closed"):
        producer.put(big)


def test_what_cannot_be_meant_is_refused(tmp_path):
    with pytest.raises(ValueError, match="address"):
        Producer("localhost:8800", tmp_path / "b")
    with pytest.raises(ValueError, match="drop-oldest"):
        Producer("http://localhost:1", tmp_path / "b", when_full="panic")  # type: ignore[arg-type]
    for name in ("é" * 201, "a\0b"):
        with pytest.raises(ValueError, match="200 characters"):
            Producer("http://localhost:1", tmp_path / "b", client=name)
    (tmp_path / "b").write_bytes(b"no database at all, but long enough to be looked at" * 30)
    with pytest.raises(OSError, match="buffer"):
        Producer("http://localhost:1", tmp_path / "b")
    first = Buffer(tmp_path / "c")
    with pytest.raises(OSError, match="another producer"):
        Buffer(tmp_path / "c")
    first.close()


def test_the_pause_grows_and_is_never_shorter_than_asked():
    for tries, most in ((0, 0.5), (1, 1), (5, 16), (40, 60)):
        drawn = [pause(tries) for _ in range(50)]
        assert most / 2 <= min(drawn) <= max(drawn) <= most
    assert pause(0, asked=7) >= 7


KILLED = """
import sys
from segue.client import Producer
heavy = {"numpy", "pyarrow", "msgspec", "pydantic", "starlette", "segue.core", "segue.store"} & set(sys.modules)
producer = Producer(sys.argv[1], sys.argv[2], linger_s=0)
print(sorted(heavy), flush=True)
n = 0
while True:
    print(producer.put({"type": "save", "listener": "a", "item": "segue:track:1"}), flush=True)
"""


def test_a_killed_process_loses_nothing_and_loads_nothing_else(server, tmp_path):
    said = []
    for wait in (0.3, 0.15, 0.4):
        with subprocess.Popen(
            [sys.executable, "-c", KILLED, server.url, str(tmp_path / "b")], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "[]\n"
            time.sleep(wait)
            process.kill()
            said += [line.strip() for line in process.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
    with Producer(server.url, tmp_path / "b", linger_s=0) as producer:
        assert producer.flush(60)
    assert said
    assert set(said) <= set(server.seen)
    assert len(server.seen) - len(set(said)) <= 3  # kept, and killed before it could be said
