"""Schemas on the command line: inferred, shown, compared, changed, exchanged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast, get_args

import typer

from segue.cli.workplace import console, open_workspace, out, workspace_path

if TYPE_CHECKING:
    from segue.checks.schema import Environment
    from segue.checks.statistics import TableStatistics
    from segue.jobs.schemas import Data, Proposal
    from segue.store.workspace import Workspace

What = Annotated[
    list[str] | None, typer.Argument(help="Tables of the workspace, or files of one table.", show_default=False)
]
Name = Annotated[str, typer.Option(help="What the table of the files is called.", show_default=False)]
Where = Annotated[
    str, typer.Option("--environment", help="training, evaluation or serving: where data like these are.",
                      show_default=False)
]  # fmt: skip
By = Annotated[
    list[str] | None, typer.Option(help="Slice files by a column, or by two: 'country, tier'.", show_default=False)
]
Tighten = Annotated[bool, typer.Option("--tighten", help="Narrow bounds, too, to what the data suggest.")]


def infer(
    what: What = None,
    name: Name = "",
    environment: Where = "",
    by: By = None,
    anew: Annotated[bool, typer.Option("--anew", help="Write over a schema that is there.")] = False,
) -> None:
    """Write a first schema from good data, for you to review. One that is there is left alone."""
    from segue.checks.schema.file import load_schemas, schema_path
    from segue.checks.schema.writing import save_schema
    from segue.core.errors import UsageError
    from segue.jobs import schemas
    from segue.jobs.tables import TABLES

    with open_workspace(create=True) as (workspace, tenant):
        there = load_schemas(workspace.path)
        wanted = [t for t in TABLES if anew or t not in there]
        others: dict[str, TableStatistics] = {}
        for data in _data(workspace, tenant, what, name, wanted, by=by, newest=False):
            path = schema_path(workspace.path, data.name)
            if path.exists() and not anew:
                raise UsageError(
                    f"{path} is there: `segue schema diff` shows what these data would change, `segue schema accept` "
                    "takes it over, --anew writes over it"
                )
            if data.name in TABLES and not others:
                others = schemas.pointed_at(workspace, tenant)
            schema = schemas.inferred(data, others, _environment(environment))
            path.unlink(missing_ok=True)
            save_schema(path, schema)
            found = f"{len(schema.columns)} columns and {len(schema.slices)} slices, from {schema.seen:,} rows"
            console.print(f"{path}: {found}; look through it", soft_wrap=True)


def show(
    table: Annotated[str | None, typer.Argument(help="Default: a list of all.", show_default=False)] = None,
) -> None:
    """The schema of a table as it is reviewed, or which there are."""
    from segue.checks.schema.file import find_schema, load_schemas, schema_path

    if table:
        find_schema(workspace_path(), table)
        out.file.write(schema_path(workspace_path(), table).read_text(encoding="utf-8"))
        return
    found = load_schemas(workspace_path())
    if not found:
        console.print("no schema yet: `segue schema infer` writes one")
    for name, schema in found.items():
        out.print(f"{name}: {len(schema.columns)} columns, {len(schema.slices)} slices", markup=False)


def diff(what: What = None, name: Name = "", environment: Where = "", tighten: Tighten = False) -> None:
    """What data at hand would change in the schema; nothing is written."""
    with open_workspace() as (workspace, tenant):
        for proposal in _proposals(workspace, tenant, what, name, environment, tighten):
            _print(proposal)


def accept(
    what: What = None,
    column: Annotated[list[str] | None, typer.Option(help="Take over this column.", show_default=False)] = None,
    slice_: Annotated[
        list[str] | None, typer.Option("--slice", help="Take over this slice: tier=premium.", show_default=False)
    ] = None,
    table: Annotated[bool, typer.Option("--table", help="Take over what is said of the table as a whole.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before everything is taken over.")] = False,
    name: Name = "",
    environment: Where = "",
    tighten: Tighten = False,
) -> None:
    """Show what data at hand would change in the schema, and take over what is chosen, or all of it when you say so."""
    from segue.jobs import schemas

    with open_workspace() as (workspace, tenant):
        for proposal in _proposals(workspace, tenant, what, name, environment, tighten):
            _print(proposal)
            if not proposal.changes:
                continue
            columns, slices, whole = column or [], slice_ or [], table
            if not (columns or slices or whole):
                if not yes:
                    typer.confirm(f"Take over all of it into {proposal.path}?", abort=True)
                columns, slices = schemas.everything(proposal)
                whole = True
            schemas.accept(proposal, columns, slices, table=whole)
            console.print(f"{proposal.path} is changed")


def export(
    table: Annotated[str, typer.Argument(help="Table whose schema it is.")],
    file: Annotated[Path, typer.Argument(help="schema.pbtxt to write.")],
) -> None:
    """Write a schema as a schema.pbtxt of TensorFlow Metadata, and say what that has no word for."""
    from segue.checks.schema.file import find_schema
    from segue.checks.schema.tfmetadata import to_pbtxt

    text, left = to_pbtxt(find_schema(workspace_path(), table))
    file.write_text(text, encoding="utf-8")
    console.print(f"wrote {file}", markup=False)
    _left(left, "not in it, since the format has no word for it:")


def import_(
    file: Annotated[Path, typer.Argument(help="schema.pbtxt, as TensorFlow Data Validation writes it.")],
    name: Annotated[str, typer.Option(help="Table whose schema it is.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before a schema that is there is changed.")] = False,
) -> None:
    """Take over a schema.pbtxt of TensorFlow Metadata, and say what of it has no counterpart."""
    from segue.checks.schema.writing import save_schema
    from segue.jobs.schemas import imported

    with open_workspace(create=True) as (workspace, _):
        proposal, left = imported(workspace.path, name, file)
        _left(left, "not taken over, since it has no counterpart:")
        if proposal.path.exists():
            _print(proposal)
            if not proposal.changes:
                return
            if not yes:
                typer.confirm(f"Take over all of it into {proposal.path}?", abort=True)
        save_schema(proposal.path, proposal.after)
        console.print(f"{proposal.path}: {len(proposal.after.columns)} columns", markup=False)


def _left(left: list[str], why: str) -> None:
    if left:
        console.print(why)
    for what in left:
        console.print(f"  {what}", markup=False)


def _proposals(
    workspace: Workspace, tenant: str, what: list[str] | None, name: str, environment: str, tighten: bool
) -> Iterator[Proposal]:
    from segue.checks.schema.file import load_schemas
    from segue.jobs import schemas
    from segue.jobs.tables import TABLES

    wanted = [t for t in load_schemas(workspace.path) if t in TABLES]
    if not what and not wanted:
        console.print("no schema of a table yet: `segue schema infer` writes them")
    for data in _data(workspace, tenant, what, name, wanted):
        yield schemas.propose(workspace.path, data, _environment(environment), tighten=tighten)


def _data(
    workspace: Workspace, tenant: str, what: list[str] | None, name: str, default: list[str], *,
    by: list[str] | None = None, newest: bool = True,
) -> Iterator[Data]:  # fmt: skip
    """Files, which are one table, or tables one by one; without words those of `default` that have rows."""
    from segue.core.errors import NotReady
    from segue.jobs import schemas
    from segue.jobs.tables import TABLES

    if what and any(word not in TABLES for word in what):
        yield _of_files(workspace, what, name, by)
        return
    for table in what or default:
        try:
            yield schemas.of_table(workspace, tenant, table, newest=newest)
        except NotReady as e:
            if what:
                raise
            console.print(str(e))


def _of_files(workspace: Workspace, words: list[str], name: str, by: list[str] | None) -> Data:
    """As sliced by and timed by the schema that is there. UnknownName where a word is neither table nor file."""
    from segue.checks.schema.file import load_schemas
    from segue.core.errors import UnknownName
    from segue.jobs import schemas
    from segue.jobs.tables import TABLES

    paths = [Path(word) for word in words]
    for word in words:
        if "." not in word and not Path(word).exists():
            raise UnknownName("table or file", word, TABLES)
    known = load_schemas(workspace.path).get(name or paths[0].name.split(".")[0])
    slices = by if by is not None else known.sliced if known else []
    split = [[column.strip() for column in s.split(",")] for s in slices]
    return schemas.of_files(paths, name, split, known.times if known else ())


def _environment(name: str) -> Environment | None:
    from segue.checks.schema import Environment
    from segue.core.errors import UnknownName

    if name and name not in get_args(Environment):
        raise UnknownName("environment", name, get_args(Environment))
    return cast("Environment", name) if name else None


COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def _print(proposal: Proposal) -> None:
    """In words, then as lines of the file."""
    from rich.text import Text

    if not proposal.changes:
        out.print(Text(f"{proposal.before.name}: nothing would change", "dim"))
        return
    out.print(Text(f"{proposal.before.name}: {len(proposal.changes)} differences", "bold"))
    for change in proposal.changes:
        place = change.column or (f"[{change.slice}]" if change.slice else "the table")
        out.print(Text.assemble("  ", (place, "bold"), f": {change.words}"))
    out.print()
    for line in proposal.lines:
        out.print(Text(line, COLOURS.get(line[:1], "")))
