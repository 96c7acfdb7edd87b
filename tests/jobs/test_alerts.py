"""Alerts, with a server and a command that are real: once when an incident opens, once when it is over."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from segue.checks import Finding
from segue.checks.incidents import read_incidents
from segue.core.events import Save
from segue.jobs.alerts import alert, incidents_path
from segue.runs import webhook
from segue.store.workspace import Workspace

UNIT = Finding(
    "unit-change", "fail", "seconds?", 7, ("secret-listener",), table="events", column="ms_played", fix="×1000"
)
SLICE = Finding("slice-vanished", "fail", "no free", table="training", slice="tier=free")
WARNING = Finding("drift", "warn", "moved", table="events", column="tier")


class Receiver:
    """A server that keeps what it is sent, and answers as it is told."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.raw: list[tuple[bytes, dict[str, str]]] = []
        self.answers: list[int] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = outer.answers.pop(0) if outer.answers else 204
                outer.raw.append((body, dict(self.headers)))
                if status < 300:
                    outer.bodies.append(json.loads(body))
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?x=1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(webhook, "WAITS", (0.0, 0.0))
    Workspace.create(tmp_path / "w").close()
    return tmp_path / "w"


def configure(place: Path, **settings: Any) -> Workspace:
    """The workspace with these settings."""
    lines = [f"{k} = {json.dumps(v)}" for k, v in settings.items()]
    (place / "segue.toml").write_text("\n".join(lines) + "\n")
    return Workspace.open(place)


def told(receiver: Receiver) -> list[tuple[str, str]]:
    """(what, name) in the order it was heard."""
    return [(what, i["name"]) for body in receiver.bodies for what in ("opened", "resolved") for i in body[what]]


def test_an_incident_is_told_once_and_resolved_when_it_clears(place: Path, receiver: Receiver) -> None:
    with configure(place, alert_webhook=receiver.url) as workspace:
        first = alert(workspace, "default", [UNIT, SLICE, WARNING])
        assert [i.name for i in first.opened] == [UNIT.name, SLICE.name]
        assert first.failed == []
        assert told(receiver) == [("opened", UNIT.name), ("opened", SLICE.name)]
    with configure(place, alert_webhook=receiver.url) as workspace:  # another process, another day
        assert alert(workspace, "default", [UNIT, SLICE]).opened == []
        assert len(told(receiver)) == 2
        gone = alert(workspace, "default", [SLICE])
        assert [i.name for i in gone.resolved] == [UNIT.name]
        assert told(receiver)[2:] == [("resolved", UNIT.name)]
        alert(workspace, "default", [SLICE])
        assert len(told(receiver)) == 3
        alert(workspace, "default", [SLICE, UNIT])  # it comes back: another incident
        assert told(receiver)[3:] == [("opened", UNIT.name)]
    body = receiver.bodies[0]
    assert "seconds?" in body["text"]
    assert body["opened"][0]["fix"] == "×1000"
    assert body["opened"][0]["rows"] == 7
    assert "secret-listener" not in json.dumps(receiver.bodies)  # example rows stay here


def test_tenants_and_sources_do_not_mix(place: Path, receiver: Receiver) -> None:
    with configure(place, alert_webhook=receiver.url) as workspace:
        for tenant in ("one", "two"):
            workspace.log.append([Save(id="1", listener="bo", at=1, item="segue:track:1", tenant=tenant)])
        alert(workspace, "one", [UNIT])
        alert(workspace, "two", [])
        alert(workspace, "one", [SLICE], source="train")
        assert told(receiver) == [("opened", UNIT.name), ("opened", SLICE.name)]
        alert(workspace, "one", [], source="train")
        assert told(receiver)[2:] == [("resolved", SLICE.name)]


def test_warnings_are_told_where_that_is_wanted(place: Path, receiver: Receiver) -> None:
    with configure(place, alert_webhook=receiver.url, alert_level="warn") as workspace:
        alert(workspace, "default", [WARNING, Finding("n", "note", "x")])
    assert told(receiver) == [("opened", WARNING.name)]


def test_what_fails_for_now_is_tried_again_and_at_the_next_check(place: Path, receiver: Receiver) -> None:
    with configure(place, alert_webhook=receiver.url) as workspace:
        receiver.answers = [500, 503, 200]
        assert alert(workspace, "default", [UNIT]).failed == []
        assert len(receiver.raw) == 3
        receiver.answers = [500] * 3
        (why,) = alert(workspace, "default", [UNIT, SLICE]).failed
        assert "webhook: 127.0.0.1: it answered 500" in why
        assert told(receiver) == [("opened", UNIT.name)]
        assert alert(workspace, "default", [UNIT, SLICE]).failed == []
        assert told(receiver)[1:] == [("opened", SLICE.name)]
        receiver.answers = [404, 200]  # no use in trying again at once
        assert alert(workspace, "default", [SLICE]).failed
        assert receiver.answers == [200]


def test_an_incident_that_came_and_went_unheard_is_told_as_over(place: Path, receiver: Receiver) -> None:
    with configure(place, alert_webhook=receiver.url) as workspace:
        receiver.answers = [500] * 3
        alert(workspace, "default", [UNIT])
        alert(workspace, "default", [])
    assert told(receiver) == [("resolved", UNIT.name)]


def test_a_dead_webhook_stops_neither_check_nor_command(place: Path, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-c",
        f"import sys; open({str(tmp_path / 'told')!r}, 'a').write(sys.stdin.read() + '\\n')",
    ]
    with configure(place, alert_webhook="http://127.0.0.1:9/x", alert_command=command) as workspace:
        done = alert(workspace, "default", [UNIT])
        assert len(done.failed) == 1
        assert "webhook: 127.0.0.1" in done.failed[0]
        alert(workspace, "default", [UNIT])
    (line,) = (tmp_path / "told").read_text().splitlines()
    assert json.loads(line)["opened"][0]["name"] == UNIT.name


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("import sys; print('no disk', file=sys.stderr); sys.exit(3)", "exited with 3: no disk"),
        (
            "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])",
            "more than 1 s",
        ),
    ],
)
def test_a_command_that_fails_is_said_and_tried_again(
    place: Path, code: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from segue.jobs import alerts

    monkeypatch.setattr(alerts, "run_command", lambda words, body: alerts_run(words, body, 1.0))
    started = time.monotonic()
    with configure(place, alert_command=[sys.executable, "-c", code]) as workspace:
        for _ in range(2):
            (why,) = alert(workspace, "default", [UNIT]).failed
            assert says in why
    assert time.monotonic() - started < 20


def alerts_run(words: list[str], body: bytes, timeout: float) -> None:
    from segue.runs.command import run_command

    run_command(words, body, timeout)


def test_a_command_that_is_not_there(place: Path) -> None:
    with configure(place, alert_command=["/no/such/thing"]) as workspace:
        (why,) = alert(workspace, "default", [UNIT]).failed
    assert "/no/such/thing" in why


def test_what_is_sent_is_signed(place: Path, receiver: Receiver) -> None:
    with configure(place, alert_webhook=receiver.url, alert_secret="s3cret") as workspace:
        alert(workspace, "default", [UNIT])
    body, headers = receiver.raw[0]
    at, mac = (part.split("=")[1] for part in headers[webhook.SIGNATURE].split(","))
    assert mac == hmac.new(b"s3cret", at.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert abs(int(at) - time.time()) < 60


def test_many_incidents_come_in_few_messages(place: Path, receiver: Receiver) -> None:
    many = [Finding("range", "fail", "x" * 5000, table="t", column=f"c{n}") for n in range(120)]
    with configure(place, alert_webhook=receiver.url) as workspace:
        alert(workspace, "default", many)
    assert [len(b["opened"]) for b in receiver.bodies] == [50, 50, 20]


def test_a_killed_check_leaves_what_was_told(place: Path, receiver: Receiver, tmp_path: Path) -> None:
    """Killed while the command hangs: the webhook has heard, the command hears at the next check, nobody twice."""
    waits = tmp_path / "waits"
    script = f"""
        import sys
        from pathlib import Path
        from segue.checks import Finding
        from segue.jobs.alerts import alert
        from segue.store.workspace import Workspace
        with Workspace.open(Path({str(place)!r})) as workspace:
            alert(workspace, "default", [Finding("unit-change", "fail", "s?", table="events", column="ms_played")])
    """
    hang = f"import pathlib, time; pathlib.Path({str(waits)!r}).write_text('here'); time.sleep(8)"
    configure(place, alert_webhook=receiver.url, alert_command=[sys.executable, "-c", hang]).close()
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)], env=os.environ | {"PYTHONPATH": "src"})
    deadline = time.monotonic() + 60
    while not waits.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert told(receiver) == [("opened", UNIT.name)]
    with Workspace.open(place) as workspace:
        (kept,) = read_incidents(incidents_path(workspace, "default")).open
    assert kept.told == {"webhook": "opened"}
    heard = tmp_path / "heard"
    write = f"import sys; open({str(heard)!r}, 'w').write(sys.stdin.read())"
    with configure(place, alert_webhook=receiver.url, alert_command=[sys.executable, "-c", write]) as workspace:
        assert alert(workspace, "default", [UNIT]).failed == []
    assert told(receiver) == [("opened", UNIT.name)]
    assert json.loads(heard.read_text())["opened"][0]["id"] == kept.id


def test_a_broken_file_of_incidents_is_set_aside(place: Path, receiver: Receiver) -> None:
    with Workspace.open(place) as workspace:
        path = incidents_path(workspace, "default")
    path.parent.mkdir(parents=True)
    path.write_text("{")
    with configure(place, alert_webhook=receiver.url) as workspace:
        (why,) = alert(workspace, "default", [UNIT]).failed
    assert "incidents.json.broken" in why
    assert told(receiver) == [("opened", UNIT.name)]
    assert path.with_name("incidents.json.broken").read_text() == "{"
