"""`segue statistics`: what is in a table, of a file or of the workspace."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segue.cli.workplace import console, open_workspace, out

if TYPE_CHECKING:
    from segue.checks.statistics import TableStatistics

Paths = Annotated[
    list[Path] | None,
    typer.Argument(
        help="File or folder: Parquet, CSV (.csv, .tsv, .txt, .gz), Arrow IPC; or statistics (.json).",
        show_default=False,
    ),
]


def statistics(
    paths: Paths = None,
    table: Annotated[
        str | None, typer.Option(help="A table of the workspace: events, items, listeners …", show_default=False)
    ] = None,
    since: Annotated[str | None, typer.Option(help="From this day or time on, UTC.", show_default=False)] = None,
    until: Annotated[str | None, typer.Option(help="Up to this day or time, without it.", show_default=False)] = None,
    by: Annotated[
        list[str] | None, typer.Option(help="Slice by a column or a pair (country,tier); again for more.")
    ] = None,
    columns: Annotated[str | None, typer.Option(help="Only these columns: a,b.", show_default=False)] = None,
    times: Annotated[str, typer.Option(help="Columns of numbers that hold UTC milliseconds: at,seen.")] = "",
    sample: Annotated[float, typer.Option(help="Share of the rows to look at.", min=0.0, max=1.0)] = 1.0,
    sep: Annotated[
        str | None, typer.Option(help="Of a CSV file: tab, comma …; else found.", show_default=False)
    ] = None,
    header: Annotated[bool, typer.Option("--header/--no-header", help="Whether a CSV file has one.")] = True,
    merge: Annotated[bool, typer.Option("--merge", help="Put the PATHs together, files and statistics alike.")] = False,
    json: Annotated[Path | None, typer.Option("--json", help="Write JSON to this file.", show_default=False)] = None,
) -> None:
    """Statistics of a table: types, missing and different values, quantiles, top values, times, slices."""
    from segue.checks.statistics import merged_all
    from segue.cli.statistics_table import print_statistics
    from segue.core.errors import UsageError

    slices = [[c.strip() for c in spec.split(",")] for spec in by or []]
    options = Options(slices, _names(times), _names(columns or ""), sample, header, _separator(sep))
    if bool(paths) == (table is not None):
        raise UsageError("name either a PATH or a --table")
    if paths and len(paths) > 1 and not merge:
        raise UsageError(f"{len(paths)} paths: give --merge to put them together")
    if table is not None:
        found = _of_table(table, since, until, options)
    else:
        if since or until:
            raise UsageError("--since and --until are for a --table of the workspace")
        found = merged_all([_of_path(path, options) for path in paths or []])
    if json is not None:
        json.write_bytes(found.json())
        console.print(f"wrote {json}", markup=False)
    print_statistics(out, found)


class Options:
    """How a table is read."""

    def __init__(
        self,
        slices: Sequence[Sequence[str]],
        times: Sequence[str],
        columns: Sequence[str],
        sample: float,
        header: bool,
        separator: str | None,
    ) -> None:
        self.slices, self.times, self.columns = slices, times, columns
        self.sample, self.header, self.separator = sample, header, separator


def _of_path(path: Path, options: Options) -> TableStatistics:
    from segue.checks.statistics import TableStatistics, gather_file, open_table

    if path.suffix == ".json" and path.is_file():
        return TableStatistics.parse(path.read_bytes(), str(path))
    source = open_table(path, columns=options.columns, header=options.header, separator=options.separator)
    with _bar(path.name, source.rows) as seen:
        return gather_file(
            path, slices=options.slices, times=options.times, sample=options.sample, progress=seen, source=source
        )


def _of_table(name: str, since: str | None, until: str | None, options: Options) -> TableStatistics:
    import polars as pl

    from segue.checks.statistics import gather
    from segue.core.errors import UnknownName
    from segue.jobs.tables import frames, table

    def chosen(batches: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        for frame in batches:
            for column in (*options.columns, *(c for by in options.slices for c in by)):
                if column not in frame.columns:
                    raise UnknownName(f"column of {name}", column, frame.columns)
            yield frame.select(options.columns) if options.columns else frame

    about = table(name)
    with open_workspace() as (workspace, tenant), _bar(name, None) as seen:
        batches = chosen(frames(workspace, tenant, name, _moment(since), _moment(until)))
        slices = options.slices or ([] if options.columns else about.slices)
        return gather(batches, name, slices=slices, times=options.times, sample=options.sample, progress=seen)


@contextmanager
def _bar(name: str, rows: int | None) -> Iterator[Callable[[int], None]]:
    """Told the rows so far, it shows how far it is."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(f"reading {name}", total=rows)
        yield lambda seen: progress.update(task, completed=seen)


def _names(words: str) -> list[str]:
    return [word.strip() for word in words.split(",") if word.strip()]


def _separator(word: str | None) -> str | None:
    from segue.core.errors import UsageError

    found = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}.get(word or "", word)
    if found is not None and len(found) != 1:
        raise UsageError(f"--sep is one character, or tab, comma, semicolon, pipe or space; not {word!r}")
    return found


def _moment(word: str | None) -> int | None:
    """UTC ms of 2026-11-26 or 2026-11-26T12:30."""
    from datetime import UTC, datetime

    from segue.core.errors import UsageError

    if word is None:
        return None
    try:
        found = datetime.fromisoformat(word)
    except ValueError:
        raise UsageError(f"{word!r} is no day or time: write 2026-11-26, or 2026-11-26T12:30") from None
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1000)
