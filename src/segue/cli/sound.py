"""`segue sound`: what the tracks sound like, heard once."""

from __future__ import annotations

import json as json_
from pathlib import Path
from typing import Annotated

import typer

from segue.cli.workplace import console, open_workspace

SHOWN = 10  # files that could not be heard, named on the screen


def sound(
    most: Annotated[
        int, typer.Option(help="Tracks heard at most: half those taken most, half those taken least.", min=2)
    ] = 2_000,
    network: Annotated[
        bool | None,
        typer.Option("--network/--statistics", help="Default: a network where torch is installed.", show_default=False),
    ] = None,
    listening: Annotated[bool, typer.Option(help="Learn from where the release puts the tracks, too.")] = True,
    json: Annotated[
        Path | None, typer.Option("--json", help="Write tempo, key and more of each track here.", show_default=False)
    ] = None,
) -> None:
    """Hear imported files, or render simulated tracks: tempo, key, loudness, energy and a vector of each.

    `segue train` then places tracks that nobody took by how they sound. What was heard before is not heard again; a
    file that cannot be heard is named and skipped.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
    from rich.text import Text

    from segue.jobs.sound import hear

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with open_workspace() as (workspace, tenant):
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task("hearing", total=None)
            found = hear(
                workspace, tenant, most=most, network=network, listening=listening,
                progress=lambda what, done, of: bar.update(task, description=what, completed=done, total=of),
            )  # fmt: skip
        if json is not None:
            json.write_text("".join(json_.dumps(row) + "\n" for row in found.rows(workspace)))
    how = "a network" if found.network else "statistics"
    console.print(f"[bold]{len(found.items):,}[/] tracks heard, described by {how}; `segue train` makes use of it")
    if network is None and not found.network:
        console.print(Text("a network hears more: pip install 'segue[ml]'", "dim"))
    for uri, reason in found.skipped[:SHOWN]:
        console.print(Text.assemble(("skipped ", "yellow"), f"{uri}: {reason}"))
    if len(found.skipped) > SHOWN:
        console.print(f"… {len(found.skipped):,} skipped in all")
