"""Where a command works: the console, the workspace and the tenant."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from segue.store.workspace import Workspace

console = Console(stderr=True, highlight=False)  # what people read
out = Console(highlight=False, soft_wrap=True)  # what programs read

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
