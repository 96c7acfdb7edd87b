"""What a service needs to run for a year: rights, port, keys, clock, a release that is not old, queues that empty."""

from __future__ import annotations

import json
import os
import socket
import stat
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from segue.core.settings import Settings
    from segue.store.workspace import Workspace

Finding = tuple[bool | None, str, str]
"""Whether it is well (None: worth a note), what was found, what to do."""
OLD_DAYS = 14
MANY_DEAD = 1_000
SECRETS = ("keys.json", "keys.secret", "access.sqlite")
DAY_S = 86_400


def findings(workspace: Workspace, tenant: str) -> Iterator[Finding]:
    """One a matter, the quick ones first."""
    yield from rights(workspace.path)
    yield clock(workspace)
    yield from letters(workspace, tenant)
    yield from server(workspace.settings)
    yield doors(workspace, tenant)


def rights(path: Path) -> Iterator[Finding]:
    """Whether this user can write the workspace, and nobody else can read its secrets."""
    shut = [p for p in (path, path / "events", path / "releases") if p.exists() and not os.access(p, os.W_OK | os.X_OK)]
    if shut:
        yield False, f"no right to write {', '.join(map(str, shut))}", "run as its owner, or chown it"
    else:
        yield True, "the workspace can be written", ""
    if path.stat().st_mode & stat.S_IWOTH:
        yield False, f"anybody can write {path}", f"chmod o-w {path}"
    for name in SECRETS:
        if (path / name).exists() and (path / name).stat().st_mode & 0o077:
            yield False, f"others can read {path / name}", f"chmod 600 {path / name}"


def clock(workspace: Workspace) -> Finding:
    """Nothing here was made in the future."""
    now = time.time()
    newest = max((p.stat().st_mtime for p in workspace.path.glob("*.sqlite*")), default=0.0)
    ahead = newest - now
    if ahead > 60 or now < 1_700_000_000:
        return (
            False,
            f"the clock says {datetime.fromtimestamp(now, UTC):%Y-%m-%d %H:%M} UTC, before the newest file",
            ("set the clock: events would be refused or put in the wrong place (timedatectl)"),
        )
    return True, f"the clock: {datetime.fromtimestamp(now, UTC):%Y-%m-%d %H:%M} UTC", ""


def age(created: str) -> Finding:
    """Of the release that serves."""
    days = (datetime.now(UTC) - datetime.fromisoformat(created)).total_seconds() / DAY_S
    if days > OLD_DAYS:
        return None, f"the release is {days:.0f} days old", "segue train makes one of what was heard since"
    return True, f"the release is {days:.0f} days old" if days >= 1 else "the release is of today", ""


def letters(workspace: Workspace, tenant: str) -> Iterator[Finding]:
    """Events that were refused."""
    from segue.store.delivery.dead_letters import DeadLetters

    kept, _ = DeadLetters(workspace.database, tenant, workspace.settings.dead_letters_kept).counts()
    if kept >= min(MANY_DEAD, workspace.settings.dead_letters_kept):
        yield None, f"{kept:,} events were refused", "segue dead list shows them"


def server(settings: Settings) -> Iterator[Finding]:
    """Who answers at the address of the settings, and how it is."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    where = f"[{host}]:{settings.port}" if ":" in host else f"{host}:{settings.port}"
    try:
        with urllib.request.urlopen(f"http://{where}/api/health", timeout=2) as answer:
            told = json.load(answer)
    except urllib.error.HTTPError as e:
        told = _told(e)
    except (OSError, ValueError):
        told = None
    if told is None:
        yield _port(host, settings.port)
        return
    status = str(told.get("status", "something that is not Segue"))
    yield (True if status == "ready" else None), f"the server at {where}: {status}", str(told.get("why", ""))
    most = {
        "events_waiting_bytes": (settings.ingest_queue_mb << 19, "bytes of events wait"),
        "reads_waiting": (100, "requests wait"),
        "events_behind": (100_000, "events are not seen yet"),
    }
    for name, (bound, words) in most.items():
        n = told.get(name)
        if isinstance(n, int) and n > bound:
            yield None, f"{n:,} {words}", "more than it gets done: --workers, or a quicker machine"


def _told(e: urllib.error.HTTPError) -> dict[str, object] | None:
    try:
        told = json.load(e)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _port(host: str, port: int) -> Finding:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((host, port))
        except OSError as e:
            return False, f"port {port} of {host} cannot be had: {e.strerror}", "serve on another: --port"
    return True, f"port {port} of {host} is free", ""


def doors(workspace: Workspace, tenant: str) -> Finding:
    """Whether others can come in, and whether they need a key."""
    from segue.web.auth import Keys, is_open
    from segue.web.guard import is_loopback

    host, keys = workspace.settings.host, Keys(workspace.path, tenant)
    if is_loopback(host):
        return True, f"{host} is reached from this machine alone", ""
    if is_open(keys):
        return False, f"{host} can be reached by others, and there is no key", "segue key create, or host = 127.0.0.1"
    return True, f"{host} can be reached by others, who need a key", ""
