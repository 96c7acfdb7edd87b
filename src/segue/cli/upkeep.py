"""Keeping a workspace: versions, copies."""

from __future__ import annotations

from typing import Annotated

import typer

from segue.cli.workplace import console, workspace_path


def migrate(back: Annotated[bool, typer.Option("--back", help="One version back instead.")] = False) -> None:
    """Bring an older workspace to this program's version, or take it one version back. Stop the server first."""
    from segue.store.migrations import migrate as run

    done = run(workspace_path(), back)
    if done.before == done.after:
        console.print(f"the workspace is of version {done.after}, as this program is")
        return
    for what in done.what:
        console.print(f"{'given up' if back else 'new'}: {what}")
    console.print(f"version {done.before} → {done.after}; kept as it was: {', '.join(map(str, done.copies))}")
    if not back:
        console.print("undo it with `segue migrate --back`; remove the copy when all is well")
