"""Where a command works: the console, the workspace and the tenant."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from segue.store.workspace import Workspace

WIDE = 120  # columns where nobody looks: a file or a pipe

console = Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else WIDE)  # what people read
out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else WIDE)  # what programs read

DEFAULT = "segue-workspace"


def workspace_path() -> Path:
    return Path(os.environ.get("SEGUE_WORKSPACE") or DEFAULT)


@contextmanager
def open_workspace(create: bool = False) -> Iterator[tuple[Workspace, str]]:
    """The workspace and the tenant in whose name the command acts."""
    from segue.store.workspace import Workspace

    path = workspace_path()
    with Workspace.create(path) if create else Workspace.open(path) as workspace:
        yield workspace, workspace.settings.tenant


def whoever() -> str:
    """Who runs the command, for the record of what was done."""
    import getpass

    try:
        return f"{getpass.getuser()} at the command line"
    except (OSError, KeyError, ImportError):  # a user without a name, as in a container
        return "the command line"
