"""Commands over the data: checks, and what is known of one listener."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from segue.cli.options import HtmlFile, JsonFile
from segue.cli.workplace import console, open_workspace, out


def check(
    table: Annotated[
        str | None, typer.Argument(help="A file, or one table: events, items, training …", show_default=False)
    ] = None,
    against: Annotated[
        str | None, typer.Option(help="Snapshot, or with a file another file.", show_default=False)
    ] = None,
    environment: Annotated[
        str, typer.Option(help="Of a file: training, evaluation or serving.", show_default=False)
    ] = "",
    schema: Annotated[str, typer.Option(help="Of a file: the table whose schema it has.", show_default=False)] = "",
    by: Annotated[
        list[str] | None,
        typer.Option(help="Of a file: slice by a column, or by two: tier,country.", show_default=False),
    ] = None,
    json: JsonFile = None,
    html: HtmlFile = None,
) -> None:
    """Look for what is wrong with the data; exit 1 when a gate fails.

    Without a table: the log, the catalogue and every table. A file is looked at by the schema of its name.
    """
    from segue.cli.show import training_steps
    from segue.jobs.check import check as run
    from segue.jobs.check import check_file
    from segue.jobs.tables import TABLES

    with open_workspace() as (workspace, tenant), training_steps(console) as say:
        if table is None or table in TABLES:
            only = () if table is None else (table,)
            report = run(workspace, tenant, against=against, tables=only, alerting=table is None, say=say)
        else:
            report = check_file(
                workspace, Path(table), Path(against) if against else None, environment=_environment(environment),
                schema=schema, slices=[columns.split(",") for columns in by or ()],
            )  # fmt: skip
    report.print(console)
    if json:
        json.write_text(report.json())
    if html:
        from segue.web.pages.sent import render

        html.write_text(render(report.payload()))
    if report.failed:
        raise typer.Exit(1)


def _environment(name: str) -> Any:
    from typing import get_args

    from segue.checks.schema import Environment
    from segue.core.errors import UnknownName

    if name and name not in get_args(Environment):
        raise UnknownName("environment", name, get_args(Environment))
    return name or None


def export(
    listener: Annotated[str, typer.Argument(help="Listener id as imported.")],
    out_file: Annotated[Path, typer.Option("--out", help="Zip file to write.")],
) -> None:
    """Everything known of one listener, as a zip of JSON lines."""
    from segue.store.privacy import export_listener

    with open_workspace() as (workspace, tenant):
        export_listener(workspace, tenant, listener, out_file)
    console.print(f"wrote {out_file}")


def forget(
    listener: Annotated[str, typer.Argument(help="Listener id as imported.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    receipt: Annotated[
        Path | None, typer.Option(help="Write a signed receipt here, as JSON.", show_default=False)
    ] = None,
) -> None:
    """Remove a listener from log, sealed files, snapshots and releases. There is no way back."""
    from segue.cli import erasing

    if not yes:
        typer.confirm(f"Forget {listener!r} for good?", abort=True)
    erasing.forget(listener, receipt)


def verify_receipt(
    file: Annotated[Path, typer.Argument(help="A receipt as JSON.")],
    listener: Annotated[str, typer.Option(help="Whether it is about this id, too.", show_default=False)] = "",
) -> None:
    """Whether a receipt of an erasure is this workspace's own; exit 1 where it is not."""
    from segue.cli import erasing

    if not erasing.stands(file, listener):
        raise typer.Exit(1)


def merges(
    undo: Annotated[int | None, typer.Option(help="Take this merge back.", show_default=False)] = None,
    n: Annotated[int, typer.Option("--n", "-n", min=1, help="How many to list.")] = 20,
) -> None:
    """Items of different sources that were recognized as the same; --undo N takes one apart again."""
    from segue.cli.show import print_merges

    with open_workspace() as (workspace, tenant):
        if undo is not None:
            workspace.catalogue.undo_merge(undo)
            console.print(f"merge {undo} is undone; the next `segue train` sees two items")
        else:
            print_merges(out, workspace, tenant, n)
