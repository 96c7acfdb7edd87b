"""From Kafka into the log, each event once, by as many workers as the topic has partitions.

How far a partition was read is kept in the same transaction as what was read: after a crash, or when partitions change
hands, reading goes on exactly there. A worker that was taken for dead and still writes does no harm: what it brings
is known by its ids, and what it says of how far it is is true, if old.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

from segue.core.errors import WorkspaceError
from segue.core.optional import needed
from segue.store.delivery import Batch, Sender
from segue.store.delivery.intake import Intake
from segue.store.delivery.kafka import Address, address_of
from segue.store.delivery.reading import read_good, read_rows
from segue.store.workspace import Workspace

AT_ONCE = 10_000
"""Events of a transaction."""
ASK_S = 10
AGAIN_S = 1.0
_KEEP = "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"


class Drain:
    """One worker of a group. For one thread."""

    def __init__(self, workspace: Workspace, tenant: str, look: bool = True) -> None:
        """WorkspaceError where the topic is not there, unless one does not `look`."""
        self._kafka = needed("confluent_kafka", "Kafka", "kafka")
        self._workspace, self._tenant = workspace, tenant
        self._address = address_of(workspace.settings.log, tenant)
        self._intake = Intake(workspace, tenant)
        if look:
            partitions(self._address)
        self._consumer = self._kafka.Consumer(
            self._address.client(
                group_id=f"segue-{self._address.topic}", enable_auto_commit=False, auto_offset_reset="earliest",
                isolation_level="read_committed", session_timeout_ms=10_000, heartbeat_interval_ms=1_000,
            )
        )  # fmt: skip
        self._consumer.subscribe([self._address.topic], on_assign=self._assigned)

    def _assigned(self, consumer: Any, mine: Sequence[Any]) -> None:
        """What is committed in Kafka is for those who watch; what counts is in the database."""
        for one in mine:
            one.offset = kept(self._workspace, self._address, one.partition)
        consumer.assign(mine)

    def step(self, wait_s: float = 0.5) -> int:
        """Take what has come, at most AT_ONCE, in one transaction: how many events were new."""
        messages = self._consumer.consume(AT_ONCE, wait_s)
        for message in messages:
            if message.error() is not None and not message.error().retriable():
                raise WorkspaceError(f"{self._address.name}: {message.error()}")
        good = [message for message in messages if message.error() is None]
        if not good:
            return 0
        batch = self._read([message.value() or b"" for message in good])
        reached = {message.partition(): message.offset() + 1 for message in good}
        with self._workspace.database.write() as connection:
            (taken,) = self._intake.take([batch])
            connection.executemany(_KEEP, [(_key(self._address, one), to) for one, to in sorted(reached.items())])
        place = self._kafka.TopicPartition
        self._consumer.commit(
            offsets=[place(self._address.topic, one, to) for one, to in reached.items()], asynchronous=True
        )
        self._workspace.log.tidy()
        return taken.count("accepted")

    def _read(self, rows: Sequence[bytes]) -> Batch:
        tenant, rules, sender = self._tenant, self._intake.rules, Sender()
        batch = read_good(b"[" + b",".join(rows) + b"]", False, tenant, rules, sender)
        if batch is not None and batch.rows == len(rows):
            return batch
        return read_rows(rows, "event", tenant, rules, sender)

    def close(self) -> None:
        """Leave the group, so that the others take over at once."""
        self._consumer.close()


def run(workspace: Workspace, tenant: str, stop: threading.Event) -> int:
    """Work until told to stop: how many events were new. Where the database or the brokers go away it waits.

    WorkspaceError where the brokers are not there to begin with.
    """
    taken, drain = 0, Drain(workspace, tenant)
    while not stop.is_set():
        try:
            taken += drain.step()
        except WorkspaceError:  # nothing was taken: it is read again from where the log is
            drain.close()
            stop.wait(AGAIN_S)
            drain = Drain(workspace, tenant, look=False)
    drain.close()
    return taken


def partitions(address: Address) -> list[int]:
    """Of a topic; WorkspaceError where the brokers are not reached or have no such topic."""
    kafka = needed("confluent_kafka", "Kafka", "kafka")
    client = needed("confluent_kafka.admin", "Kafka", "kafka").AdminClient(address.client())
    try:
        found = client.list_topics(address.topic, timeout=ASK_S).topics[address.topic]
    except kafka.KafkaException as e:
        raise WorkspaceError(f"{address.name} is not reached: {e.args[0].str()}; start it, or see `log`") from None
    if found.error is not None or not found.partitions:
        raise WorkspaceError(f"{address.name}: there is no such topic; make it, with a partition for each worker")
    return sorted(found.partitions)


def kept(workspace: Workspace, address: Address, partition: int) -> int:
    """The offset up to which a partition is in the log."""
    with workspace.database.asking() as connection:
        row = connection.execute("SELECT value FROM meta WHERE key = ?", (_key(address, partition),)).fetchone()
    return int(row[0]) if row else 0


def behind(workspace: Workspace, tenant: str) -> int:
    """How many messages of the topic are not in the log yet."""
    address = address_of(workspace.settings.log, tenant)
    return sum(max(0, end - kept(workspace, address, one)) for one, end in _ends(address).items())


def catch_up(workspace: Workspace, tenant: str, wait_s: float = 30.0) -> None:
    """Wait until what is in the topic now is in the log; WorkspaceError where no worker brings it there."""
    address, until = address_of(workspace.settings.log, tenant), time.monotonic() + wait_s
    ends = _ends(address)
    while missing := sum(max(0, end - kept(workspace, address, one)) for one, end in ends.items()):
        if time.monotonic() > until:
            raise WorkspaceError(f"{missing} events of {address.name} are not in the log yet: run `segue ingest`")
        time.sleep(0.2)


def remove_read(workspace: Workspace, tenant: str) -> bool:
    """Have the brokers delete what is in the log already; whether they do that."""
    kafka = needed("confluent_kafka", "Kafka", "kafka")
    address = address_of(workspace.settings.log, tenant)
    read = [kafka.TopicPartition(address.topic, p, kept(workspace, address, p)) for p in partitions(address)]
    try:
        client = needed("confluent_kafka.admin", "Kafka", "kafka").AdminClient(address.client())
        for done in client.delete_records([one for one in read if one.offset]).values():
            done.result(ASK_S)
    except kafka.KafkaException:
        return False
    return True


def _ends(address: Address) -> dict[int, int]:
    kafka = needed("confluent_kafka", "Kafka", "kafka")
    client = kafka.Consumer(address.client(group_id=f"segue-{address.topic}"))
    try:
        places = {one: kafka.TopicPartition(address.topic, one) for one in partitions(address)}
        return {one: client.get_watermark_offsets(place, timeout=ASK_S)[1] for one, place in places.items()}
    except kafka.KafkaException as e:
        raise WorkspaceError(f"{address.name} is not reached: {e.args[0].str()}") from None
    finally:
        client.close()


def _key(address: Address, partition: int) -> str:
    return f"kafka:{address.topic}:{partition}"
