"""Incidents: a finding from the check that first has it to the first check without it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

import msgspec

from segue.checks import Finding, Level
from segue.core.errors import WorkspaceError

KEPT = 200
"""Incidents that are over and told which are kept to look at."""
State = Literal["opened", "resolved"]


class Incident(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One finding by its name, as long as it lasts. A finding that comes back is another incident."""

    id: str  # its name and when it was opened: receivers that hear of it twice know it by that
    name: str
    source: str  # which check found it: another check that does not look there says nothing of it
    level: Level
    message: str
    count: int = 0
    fix: str = ""
    opened: int  # UTC ms
    seen: int  # UTC ms of the last check that had it
    resolved: int = 0  # UTC ms; 0: it lasts
    told: dict[str, State] = {}  # by whom it was told ("webhook", "command"): the last state they heard of

    @property
    def state(self) -> State:
        return "resolved" if self.resolved else "opened"

    def untold(self, channel: str) -> bool:
        return self.told.get(channel) != self.state


class Incidents(msgspec.Struct, frozen=True):
    """Those that last, and those that are over; in order of time."""

    open: list[Incident] = []
    over: list[Incident] = []

    def followed(self, findings: Iterable[Finding], source: str, now: int) -> Incidents:
        """After one more check at a time (UTC ms): what is new opens, what this check no longer finds is resolved."""
        worst: dict[str, Finding] = {}
        for finding in findings:
            if finding.name not in worst or finding.level == "fail":
                worst[finding.name] = finding
        lasting, over = [], list(self.over)
        for incident in self.open:
            if incident.source != source:
                lasting.append(incident)
            elif (again := worst.pop(incident.name, None)) is not None:
                lasting.append(
                    msgspec.structs.replace(
                        incident, level=again.level, message=again.message, count=again.count, fix=again.fix, seen=now
                    )
                )
            else:
                over.append(msgspec.structs.replace(incident, resolved=max(1, now)))
        fresh = [
            Incident(id=f"{f.name}@{now}", name=f.name, source=source, level=f.level, message=f.message, count=f.count,
                     fix=f.fix, opened=now, seen=now)
            for f in worst.values()
        ]  # fmt: skip
        return Incidents(lasting + fresh, over)

    def untold(self, channel: str) -> list[Incident]:
        """What a channel has not heard of yet, oldest first."""
        return [i for i in (*self.over, *self.open) if i.untold(channel)]

    def telling(self, channel: str, told: Mapping[str, State]) -> Incidents:
        """After a channel heard of some, by id."""

        def heard(incident: Incident) -> Incident:
            if incident.id not in told:
                return incident
            return msgspec.structs.replace(incident, told=incident.told | {channel: told[incident.id]})

        return Incidents([heard(i) for i in self.open], [heard(i) for i in self.over])

    def trimmed(self, channels: Iterable[str]) -> Incidents:
        """Without the oldest that are over and of which every channel heard."""
        names = list(channels)
        done = [i for i in self.over if not any(i.untold(c) for c in names)]
        gone = {i.id for i in done[: max(0, len(done) - KEPT)]}
        return Incidents(self.open, [i for i in self.over if i.id not in gone])


def read_incidents(path: Path) -> Incidents:
    """As kept in a file; none where there is no file. WorkspaceError where it holds something else."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Incidents)
    except FileNotFoundError:
        return Incidents()
    except (msgspec.ValidationError, msgspec.DecodeError) as e:
        raise WorkspaceError(f"{path} holds no incidents: {e}") from None
