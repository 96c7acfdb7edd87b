"""Keeping a workspace: versions, copies."""

from __future__ import annotations

from pathlib import Path
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


def backup(
    out: Annotated[Path, typer.Argument(help="A folder to make, or a file that ends in .tar. It will hold the keys.")],
) -> None:
    """Copy the workspace, also while it is served. Every file is hashed."""
    from segue.jobs.backup import backup as run

    done = run(workspace_path(), out)
    size, events = done.bytes / 2**20, done.last_seq
    console.print(f"wrote {out}: {len(done.files):,} files, {size:,.1f} MB, events up to {events:,}")


def restore(
    backup: Annotated[Path, typer.Argument(help="What `segue backup` wrote.")],
) -> None:
    """Make a workspace of a backup, at a place where nothing is. Every hash is looked at first."""
    from segue.jobs.backup import restore as run

    done = run(backup, workspace_path())
    console.print(f"restored {workspace_path()} as of {done.created}: {len(done.files):,} files, every hash right")
