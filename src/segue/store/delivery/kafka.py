"""Events by way of Kafka: what a server accepts is written there, acknowledged by every replica, before it is answered.

`segue ingest` brings it into the log from there (`segue.store.delivery.drain`). So servers need no turn to write, and
what the log does not take yet waits in the topic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec
import numpy as np

from segue.core.errors import UsageError, WorkspaceError
from segue.core.events import AnyEvent
from segue.core.optional import needed
from segue.core.types import Bools
from segue.store.dedupe import first_of_each, keys_of
from segue.store.delivery import Batch, Taken
from segue.store.delivery.intake import Intake, halved
from segue.store.edge import checked, to_table
from segue.store.workspace import Workspace

BARE = "default"
"""The tenant whose topic needs not say so."""
SEND_S = 20
"""How long a group of events may take to be acknowledged by the brokers."""


@dataclass(frozen=True, slots=True)
class Address:
    """Brokers and a topic: kafka://host:9092,other:9092/topic?security.protocol=ssl."""

    brokers: str
    topic: str
    options: Mapping[str, str]  # of librdkafka: https://github.com/confluentinc/librdkafka/blob/master/CONFIGURATION.md

    @property
    def name(self) -> str:
        """For messages: without options, among which passwords are."""
        return f"kafka://{self.brokers}/{self.topic}"

    def client(self, **more: object) -> dict[str, object]:
        """The configuration of a client."""
        own = {"bootstrap.servers": self.brokers, "client.id": "segue", "log_level": 0, "error_cb": _unsaid}
        return own | {name.replace("_", "."): value for name, value in more.items()} | dict(self.options)


def _unsaid(_: object) -> None:
    """Brokers that are away are told of by what fails, not on the console."""


def address_of(log: str, tenant: str) -> Address:
    """What the setting `log` says, `{tenant}` in the topic filled in; UsageError where it cannot be read.

    Every tenant has a topic of its own, since messages do not say whose they are: without `{tenant}` in its name it is
    that of `default`, and those of others are called TOPIC.TENANT.
    """
    parts = urlsplit(log)
    named = parts.path.strip("/")
    if parts.scheme != "kafka" or not parts.netloc or "@" in parts.netloc or not named or "/" in named:
        shown = log.partition("?")[0].rpartition("@")[2]
        raise UsageError(f"log = {shown!r}: expected kafka://host:9092,other:9092/topic, further options after a ?")
    if "{tenant}" not in named and tenant != BARE:
        named += ".{tenant}"
    return Address(parts.netloc, named.replace("{tenant}", tenant), dict(parse_qsl(parts.query)))


def intake_of(workspace: Workspace, tenant: str) -> Intake:
    """Where batches go in, by the settings: into the log, or to Kafka."""
    return Forward(workspace, tenant) if workspace.settings.log else Intake(workspace, tenant)


class Forward(Intake):
    """Batches to a topic. For one thread at a time.

    Rows are answered as by `Intake`, but that a duplicate of an event which is still on its way is `accepted`; it is
    kept once all the same.
    """

    def __init__(self, workspace: Workspace, tenant: str) -> None:
        super().__init__(workspace, tenant)
        self._address = address_of(workspace.settings.log, tenant)
        self._kafka = needed("confluent_kafka", "Kafka", "kafka")
        self._producer: Any = None
        self._encode = msgspec.json.Encoder().encode

    def take(self, batches: Sequence[Batch]) -> tuple[Taken, ...]:
        """What became of each batch, with every replica when this returns; WorkspaceError where that is not known."""
        events = [e for b in batches for e in b.events]
        new, wrong = halved(events, self._unknown)
        self._send([e for e, n in zip(events, new) if n])
        taken = self.verdicts(batches, new, wrong)
        if any(one.refused or batch.sender.client for one, batch in zip(taken, batches)):
            with self.workspace.database.write():
                self.note(batches, taken)
        return taken

    def _unknown(self, events: Sequence[AnyEvent]) -> Bools:
        """(E,) events that neither the log nor an earlier row has; InputError where one cannot be kept."""
        if not events:
            return np.zeros(0, np.bool_)
        keys = keys_of(checked(to_table(events)))
        new = first_of_each(keys)
        new[new] = ~self.workspace.database.has_seen(np.frombuffer(keys, "V16")[new].tobytes())
        return new

    def _send(self, events: Sequence[AnyEvent]) -> None:
        if not events:
            return
        failed: list[str] = []

        def told(error: Any, _: Any) -> None:
            if error is not None:
                failed.append(str(error))

        producer = self._connected()
        try:
            for event in events:
                value, key = self._encode(event), event.listener.encode()
                while True:
                    try:
                        producer.produce(self._address.topic, value, key, on_delivery=told)
                        break
                    except BufferError:  # more than it holds: some must go first
                        producer.poll(0.1)
            left = producer.flush(SEND_S + 1)
        except self._kafka.KafkaException as e:
            failed.append(str(e))
            left = len(events)
        if failed or left:
            self._producer = None  # whose numbering of messages may be at odds with the brokers'
            why = failed[0] if failed else "no answer"
            raise WorkspaceError(
                f"{self._address.name} did not acknowledge {max(left, len(failed))} of {len(events)} events: {why}; "
                "see whether it runs (segue doctor), and send them again"
            )

    def _connected(self) -> Any:
        if self._producer is None:
            self._producer = self._kafka.Producer(
                self._address.client(
                    enable_idempotence=True, acks="all", linger_ms=5, message_timeout_ms=SEND_S * 1000,
                    socket_timeout_ms=5_000, reconnect_backoff_max_ms=1_000,
                )
            )  # fmt: skip
        return self._producer
