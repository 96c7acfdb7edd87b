"""Batches into the workspace: several share one transaction, and each row of each gets its own verdict."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
import numpy as np

from segue.core.errors import InputError, UnknownName
from segue.core.events import AnyEvent
from segue.core.settings import Settings
from segue.core.types import Bools
from segue.store.delivery import Batch, Refused, Rules, Sender, Status, Taken
from segue.store.delivery.audit import Audit
from segue.store.delivery.dead_letters import DeadLetter, DeadLetters
from segue.store.delivery.reading import field_of, read_rows
from segue.store.workspace import Workspace


def rules_of(settings: Settings) -> Rules:
    return Rules(
        int(settings.event_late_days * 86_400_000), int(settings.event_future_hours * 3_600_000),
        int(settings.event_skew_s * 1000),
    )  # fmt: skip


class Intake:
    """Where batches for one tenant go in. For one thread at a time."""

    def __init__(self, workspace: Workspace, tenant: str) -> None:
        self.workspace, self.tenant = workspace, tenant
        self.rules = rules_of(workspace.settings)
        self.dead = DeadLetters(workspace.database, tenant, workspace.settings.dead_letters_kept)
        self.audit = Audit(workspace.database, tenant)

    def take(self, batches: Sequence[Batch]) -> tuple[Taken, ...]:
        """What became of each batch; on disk when this returns, or nothing is."""
        events = [e for b in batches for e in b.events]
        with self.workspace.database.write():
            new, wrong = halved(events, self._append)
            taken = self.verdicts(batches, new, wrong)
            self.note(batches, taken)
        if not self.workspace.database.writing:
            self.workspace.log.tidy()
        return taken

    def _append(self, events: Sequence[AnyEvent]) -> Bools:
        """(E,) which are new."""
        with self.workspace.database.attempt():
            return self.workspace.log.append(events).new

    def verdicts(self, batches: Sequence[Batch], new: Bools, wrong: dict[int, Exception]) -> tuple[Taken, ...]:
        """What became of each batch; `new` and `wrong` are of the events of all in order."""
        starts = np.cumsum([0, *(len(b.events) for b in batches)])
        return tuple(_verdicts(batch, new, wrong, int(start)) for batch, start in zip(batches, starts))

    def note(self, batches: Sequence[Batch], taken: Sequence[Taken]) -> None:
        """Keep what was refused, and what the audit counts. Within the caller's transaction."""
        for batch, one in zip(batches, taken):
            self.dead.put(one.refused, batch.sender.client)
            self.audit.note(batch, one)

    def replay(self, letter: DeadLetter, raw: bytes | None = None) -> Taken:
        """Take a dead letter as it stands, or as edited. It goes where it is taken now, and stays where it is not."""
        if raw is None and not letter.whole:
            raise InputError(f"dead letter {letter.id} was too long to be kept whole; give it anew")
        row = letter.raw if raw is None else raw
        batch = read_rows([row], letter.form, self.tenant, self.rules, Sender(letter.client))
        with self.workspace.database.write():
            (taken,) = self.take([Batch(batch.events, batch.places, batch.refused)])
            if taken.statuses[0] != "refused" or row != letter.raw:
                self.dead.drop([letter.id])
        return taken


def halved(
    events: Sequence[AnyEvent], take: Callable[[Sequence[AnyEvent]], Bools]
) -> tuple[Bools, dict[int, Exception]]:
    """(E,) what `take` says of each event, and what it would not take: halved until the offender is alone."""
    try:
        return take(events), {}
    except (InputError, UnknownName, ValueError, OverflowError) as e:
        if len(events) == 1:
            return np.zeros(1, np.bool_), {0: e}
    half = len(events) // 2
    new, wrong = halved(events[:half], take)
    others, more = halved(events[half:], take)
    return np.concatenate([new, others]), wrong | {i + half: e for i, e in more.items()}


def _verdicts(batch: Batch, new: Bools, wrong: dict[int, Exception], start: int) -> Taken:
    """One status a row; `new` and `wrong` are of all events of the commit, this batch's from `start` on."""
    refused = list(batch.refused)
    if not refused and not wrong and new[start : start + len(batch.events)].all():
        return Taken(["accepted"] * len(batch.events), ())
    statuses: list[Status] = ["refused"] * batch.rows
    for i, place in enumerate(batch.places):
        error = wrong.get(start + i)
        if error is None:
            statuses[place] = "accepted" if new[start + i] else "duplicate"
        else:
            refused.append(Refused(place, str(error), field_of(error), msgspec.json.encode(batch.events[i])))
    return Taken(statuses, tuple(sorted(refused, key=lambda r: r.index)))
