"""Tell of incidents, by a webhook and by a command: once when one opens, once when it is over.

checks/<tenant>/incidents.json     what lasts, what is over, and who has heard of it; replaced whole after each delivery
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from segue.checks import Finding
from segue.checks.incidents import Incident, Incidents, read_incidents
from segue.core.errors import SegueError, WorkspaceError
from segue.core.settings import Settings
from segue.runs.command import run_command
from segue.runs.files import write_whole
from segue.runs.webhook import NotDelivered, deliver
from segue.store.workspace import CHECKS, Workspace

AT_ONCE = 50
"""Incidents in one message."""
WAIT = 60  # seconds for another check to be done telling
LONG = 500  # characters of a message that are sent
Send = Callable[[bytes], None]


@dataclass(frozen=True, slots=True)
class Alerted:
    """What one check opened and resolved, and who could not be told (they will be at the next check)."""

    opened: Sequence[Incident]
    resolved: Sequence[Incident]
    failed: Sequence[str]


def alert(workspace: Workspace, tenant: str, findings: Iterable[Finding], source: str = "check") -> Alerted:
    """Follow the incidents of a tenant after a check, and tell of what changed. Who cannot be told stops nothing."""
    settings, now = workspace.settings, int(time.time() * 1000)
    levels = ("fail", "warn") if settings.alert_level == "warn" else ("fail",)
    grave = [f for f in findings if f.level in levels]
    path = incidents_path(workspace, tenant)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with _locked(path):
            return _followed(path, settings, tenant, grave, source, now)
    except (OSError, sqlite3.Error) as e:
        return Alerted((), (), [f"{path}: {e}"])


def _followed(path: Path, settings: Settings, tenant: str, grave: Sequence[Finding], source: str, now: int) -> Alerted:
    failed = []
    try:
        before = read_incidents(path)
    except WorkspaceError as e:
        failed.append(f"{e}; it is kept beside as {path.name}.broken")
        path.replace(path.with_name(f"{path.name}.broken"))
        before = Incidents()
    after = before.followed(grave, source, now)
    known = {i.id for i in before.open}
    opened = [i for i in after.open if i.id not in known]
    resolved = after.over[len(before.over) :]
    _keep(path, after)
    channels = _channels(settings)
    for channel, send in channels.items():
        after, why = _tell(after, tenant, channel, send, path)
        failed += [f"{channel}: {why}"] if why else []
    _keep(path, after.trimmed(channels))
    return Alerted(opened, resolved, failed)


def incidents_path(workspace: Workspace, tenant: str) -> Path:
    return workspace.derived(CHECKS, tenant) / "incidents.json"


def _channels(settings: Settings) -> dict[str, Send]:
    found: dict[str, Send] = {}
    if url := settings.alert_webhook:
        found["webhook"] = lambda body: deliver(url, body, secret=settings.alert_secret, private=settings.alert_private)
    if words := settings.alert_command:
        found["command"] = lambda body: run_command(words, body)
    return found


def _tell(incidents: Incidents, tenant: str, channel: str, send: Send, path: Path) -> tuple[Incidents, str]:
    """What is kept after telling one channel, and why it could not be told of everything."""
    waiting = incidents.untold(channel)
    for start in range(0, len(waiting), AT_ONCE):
        part = waiting[start : start + AT_ONCE]
        try:
            send(message(tenant, part))
        except (NotDelivered, SegueError) as e:
            return incidents, str(e)
        incidents = incidents.telling(channel, {i.id: i.state for i in part})
        _keep(path, incidents)
    return incidents, ""


def message(tenant: str, incidents: Sequence[Incident]) -> bytes:
    """What is sent, as JSON: `text` for people (chats show it as it is), the rest for programs. No example rows."""
    lines = [f"{'over' if i.resolved else i.level}: {i.name[:LONG]}: {i.message[:LONG]}" for i in incidents]
    body = {
        "text": f"Segue, tenant {tenant}:\n" + "\n".join(lines),
        "tenant": tenant,
        "opened": [_told(i) for i in incidents if not i.resolved],
        "resolved": [_told(i) for i in incidents if i.resolved],
    }
    return msgspec.json.encode(body)


def _told(incident: Incident) -> dict[str, Any]:
    times = {"opened": incident.opened, "resolved": incident.resolved}
    return {
        "id": incident.id[:LONG], "name": incident.name[:LONG], "source": incident.source, "level": incident.level,
        "message": incident.message[:LONG], "rows": incident.count, "fix": incident.fix[:LONG],
        **{k: datetime.fromtimestamp(v / 1000, UTC).isoformat(timespec="seconds") for k, v in times.items() if v},
    }  # fmt: skip


def _keep(path: Path, incidents: Incidents) -> None:
    write_whole(path, msgspec.json.format(msgspec.json.encode(incidents).decode(), indent=1))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One check at a time follows the incidents of a tenant; the lock of a killed one is free at once."""
    lock = sqlite3.connect(path.with_suffix(".lock"), timeout=WAIT, isolation_level=None)
    try:
        lock.execute("BEGIN EXCLUSIVE")
        yield
    finally:
        lock.close()
