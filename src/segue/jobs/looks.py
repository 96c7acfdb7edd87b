"""What `segue check` looks at: each table of a workspace, or a file, and what it is held against."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import polars as pl
from msgspec.structs import replace as replace_struct

from segue.checks.anomalies import Look
from segue.checks.schema import ColumnSchema, Environment, TableSchema, infer
from segue.checks.statistics import TableStatistics, gather
from segue.checks.statistics.files import Source, gather_file, open_table
from segue.core.errors import UnknownName
from segue.jobs.statistics import DAY, Days, daily, date, kept_whole
from segue.jobs.tables import PLAYED_BY, frames, table
from segue.store.workspace import Workspace

BEFORE = 28
"""Days that a day is held against."""
ENOUGH = 1_000
"""Rows from which on what was says what is usual, where nobody reviewed a schema."""
ROWS_BEFORE = 7
"""Days before it whose rows are at hand: for rows that came twice."""
STRETCH = 3
"""Times the length of what is judged, for the rows of training that it is held against."""
Say = Callable[[str], None]
History = Sequence[tuple[str, TableStatistics]]  # (2026-11-26, statistics), oldest first


@dataclass(frozen=True, slots=True)
class Looked:
    """One table under test, and what it looked like over time."""

    look: Look
    history: History = ()


def looks(
    workspace: Workspace, tenant: str, schemas: Mapping[str, TableSchema], now: int, say: Say = lambda _: None,
    only: Sequence[str] = (),
) -> Iterator[Looked]:  # fmt: skip
    """Every table of a workspace that has rows, or only some of them.

    The log is looked at by its last whole day, held against the four weeks before; what models are judged by against
    what they are learned from, and features as served against features as trained on; the catalogue against itself at
    the check before.
    """
    items: pl.DataFrame | None = None
    for name in ("items", "listeners"):
        rows = all_rows(workspace, tenant, name)
        items = rows if name == "items" else items
        if not rows.is_empty() and (not only or name in only):
            say(f"looking at the {name}")
            history = kept_whole(workspace, tenant, name, rows, now)
            before = history[-2:-1]
            usual = [statistics for _, statistics in before]
            look = Look(name, history[-1][1], rows.lazy(), schema_of(name, schemas, usual), now=now)
            if before:
                look = replace(look, before=usual[0], before_name=before[0][0], relation="day")
            yield Looked(look, history)
    keys = {} if items is None or items.is_empty() else {"items.uri": items["uri"]}
    if not only or "events" in only:
        days = daily(workspace, tenant, "events", say=say)
        day = _last_whole(days)
        if day is not None:
            since = [s for d, s in sorted(days.by_day.items()) if day - BEFORE <= d < day]
            say(f"looking at the events of {date(day)}")
            yield Looked(
                Look(
                    "events", days.by_day[day], _days(workspace, tenant, day, 1), schema_of("events", schemas, since),
                    days.before(day, BEFORE), _days(workspace, tenant, day - ROWS_BEFORE, ROWS_BEFORE),
                    before_name=f"the {BEFORE} days before", relation="day", now=now, keys=keys,
                    days=since,
                ),
                [(date(d), s) for d, s in sorted(days.by_day.items()) if d <= day],
            )  # fmt: skip
    for pair in (("training", "evaluation"), ("replayed", "served")):
        if not only or any(name in only for name in pair):
            say(f"looking at the {pair[1]} rows")
            yield from _pair(workspace, tenant, pair, schemas, now, keys)


def schema_of(
    name: str, schemas: Mapping[str, TableSchema], usual: Sequence[TableStatistics] = ()
) -> TableSchema:  # fmt: skip
    """The schema that people reviewed; else what is usual, with what Segue itself knows of its table."""
    if name in schemas:
        return schemas[name]
    about = table(name)
    unique = [[key] for key in about.keys]
    if sum(part.rows for part in usual) >= ENOUGH:
        return replace_struct(infer(usual, name=name, listener=about.listener, unique=unique), extra=True)
    item = ColumnSchema(type="text", required=False, missing=1.0, key="items.uri")
    columns = {"item": item} if about.listener else {}
    return TableSchema(name=name, columns=columns, listener=about.listener, unique=unique, extra=True)


def _pair(
    workspace: Workspace, tenant: str, names: tuple[str, str], schemas: Mapping[str, TableSchema], now: int,
    keys: Mapping[str, pl.Series],
) -> Iterator[Looked]:  # fmt: skip
    """What models are trained on, and what they then meet, held against it."""
    first, second = (all_rows(workspace, tenant, name) for name in names)
    if first.is_empty() or second.is_empty():
        return
    (training, meets), found = names, [_gathered(*pair) for pair in zip(names, (first, second))]
    trained = Look(
        training, found[0], first.lazy(), schema_of(training, schemas), environment="training", now=now, keys=keys
    )
    met: Environment = "serving" if meets == "served" else "evaluation"
    yield Looked(trained)
    alike = _alike(first, second)
    yield Looked(
        replace(
            trained, name=meets, statistics=found[1], rows=second.lazy(), schema=schema_of(meets, schemas, [found[0]]),
            before=_gathered(training, alike), before_rows=first.lazy(), before_name=training, relation="training",
            environment=met,
        )
    )  # fmt: skip


def _alike(training: pl.DataFrame, meets: pl.DataFrame) -> pl.DataFrame:
    """The rows of training that are of the sort that is judged: of evaluation, what was taken for the first time, and
    in a stretch of time before, for libraries and habits of long ago are no sample of last week's finds."""
    if "first" not in training.columns:
        return training
    rows = training.filter("first")
    start, end = meets["at"].min(), meets["at"].max()
    if isinstance(start, datetime) and isinstance(end, datetime):
        rows = rows.filter(pl.col("at") >= start - STRETCH * (end - start))
    return rows if rows.height >= meets.height else training


def all_rows(workspace: Workspace, tenant: str, name: str) -> pl.DataFrame:
    """All rows of a table."""
    parts = list(frames(workspace, tenant, name))
    return pl.concat(parts, how="diagonal_relaxed") if parts else pl.DataFrame()


def _gathered(name: str, rows: pl.DataFrame) -> TableStatistics:
    return gather([rows], name, slices=table(name).slices)


def _days(workspace: Workspace, tenant: str, first: int, days: int) -> pl.LazyFrame | None:
    parts = list(frames(workspace, tenant, "events", first * DAY, (first + days) * DAY))
    return pl.concat(parts, how="diagonal_relaxed").lazy() if parts else None


def _last_whole(days: Days) -> int | None:
    """The last day that others followed, which is whole: today is not over, and an import ends when it was made."""
    return sorted(days.by_day)[-2:][0] if days.by_day else None


def look_at_files(
    path: Path, schemas: Mapping[str, TableSchema], now: int, *, against: Path | None = None, schema: str = "",
    environment: Environment | None = None, slices: Sequence[Sequence[str]] = (),
) -> Looked:  # fmt: skip
    """A file, and the file it is held against. Without `slices` it is sliced as its schema says, or by what columns
    such as `tier` and `country` it has. UnknownName for a `schema` that nobody wrote."""
    if schema and schema not in schemas:
        raise UnknownName("schema of a table", schema, schemas)
    source = open_table(path)
    named = schemas.get(schema or path.name.partition(".")[0])
    by = slices or ([s.split(", ") for s in named.sliced] if named else []) or _usual(source)
    found = gather_file(path, slices=[s for s in by if slices or set(s) <= set(source.columns)], source=source)
    look = Look(path.name, found, source.lazy(), named, environment=environment, now=now)
    if against is not None:
        other = open_table(against)
        before = gather_file(against, slices=[s for s in by if set(s) <= set(other.columns)], source=other)
        look = replace(
            look, before=before, before_rows=other.lazy(), before_name=against.name,
            relation="training" if environment in ("evaluation", "serving") else "day",
        )  # fmt: skip
    return Looked(look)


def _usual(source: Source) -> list[list[str]]:
    """Those columns that Segue's own tables are sliced by, where a file has them."""
    return [list(by) for by in PLAYED_BY if set(by) <= set(source.columns)]
