"""`segue import FORMAT PATH`: one command an importer, its options made from the importer's own fields."""

from __future__ import annotations

import dataclasses
import inspect
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from segue.cli.workplace import console, open_workspace, workspace_path
from segue.core.registry import Registry

Run = Callable[[str, Any, Path], None]


def import_app(run: Run) -> typer.Typer:
    """The sub-command with one command a format; `run(format, importer, path)` does the work."""
    from segue.importers import IMPORTERS

    app = typer.Typer(no_args_is_help=True, help="Bring in listening and catalogues. Run twice, it adds nothing.")
    registry: Registry[Any] = IMPORTERS
    for name in registry:
        app.command(name, help=_help(registry[name]))(_command(name, registry[name], run))
    return app


def _help(importer: type) -> str:
    return inspect.cleandoc(importer.__doc__ or "")


def _command(name: str, importer: type, run: Run) -> Callable[..., None]:
    """A function whose signature typer reads: PATH, then a --option for each field of the importer."""
    hints = get_type_hints(importer)
    fields = [f for f in dataclasses.fields(importer) if f.init and not f.name.startswith("_") and "help" in f.metadata]
    path = Annotated[str, typer.Argument(help="File or folder, or a file's http address.", show_default=False)]
    parameters = [inspect.Parameter("path", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=path)]
    for f in fields:
        kind = hints[f.name]
        if kind == tuple[str, ...]:
            kind = list[str]
        flags = f.metadata.get("flags", (f"--{f.name.replace('_', '-')}",))
        option = typer.Option(*flags, help=f.metadata["help"])
        required = f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
        default: Any = inspect.Parameter.empty
        if not required:
            default = getattr(importer, f.name) if f.default is not dataclasses.MISSING else tuple[str, ...]()
            default = list(default) if isinstance(default, tuple) else default
        parameters.append(
            inspect.Parameter(
                f.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, option]
            )
        )

    def command(path: str, **options: Any) -> None:
        chosen = {k: tuple(v) if isinstance(v, list) else v for k, v in options.items()}
        if chosen.get("address") == "":  # what a format may want to know of a file that was fetched
            chosen["address"] = path if path.startswith(("http://", "https://")) else ""
        with _file(path) as file:
            run(name, importer(**chosen), file)

    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {p.name: p.annotation for p in parameters}
    return command


@contextmanager
def _file(path: str) -> Iterator[Path]:
    """What is to be read; of an address, its file while the import lasts."""
    from segue.core.settings import read_settings
    from segue.importers._fetch import fetched, is_address

    if not is_address(path):
        yield Path(path)
        return
    with tempfile.TemporaryDirectory() as folder:
        yield fetched(path, Path(folder), private=read_settings(workspace_path()).import_private)


def run_import(name: str, importer: Any, path: Path) -> None:
    """Ingest with a progress bar, then say what came in and where the rest went."""
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from segue.importers import metered, size
    from segue.jobs.ingest import ingest

    with open_workspace(create=True) as (workspace, tenant):
        words = TextColumn("{task.description}"), TextColumn("{task.fields[rows]} rows")
        with (
            Progress(SpinnerColumn(), *words, BarColumn(), TimeElapsedColumn(), console=console, transient=True) as bar,
            metered() as reading,
        ):
            task = bar.add_task(name, total=size(path) or None, rows="0")
            done = ingest(
                workspace,
                name,
                importer,
                path,
                tenant,
                progress=lambda n: bar.update(task, completed=reading.read_bytes, rows=f"{n:,}"),
            )
    console.print(
        f"[bold]{name}[/]: {done.records:,} rows read in {done.seconds:.1f} s: "
        f"[bold]{done.events:,}[/] events new, {done.duplicates:,} already there; "
        f"[bold]{done.items:,}[/] catalogue items new, {done.items_known:,} known"
        + (f", {done.merged:,} recognized from another source" if done.merged else "")
    )
    if done.quarantined:
        console.print(
            f"[yellow]{done.quarantined:,} rows could not be taken[/]; each with its reason in {done.quarantine}"
        )
