"""Commands that learn from the data, judge what was learned, and make it current."""

from __future__ import annotations

from typing import Annotated

import typer

from segue.cli.options import HtmlFile, JsonFile, Kinds
from segue.cli.workplace import console, open_workspace, out, whoever


def train(
    recipe: Annotated[
        list[str] | None, typer.Option(help="Only these recipes; may be repeated.", show_default=False)
    ] = None,
    kind: Kinds = None,
    promote: Annotated[bool, typer.Option(help="Make the new release current.")] = True,
    check: Annotated[bool, typer.Option(help="Look at the data first, and stop at an error (exit 1).")] = True,
) -> None:
    """Learn from the log: tune on an inner split, fit what did best on everything, make a release, promote it."""
    from segue.cli.show import print_trained, training_steps
    from segue.jobs.check import check as look
    from segue.jobs.train import train as run

    with open_workspace() as (workspace, tenant):
        report = None
        if check:
            with training_steps(console) as say:
                report = look(workspace, tenant, alerting=True, say=say)
            report.print(console, brief=True)
            if report.failed:
                console.print("nothing was learned: mend the data, or let a finding through by its name (segue waive)")
                raise typer.Exit(1)
        with training_steps(console) as say:
            trained = run(
                workspace, tenant, recipes=tuple(recipe or ()), kind=kind, promoting=promote, report=report, say=say
            )
    print_trained(console, trained)


def learn() -> None:
    """Learn from what Home showed and what came of it: rankers, policy, and the report for `/console/home`."""
    from segue.cli.show import print_learned, training_steps
    from segue.jobs.teach import teach

    with open_workspace() as (workspace, tenant), training_steps(console) as say:
        learned = teach(workspace, tenant, say)
    print_learned(out, learned)


def evaluate(
    kind: Kinds = None,
    owner: Annotated[str | None, typer.Option(help="listener or playlist; default: both.", show_default=False)] = None,
    since: Annotated[
        str | None, typer.Option(help="Hold out what was taken from this day on (YYYY-MM-DD).", show_default=False)
    ] = None,
    seen: Annotated[str, typer.Option(help="drop or keep items the listener already had.")] = "drop",
    seeds: Annotated[int, typer.Option(help="Random splits to average over, where the split is random.", min=1)] = 1,
    json: JsonFile = None,
    html: HtmlFile = None,
) -> None:
    """The leaderboard: the released recipe beside the baselines on rows nothing was tuned on, with intervals."""
    from segue.cli.show import print_leaderboards, training_steps, write_reports
    from segue.jobs.evaluate import evaluate as run

    with open_workspace() as (workspace, tenant), training_steps(console) as say:
        boards = run(workspace, tenant, kind=kind, owner=owner, since=since, seen=seen, seeds=seeds, say=say)
    print_leaderboards(out, boards)
    write_reports(console, boards, json, html)


def promote(
    run: Annotated[str | None, typer.Argument(help="Release id; default: the newest.", show_default=False)] = None,
) -> None:
    """Make a release current. Servers pick it up by themselves."""
    from segue.jobs.promote import promote as go

    with open_workspace() as (workspace, tenant):
        release = go(workspace, tenant, run, whoever())
    console.print(f"release [bold]{release.id}[/] is current")


def rollback() -> None:
    """Back to the release that was current before."""
    from segue.runs.switching import rollback as go

    with open_workspace() as (workspace, tenant):
        release = go(workspace.path, tenant, whoever())
    console.print(f"back to release [bold]{release.id}[/]")


def releases() -> None:
    """List the releases, newest first."""
    from segue.cli.show import print_releases
    from segue.runs.releases import releases as all_of

    with open_workspace() as (workspace, tenant):
        print_releases(out, workspace.path, tenant, all_of(workspace.path, tenant))
