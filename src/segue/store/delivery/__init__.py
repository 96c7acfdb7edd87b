"""How events are delivered: what a request brings, what becomes of each of its rows, and what was never delivered.

A row is an event as JSON, or a CloudEvent around one. Rows that cannot be taken are kept as dead letters; the rest go
into the log, each once. All of it is one transaction, so that an answer never says more than the disk holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from segue.core.events import AnyEvent

Status = Literal["accepted", "duplicate", "refused"]
Form = Literal["event", "cloudevent"]


@dataclass(frozen=True, slots=True)
class Rules:
    """When an event may have happened, seen from now."""

    late_ms: int = 3_650 * 86_400_000  # earlier ones are refused
    future_ms: int = 3_600_000  # later ones are refused
    skew_ms: int = 60_000  # a sender's clock that is off by more is corrected


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that cannot be taken."""

    index: int  # in the request, from 0
    reason: str
    field: str  # that is wrong; "" where it is the row as a whole
    raw: bytes
    form: Form = "event"


@dataclass(frozen=True, slots=True)
class Sender:
    """What a request says of where it comes from; all of it may be missing."""

    client: str = ""  # who numbers the events
    first: int = 0  # number of the first row, the rest follow it; 0: not numbered
    produced: int = 0  # the highest number given so far
    sent_at: int = 0  # UTC ms by the sender's clock


@dataclass(frozen=True, slots=True)
class Batch:
    """One request, read: its events in order, and what is no event."""

    events: Sequence[AnyEvent]
    places: Sequence[int]  # (E,) row of each event
    refused: Sequence[Refused] = ()
    sender: Sender = field(default_factory=Sender)

    @property
    def rows(self) -> int:
        return len(self.events) + len(self.refused)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch."""

    statuses: Sequence[Status]  # (R,) one a row
    refused: Sequence[Refused]  # also what only the store could see

    def count(self, status: Status) -> int:
        return self.statuses.count(status)
