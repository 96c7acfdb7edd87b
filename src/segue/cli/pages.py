"""`segue pages`: pages of Home made before they are asked for."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from segue.cli.workplace import console, open_workspace, workspace_path


def pages(
    days: Annotated[float, typer.Option(help="For whoever played something within so many days.", min=0)] = 28,
    minutes: Annotated[
        float | None, typer.Option(help="Stop after so many minutes; default: when all are made.", show_default=False)
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Processes; default: one for each core.", show_default=False, min=1, max=64)
    ] = None,
) -> None:
    """Make Home ahead of a busy hour: a server shows these pages while more are asked for than it can make.

    Whoever played something last comes first. Pages that were made by this release within twelve hours stand, so that
    what was stopped goes on where it was. Run it after `segue train`; a page lasts for a day.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from segue.app.ahead import make_pages

    if minutes is not None and minutes <= 0:
        raise typer.BadParameter("minutes are above 0", param_hint="--minutes")
    with open_workspace() as (workspace, tenant):
        kept = workspace.settings.pages_kept
    if not kept:
        raise typer.BadParameter("none is kept here: pages_kept is 0 in segue.toml")
    columns = TextColumn("making pages"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None)
        done = make_pages(
            workspace_path(), tenant, days, workers or os.cpu_count() or 1,
            seconds=float("inf") if minutes is None else 60 * minutes,
            progress=lambda made, due: bar.update(task, completed=made, total=due),
        )  # fmt: skip
    if not done.due:
        console.print(
            f"{done.had:,} listeners have a page already"
            if done.had
            else f"nobody played anything within {days:g} days: --days says how long ago counts"
        )
        return
    console.print(f"[bold]{done.made:,}[/] pages made" + (f", {done.had:,} were there" if done.had else ""))
    if done.failed:
        console.print(f"{done.failed:,} could not be made: the log says why")
    if done.stopped:
        console.print(f"{done.due - done.made - done.failed:,} are missing: the time was over")
    if done.due + done.had >= kept:
        console.print(f"no more than {kept:,} are kept: pages_kept in segue.toml")
    if done.failed and not done.made:
        raise typer.Exit(1)
