"""The commands. Heavy imports wait until a command runs, so that `segue --help` is quick."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from segue.cli import answers, data, delivery, keys, models, operators, schema
from segue.cli.delivery import audit, ingest
from segue.cli.ope import ope
from segue.cli.pages import pages
from segue.cli.playlist import playlist
from segue.cli.simulate import simulate
from segue.cli.sound import sound
from segue.cli.statistics import statistics
from segue.cli.tenants import tenants
from segue.cli.upkeep import backup, migrate, restore
from segue.cli.waive import waive
from segue.cli.workplace import console, open_workspace, out, workspace_path

HELP = """Personalization for audio: bring listening in, train, and serve a Home for every listener.

The usual way: [bold]segue import[/] FORMAT PATH, then [bold]segue train[/], then [bold]segue serve[/]
(or [bold]segue home[/] LISTENER). No data at hand? [bold]segue demo[/] makes a simulated world.

Everything lives in a workspace folder: --workspace, or SEGUE_WORKSPACE, or ./segue-workspace. It is made by the first
import. --workspace and --tenant may stand anywhere on the line.
"""


def make_app(importing: bool) -> Any:
    """All commands. The formats of `segue import` are looked up only where they are needed."""
    app = typer.Typer(
        help=HELP, no_args_is_help=True, rich_markup_mode="rich", add_completion=False, pretty_exceptions_enable=False
    )

    @app.callback()
    def everywhere(
        workspace: Annotated[Path, typer.Option(envvar="SEGUE_WORKSPACE", help="Folder of the workspace.")] = Path(
            "segue-workspace"
        ),
        tenant: Annotated[str, typer.Option(envvar="SEGUE_TENANT", help="Whose data: tenants never mix.")] = "default",
    ) -> None: ...

    if importing:
        from segue.cli.importing import import_app, run_import

        app.add_typer(import_app(run_import), name="import", rich_help_panel="Data")
    else:
        stand_in = typer.Typer(no_args_is_help=True)
        stand_in.callback()(lambda: None)
        app.add_typer(stand_in, name="import", help="Bring in listening and catalogues.", rich_help_panel="Data")

    for panel, commands in PANELS.items():
        for name, function in commands.items():
            app.command(name, rich_help_panel=panel)(function)
    for name, (said, panel, commands) in GROUPS.items():
        app.add_typer(_group(commands), name=name, help=said, rich_help_panel=panel)
    app.add_typer(_group(GROUPS["keys"][2]), name="key", hidden=True)  # its name before
    return app


def _group(commands: Mapping[str, Any]) -> typer.Typer:
    """Commands that stand behind one name."""
    app = typer.Typer(no_args_is_help=True)
    for name, function in commands.items():
        app.command(name)(function)
    return app


def init() -> None:
    """Make an empty workspace with a commented segue.toml."""
    with open_workspace(create=True) as (workspace, _):
        console.print(f"workspace ready at [bold]{workspace.path}[/]; settings in {workspace.path / 'segue.toml'}")


def serve(
    host: Annotated[str | None, typer.Option(help="Address; default 127.0.0.1.", show_default=False)] = None,
    port: Annotated[int | None, typer.Option(help="Port; default 8800.", show_default=False)] = None,
    open_to_all: Annotated[
        bool,
        typer.Option("--open-to-all", help="Without a key, too: let in whoever reaches the address."),
    ] = False,
    workers: Annotated[int | None, typer.Option(help="Processes; default 1.", show_default=False, min=1)] = None,
    drain: Annotated[float, typer.Option(help="Seconds to go on when told to stop, being unhealthy.", min=0)] = 0.0,
) -> None:
    """Serve Home, the API and events over HTTP."""
    from segue.cli.serving import start_server

    start_server(workspace_path(), host, port, open_to_all, workers, drain)


def demo(
    serve: Annotated[bool, typer.Option(help="Serve at the end.")] = True,
    listeners: Annotated[int, typer.Option(help="Simulated listeners.", min=10, max=100_000)] = 500,
    tracks: Annotated[
        int, typer.Option(help="Tracks of the catalogue, and the rest in proportion.", min=100, max=1_000_000)
    ] = 6_000,
    seed: Annotated[int, typer.Option(help="Seed of the world.")] = 0,
    host: Annotated[str | None, typer.Option(help="Address; default 127.0.0.1.", show_default=False)] = None,
    port: Annotated[int | None, typer.Option(help="Port; default 8800.", show_default=False)] = None,
) -> None:
    """A simulated world from nothing: import, check, train, evaluate, release, serve."""
    from segue.cli.demo import run

    run(workspace_path(), listeners=listeners, tracks=tracks, seed=seed, serving=serve, host=host, port=port)


def doctor() -> None:
    """What is installed, what is missing, what would help."""
    from segue.cli.doctor import report

    if not report(out, workspace_path()):
        raise typer.Exit(1)


GROUPS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "schema": ("What good data look like.", "Data", {
        "infer": schema.infer, "show": schema.show, "diff": schema.diff, "accept": schema.accept,
        "export": schema.export, "import": schema.import_,
    }),
    "keys": ("API keys for the service.", "Service", {
        "create": keys.create, "list": keys.listing, "revoke": keys.revoke,
    }),
    "operators": ("Who may sign in to the console.", "Service", {
        "add": operators.add, "list": operators.listing, "grant": operators.grant, "revoke": operators.revoke,
        "remove": operators.remove,
    }),
    "dead": ("Events that were refused.", "Service", {
        "list": delivery.listing, "show": delivery.show, "replay": delivery.replay, "drop": delivery.drop,
    }),
}  # fmt: skip
"""Name → what is said of it, its panel, its commands."""

PANELS: dict[str, dict[str, Any]] = {
    "Start here": {"demo": demo, "doctor": doctor},
    "Data": {
        "init": init,
        "check": data.check,
        "statistics": statistics,
        "waive": waive,
        "merges": data.merges,
        "export": data.export,
        "forget": data.forget,
        "verify-receipt": data.verify_receipt,
    },
    "Models": {
        "train": models.train,
        "learn": models.learn,
        "sound": sound,
        "evaluate": models.evaluate,
        "ope": ope,
        "simulate": simulate,
        "promote": models.promote,
        "rollback": models.rollback,
        "releases": models.releases,
    },
    "Answers": {
        "home": answers.home,
        "recommend": answers.recommend,
        "continue": answers.continue_,
        "similar": answers.similar,
        "path": answers.path,
        "radio": answers.radio,
        "playlist": playlist,
        "search": answers.search,
    },
    "Service": {
        "serve": serve,
        "pages": pages,
        "ingest": ingest,
        "audit": audit,
        "tenants": tenants,
        "backup": backup,
        "restore": restore,
        "migrate": migrate,
    },
}
