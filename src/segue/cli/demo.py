"""`segue demo`: a simulated world from nothing to a served Home."""

from __future__ import annotations

import time
from pathlib import Path

from rich.panel import Panel
from rich.text import Text

from segue.cli.show import print_home, print_leaderboards, print_trained, training_steps
from segue.cli.workplace import console, out

DAYS = 60
RECIPES = ("popular", "item-knn", "ease", "transitions", "same-tags", "blend")  # quick ones: a demo is not a contest
TRIALS = 4  # settings of each recipe tried, a population


def run(
    path: Path, *, listeners: int, tracks: int, seed: int, serving: bool, host: str | None, port: int | None
) -> None:
    """Each step says what it does and is skipped where its output stands."""
    from segue.app import open_service
    from segue.jobs.check import check
    from segue.jobs.demo import import_world
    from segue.jobs.evaluate import evaluate
    from segue.jobs.train import train
    from segue.store.workspace import Workspace

    started = time.monotonic()
    with Workspace.create(path) as workspace:
        tenant = workspace.settings.tenant
        with training_steps(console) as say:
            say(f"simulating {listeners:,} listeners over {DAYS} days")
            world = import_world(workspace, tenant, listeners=listeners, days=DAYS, seed=seed, tracks=tracks)
        console.print(Panel(Text(world.notice), style="yellow", expand=False))
        console.print(
            f"[bold]world[/]: {world.items:,} items, {world.events:,} events"
            + (f" ({world.accepted:,} new)" if world.accepted != world.events else "")
        )
        with training_steps(console) as say:
            report = check(workspace, tenant, say=say)
        report.print(console)
        with training_steps(console) as say:
            trained = train(workspace, tenant, recipes=RECIPES, tuning_trials=TRIALS, report=report, say=say)
        print_trained(console, trained)
        with training_steps(console) as say:
            boards = evaluate(
                workspace, tenant, kind="track", owner="listener", recipes=RECIPES, tuning_trials=TRIALS, say=say
            )
        print_leaderboards(out, boards)
    with open_service(path) as service:
        somebody = service.listeners(limit=1)[0].id
        print_home(out, service.home(somebody))
    console.print(f"\nfrom nothing to a Home in {time.monotonic() - started:.0f} s")
    if serving:
        from segue.cli.serving import start_server

        start_server(path, host, port)
