"""The commands. Heavy imports wait until a command runs, so that `segue --help` is quick."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from segue.cli import delivery, keys, operators, schema
from segue.cli.delivery import audit, ingest
from segue.cli.ope import ope
from segue.cli.playlist import playlist
from segue.cli.simulate import simulate
from segue.cli.sound import sound
from segue.cli.statistics import statistics
from segue.cli.upkeep import backup, migrate, restore
from segue.cli.waive import waive
from segue.cli.workplace import console, open_workspace, out, whoever, workspace_path

Kinds = Annotated[str | None, typer.Option(help="track, artist, album, show, episode, audiobook …", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
JsonFile = Annotated[Path | None, typer.Option("--json", help="Write JSON to this file.", show_default=False)]
HtmlFile = Annotated[Path | None, typer.Option("--html", help="Write a page to this file.", show_default=False)]
OutFile = Annotated[Path | None, typer.Option("--out", help="With --all: file to write.", show_default=False)]

Activity = Annotated[str, typer.Option(help="What it is for: focus, workout, wind-down …", show_default=False)]
At = Annotated[str, typer.Option(help="Local time of day to pretend: 8:30.", show_default=False)]
Zone = Annotated[str, typer.Option(help="IANA time zone; default: the country's.", show_default=False)]

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


def init() -> None:
    """Make an empty workspace with a commented segue.toml."""
    with open_workspace(create=True) as (workspace, _):
        console.print(f"workspace ready at [bold]{workspace.path}[/]; settings in {workspace.path / 'segue.toml'}")


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


def recommend(
    listener: Annotated[str | None, typer.Argument(help="Listener id as imported.", show_default=False)] = None,
    all_: Annotated[bool, typer.Option("--all", help="Everybody, to a file.")] = False,
    listeners_file: Annotated[
        Path | None, typer.Option(help="Only the listeners named in this file, one a line.", show_default=False)
    ] = None,
    kind: Kinds = None,
    n: Annotated[
        int | None, typer.Option("--n", "-n", help="How many; default 10, with --all 100.", min=1, max=10_000)
    ] = None,
    seen: Annotated[str, typer.Option(help="With --all: drop or keep what the listener already had.")] = "drop",
    seed_item: Annotated[
        list[str] | None, typer.Option(help="Start from this item; may be repeated.", show_default=False)
    ] = None,
    words: Annotated[str, typer.Option(help="What it should be like: calm piano for studying.")] = "",
    activity: Activity = "",
    at: At = "",
    zone: Zone = "",
    out_file: OutFile = None,
    json: Json = False,
) -> None:
    """Recommendations for one listener, or with --all for everybody."""
    from segue.cli.show import batch, context, print_cards, print_json, service

    if (all_ or listeners_file) and (activity or at or zone):
        raise typer.BadParameter("--activity, --at and --zone are for one LISTENER")
    if all_ or listeners_file:
        batch("listener", out_file, kind=kind, n=n or 100, seen=seen, only=listeners_file)
        return
    if listener is None:
        raise typer.BadParameter("name a LISTENER, or ask for --all")
    where = context(zone=zone, at=at, activity=activity)
    seeds = tuple(seed_item or ())
    found = service().recommend(listener, kind=kind, n=n or 10, seeds=seeds, context=where, words=words)
    print_json(out, found) if json else print_cards(out, found.items)


def continue_(
    all_: Annotated[bool, typer.Option("--all", help="Every playlist, to a file.")] = False,
    n: Annotated[int, typer.Option("--n", "-n", help="How many a playlist.", min=1, max=10_000)] = 500,
    seen: Annotated[str, typer.Option(help="drop or keep what the playlist already holds.")] = "drop",
    kind: Kinds = None,
    out_file: OutFile = None,
) -> None:
    """What to add to playlists."""
    from segue.cli.show import batch

    if not all_:
        raise typer.BadParameter("ask for --all")
    batch("playlist", out_file, kind=kind, n=n, seen=seen, only=None)


def similar(
    item: Annotated[str, typer.Argument(help="Uri, id as imported, or exact title.")],
    kind: Kinds = None,
    n: Annotated[int, typer.Option("--n", "-n", min=1, max=1000, help="How many.")] = 10,
    json: Json = False,
) -> None:
    """Items like an item."""
    from segue.cli.show import print_cards, print_json, service

    found = service().similar(item, kind=kind, n=n)
    print_json(out, found) if json else print_cards(out, found)


def path(
    start: Annotated[str, typer.Argument(metavar="FROM", help="Uri, id as imported, or exact title.")],
    end: Annotated[str, typer.Argument(metavar="TO", help="Likewise.")],
    kind: Kinds = None,
    n: Annotated[int, typer.Option("--n", "-n", min=2, max=100, help="How many, both ends included.")] = 10,
    json: Json = False,
) -> None:
    """A sonic path: from one item to another in small, even steps."""
    from segue.cli.show import print_cards, print_json, service

    found = service().path(start, end, n=n, kind=kind)
    print_json(out, found) if json else print_cards(out, found.items)


def radio(
    seed: Annotated[list[str] | None, typer.Argument(help="Items, or names of genres.", show_default=False)] = None,
    words: Annotated[str, typer.Option(help="What it should sound like.", show_default=False)] = "",
    listener: Annotated[str, typer.Option(help="Whose taste counts, too.", show_default=False)] = "",
    familiarity: Annotated[float, typer.Option(help="The dial: 0 all new … 1 all familiar.", min=0, max=1)] = 0.5,
    kind: Kinds = None,
    n: Annotated[int, typer.Option("--n", "-n", min=1, max=1000, help="How many a page.")] = 25,
    page: Annotated[int, typer.Option(min=0, help="Which page; there is always another.")] = 0,
    shuffle: Annotated[int, typer.Option(min=0, help="Another number, another order.")] = 0,
    json: Json = False,
) -> None:
    """An endless station from any seed: tracks, artists, genres, playlists, or words."""
    from segue.cli.show import context, print_cards, print_json, service

    moment = context(familiarity=familiarity, country="")
    found = service().radio(tuple(seed or ()), words, listener, kind, n, page, shuffle, moment)
    print_json(out, found) if json else print_cards(out, found.items)


def home(
    listener: Annotated[str, typer.Argument(help="Listener id as imported; an unknown one gets a newcomer's Home.")],
    familiarity: Annotated[float, typer.Option(help="The dial: 0 all new … 1 all familiar.", min=0, max=1)] = 0.5,
    country: Annotated[str, typer.Option(help="Where they are (ISO code).", show_default=False)] = "",
    zone: Zone = "",
    at: At = "",
    activity: Activity = "",
    json: Json = False,
) -> None:
    """A listener's Home: shelves, cards and why each is there."""
    from segue.cli.show import context, print_home, print_json, service

    where = context(familiarity=familiarity, country=country, zone=zone, at=at, activity=activity)
    page = service().home(listener, where)
    print_json(out, page) if json else print_home(out, page)


def search(
    words: Annotated[str, typer.Argument(help="Part of a title, or what it should be like.")],
    kind: Kinds = None,
    n: Annotated[int, typer.Option("--n", "-n", min=1, max=1000, help="How many.")] = 10,
    json: Json = False,
) -> None:
    """Find items by title; where none has it, by what the words say."""
    from segue.cli.show import print_cards, print_json, service

    found = service().search(words, kind=kind, n=n)
    print_json(out, found) if json else print_cards(out, found)


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
    seed: Annotated[int, typer.Option(help="Seed of the world.")] = 0,
    host: Annotated[str | None, typer.Option(help="Address; default 127.0.0.1.", show_default=False)] = None,
    port: Annotated[int | None, typer.Option(help="Port; default 8800.", show_default=False)] = None,
) -> None:
    """A simulated world from nothing: import, check, train, evaluate, release, serve."""
    from segue.cli.demo import run

    run(workspace_path(), listeners=listeners, seed=seed, serving=serve, host=host, port=port)


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


def doctor() -> None:
    """What is installed, what is missing, what would help."""
    from segue.cli.doctor import report

    if not report(out, workspace_path()):
        raise typer.Exit(1)


def _group(commands: Mapping[str, Any]) -> typer.Typer:
    """Commands that stand behind one name."""
    app = typer.Typer(no_args_is_help=True)
    for name, function in commands.items():
        app.command(name)(function)
    return app


GROUPS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "schema": ("What good data look like.", "Data", {
        "infer": schema.infer, "show": schema.show, "diff": schema.diff, "accept": schema.accept,
        "export": schema.export, "import": schema.import_,
    }),
    "keys": ("API keys for the service.", "Service", {
        "create": keys.create, "list": keys.listing, "revoke": keys.revoke,
    }),
    "operators": ("Who may sign in to the console.", "Service", {
        "add": operators.add, "list": operators.listing, "remove": operators.remove,
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
        "check": check,
        "statistics": statistics,
        "waive": waive,
        "merges": merges,
        "export": export,
        "forget": forget,
        "verify-receipt": verify_receipt,
    },
    "Models": {
        "train": train,
        "learn": learn,
        "sound": sound,
        "evaluate": evaluate,
        "ope": ope,
        "simulate": simulate,
        "promote": promote,
        "rollback": rollback,
        "releases": releases,
    },
    "Answers": {
        "home": home,
        "recommend": recommend,
        "continue": continue_,
        "similar": similar,
        "path": path,
        "radio": radio,
        "playlist": playlist,
        "search": search,
    },
    "Service": {
        "serve": serve,
        "ingest": ingest,
        "audit": audit,
        "backup": backup,
        "restore": restore,
        "migrate": migrate,
    },
}
