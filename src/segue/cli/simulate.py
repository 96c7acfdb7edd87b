"""`segue simulate`: policies against each other in the simulated world."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated

import typer

from segue.cli.workplace import console, out


def simulate(
    days: Annotated[int, typer.Option(help="Days of the loop.", min=1, max=1000)] = 14,
    policy: Annotated[
        list[str] | None,
        typer.Option(
            help="Only these; may be repeated. Default: popularity, greedy, plackett-luce.", show_default=False
        ),
    ] = None,
    listeners: Annotated[int, typer.Option(help="Listeners of each world.", min=40, max=100_000)] = 200,
    seeds: Annotated[int, typer.Option(help="How many worlds, of seeds one after the other.", min=1)] = 1,
    seed: Annotated[int, typer.Option(help="The first seed.", min=0)] = 0,
    control: Annotated[
        float, typer.Option(help="Share of listeners whose pages stay by popularity.", min=0, max=0.9)
    ] = 0.2,
    out_folder: Annotated[
        Path | None,
        typer.Option(
            "--out", help="Keep each run here: called again, finished ones are not run anew.", show_default=False
        ),
    ] = None,
    merge: Annotated[
        list[Path] | None,
        typer.Option(help="Add the runs of this JSON file; may be repeated.", show_default=False),
    ] = None,
    report_only: Annotated[
        bool, typer.Option("--report-only", help="Run nothing: report what --merge brings.")
    ] = False,
    json: Annotated[Path | None, typer.Option("--json", help="Write JSON to this file.", show_default=False)] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write a page to this file.", show_default=False)] = None,
) -> None:
    """The closed loop in the world: what each policy leads to, what its log predicted, and what happened."""
    import tempfile

    from segue.app import open_service
    from segue.core.errors import UsageError
    from segue.evaluation import simulation_report as report
    from segue.evaluation.simulation import Simulation
    from segue.jobs.simulate import GREEDY, POPULARITY, Overnight, Plan, read_runs
    from segue.jobs.simulate import simulate as run

    brought = [r for path in merge or () for r in read_runs(path)]
    if report_only and not brought:
        raise UsageError("--report-only needs the runs of a --merge FILE")
    runs = []
    if not report_only:
        names = policy or [POPULARITY, GREEDY, "plackett-luce"]
        plan = Plan(listeners=listeners, days=days, control=control)
        numbers = range(seed, seed + seeds)
        place = nullcontext(str(out_folder)) if out_folder else tempfile.TemporaryDirectory()
        with place as folder, _watched(len(names) * seeds * days) as (say, step):
            runs = run(plan, names, numbers, Path(folder), open_service, Overnight(), say, step)
    simulation = Simulation.of([*brought, *runs])
    out.print(report.as_table(simulation, out.width))
    out.print(report.headline(simulation), style="bold")
    command = "segue " + " ".join(sys.argv[1:])
    for path, write in ((json, report.as_json), (html, report.as_html)):
        if path:
            path.write_text(write(simulation, command))
            console.print(f"wrote {path}")


@contextmanager
def _watched(days: int) -> Iterator[tuple[Callable[[str], None], Callable[[str, int, int, int], None]]]:
    """A bar of all days of all runs, and a line for what is being done."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("", total=days)

        def step(policy: str, seed: int, done: int, total: int) -> None:
            progress.update(bar, description=f"{policy}, seed {seed}, day {done} of {total}", advance=1)

        yield (lambda text: progress.console.print(f"[dim]{text}[/]")), step
