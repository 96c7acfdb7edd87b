"""The producer and the server together, over a workspace: what one says is what the other reads."""

import threading
import time
from typing import Any

import pytest
import uvicorn

from segue.client import Producer
from segue.core.errors import NotReady
from segue.store.delivery.intake import Intake
from segue.store.privacy import forget_listener
from segue.store.workspace import Workspace
from segue.web.application import create_app
from segue.web.auth import Keys, Scope
from segue.web.server import bind
from segue.web.service import Backend

SAVE = {"type": "save", "listener": "alice", "item": "segue:track:1"}


@pytest.fixture
def workspace(tmp_path):
    with Workspace.create(tmp_path / "ws") as workspace:
        yield workspace


@pytest.fixture
def url(workspace):
    def no_release():
        raise NotReady("no release")

    backend = Backend(no_release, open_intake=lambda: Intake(Workspace.open(workspace.path), "default"))
    sock = bind("127.0.0.1", 0)
    sock.listen()
    app = create_app(backend, Keys(workspace.path))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
    thread.start()
    yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    server.should_exit = True
    thread.join(20)
    sock.close()


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr("segue.client.producer.pause", lambda tries, asked=0.0: 0.02)


def listeners(workspace):
    rows = workspace.log.read("default", columns=["listener"])["listener"].to_pylist()
    return [workspace.catalogue.listener_id(row) for row in rows]


def test_an_event_of_somebody_else_holds_up_nobody(url, workspace, tmp_path):
    key, told = Keys(workspace.path).create((Scope.INGEST,), listener="alice")[0], list[tuple[str, str]]()
    with Producer(
        url, tmp_path / "b", key, linger_s=0.05, on_refused=lambda e, why: told.append((e["listener"], why))
    ) as producer:
        producer.put_all([SAVE, SAVE | {"listener": "bob"}, SAVE, SAVE])
        assert producer.flush(20)
    assert told == [("bob", "this key may only send events of 'alice'")]
    assert (producer.stats.accepted, producer.stats.refused, producer.stats.retries) == (3, 1, 0)
    assert listeners(workspace) == ["alice"] * 3


def test_events_wait_for_a_key_that_may_send_them(url, workspace, tmp_path):
    """What one producer could not send for want of a scope, another with the right key sends from the same file."""
    keys, told, refused = Keys(workspace.path), list[str](), list[dict[str, Any]]()
    reader, writer = keys.create((Scope.READ,))[0], keys.create((Scope.INGEST,))[0]
    for text, status in ((reader, "403"), ("segue_not_known", "401")):
        with Producer(
            url, tmp_path / "b", text, linger_s=0, on_denied=told.append, on_refused=lambda e, why: refused.append(e)
        ) as producer:
            producer.put(SAVE)
            assert not producer.flush(0.3)
            assert producer.trouble.startswith(status)
            producer.close(0.1)
    assert [why[:3] for why in told] == ["403", "401"]
    with Producer(url, tmp_path / "b", writer, linger_s=0) as producer:
        assert producer.flush(20)
    assert (listeners(workspace), refused) == (["alice"] * 2, [])


def test_a_client_has_its_name_in_the_audit_and_is_forgotten_by_it(url, workspace, tmp_path):
    name = "kitchen é player ♫"
    with Producer(url, tmp_path / "b", client=name, linger_s=0) as producer:
        producer.put(SAVE)
        assert producer.flush(20)
    audit = Intake(workspace, "default").audit
    until = time.monotonic() + 10
    while not audit.hours() and time.monotonic() < until:
        time.sleep(0.05)
    assert [(h.client, h.produced, h.delivered) for h in audit.hours()] == [(name, 1, 1)]
    with Producer(url, tmp_path / "c", client="é", linger_s=0) as producer:
        producer.put(SAVE | {"listener": "é"})
        assert producer.flush(20)
    forget_listener(workspace, "default", "é")
    assert [h.client for h in audit.hours()] == [name]
