"""What is installed, what is missing, what would help."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sqlite3
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from rich.console import Console
from rich.text import Text

from segue import __version__

MINIMUM_DISK = 2 * 2**30  # bytes


def report(out: Console, workspace: Path) -> bool:
    """Print one line a finding; False where something needed is missing."""
    fine = True

    def line(ok: bool | None, what: str, hint: str = "") -> None:
        mark = {True: ("ok   ", "green"), False: ("miss ", "bold red"), None: ("note ", "yellow")}[ok]
        out.print(Text.assemble(mark, what, (f"  {hint}" if hint else "", "dim")))

    line(True, f"segue {__version__}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}")
    line(True, f"{os.cpu_count()} cores, {_memory() / 2**30:.1f} GB memory")
    for name in filter(_missing, _asked_for()):
        fine = False
        line(False, name, "run ./run setup")
    lacking = list(filter(_missing, _asked_for("ml")))
    what = f"extra ml: {', '.join(lacking)} not installed" if lacking else "extra ml: trees and networks"
    line(None if lacking else True, what, "for trees and networks: pip install 'segue[ml]'" if lacking else "")
    root = next(p for p in (workspace, *workspace.absolute().parents) if p.exists())
    free = shutil.disk_usage(root).free
    line(free > MINIMUM_DISK or None, f"{free / 2**30:.1f} GB free at {root}", "" if free > MINIMUM_DISK else "little")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    hint = "" if chromium else "only the page tests need it: apt install chromium"
    line(True if chromium else None, "chromium" if chromium else "no chromium", hint)
    return _look_at_workspace(workspace, line) and fine


def _look_at_workspace(workspace: Path, say: Callable[..., None]) -> bool:
    """False where something would keep it from being served."""
    from segue.cli.doctor_service import age, findings
    from segue.core.errors import SegueError, WorkspaceError
    from segue.runs.releases import current_release
    from segue.store.workspace import Workspace, is_workspace

    if not is_workspace(workspace):
        say(None, f"no workspace at {workspace}", "segue import … makes one; segue demo fills one")
        return True
    fine = True
    try:
        with Workspace.open(workspace) as opened:
            tenant = opened.settings.tenant
            say(True, f"workspace {workspace}: {opened.log.count(tenant):,} events of tenant {tenant!r}")
            if opened.settings.state:
                say(True, f"state in {opened.database.name}")
            if opened.settings.log:
                from segue.store.delivery import drain, kafka

                where = kafka.address_of(opened.settings.log, tenant).name
                say(True, f"log by way of {where}: {drain.behind(opened, tenant):,} events are not taken in yet")
            for ok, what, hint in findings(opened, tenant):
                say(ok, what, hint)
                fine = fine and ok is not False
            release = current_release(workspace, tenant)
            say(True, f"release {release.id} serves, made {release.manifest.made}")
            say(*age(release.manifest.created))
    except WorkspaceError as e:  # of another version, or its server is not reached
        say(False, str(e))
        return False
    except SegueError as e:
        say(None, str(e))
    return fine


def _memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _asked_for(extra: str = "") -> list[str]:
    """Names of the packages that an extra, or the core install, asks for."""
    lines = [re.split("extra ==", line) for line in requires("segue") or []]
    own = [parts[0] for parts in lines if (parts[1].strip(" \"'") if len(parts) > 1 else "") == extra]
    return [re.split(r"[;>=<\[ ]", line)[0] for line in own]


def _missing(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return True
    return False
