"""What nothing needs any more is let go of, so that a workspace that learns every night does not grow for ever."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from segue.runs.files import DRAFT, remove_whole
from segue.runs.ledger import FOLDER as RUNS
from segue.runs.releases import prune, releases
from segue.store import snapshot
from segue.store.workspace import Workspace

UNUSED_S = 7 * 86_400.0
"""For so long whatever was made or taken up stays: somebody may be at work with it, or ask for the same again."""


@dataclass(frozen=True, slots=True)
class Tidied:
    """Names of what was removed."""

    releases: tuple[str, ...]
    snapshots: tuple[str, ...]
    outputs: tuple[str, ...]  # of steps


def tidy(workspace: Workspace, tenant: str, unused_s: float = UNUSED_S) -> Tidied:
    """Remove a tenant's oldest releases beyond `keep_releases`; then, of all tenants, the snapshots that no release was
    made from and the outputs of steps, where nothing took them up for `unused_s` seconds.

    A release has its models itself. What a server has mapped stays readable until it lets go of it.
    """
    gone = prune(workspace.path, tenant, workspace.settings.keep_releases)
    needed = {r.manifest.snapshot for r in releases(workspace.path)}
    unused = [f for f in _folders(workspace.path / snapshot.FOLDER) if f.name not in needed]
    old = time.time() - unused_s
    return Tidied(tuple(gone), _removed(unused, old), _removed(_folders(workspace.path / RUNS), old))


def _folders(root: Path) -> Iterator[Path]:
    """In order of their names; not drafts, which others are at."""
    return (f for f in sorted(root.glob("*")) if f.is_dir() and not f.name.startswith(DRAFT))


def _removed(folders: Iterable[Path], before: float) -> tuple[str, ...]:
    """Those last taken up earlier than a time (s since 1970)."""
    gone = []
    for folder in folders:
        with contextlib.suppress(FileNotFoundError):  # somebody else tidies up, too
            if folder.stat().st_mtime < before:
                remove_whole(folder)
                gone.append(folder.name)
    return tuple(gone)
