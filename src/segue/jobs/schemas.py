"""Schemas of a workspace's tables and of files: inferred, compared with data at hand, changed by what people accept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from segue.checks.schema import Environment, TableSchema, infer
from segue.checks.schema.difference import Change, accepted, differences, lines
from segue.checks.schema.file import find_schema, schema_path
from segue.checks.schema.keys import candidate_keys
from segue.checks.schema.tfmetadata import overlaid, read_pbtxt
from segue.checks.schema.widen import tightened, widened
from segue.checks.schema.writing import save_schema
from segue.checks.statistics import TableStatistics
from segue.checks.statistics.files import gather_file, open_table
from segue.checks.statistics.tables import merged_all
from segue.core.errors import InputError, NotReady, UnknownName
from segue.jobs.statistics import daily, whole
from segue.jobs.tables import table
from segue.store.workspace import Workspace

BY_DAY = ("events",)
UNDER_TEST = 2
"""Newest days that good data leave out: the last may be cut, the one before is the one that `segue check` tests."""
POINTED_AT = ("items", "listeners")
"""Tables that columns of others point to."""


@dataclass(frozen=True, slots=True)
class Data:
    """Data at hand: one table, in one part or by day, oldest first."""

    name: str
    parts: Sequence[TableStatistics]
    listener: str = ""
    unique: Sequence[Sequence[str]] = ()
    file: Path | None = None  # where it is a single one

    @property
    def whole(self) -> TableStatistics:
        return merged_all(self.parts)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What data at hand would change in a reviewed schema."""

    path: Path
    before: TableSchema
    after: TableSchema
    changes: Sequence[Change]

    @property
    def lines(self) -> list[str]:
        there = self.path.read_text(encoding="utf-8") if self.path.exists() else None
        return lines(self.before, self.after, there)


def of_table(workspace: Workspace, tenant: str, name: str, *, newest: bool = True) -> Data:
    """A table of the workspace; without its newest days, which are under test, where `newest` is false."""
    about = table(name)
    if name in BY_DAY:
        parts = list(daily(workspace, tenant, name).by_day.values())
        parts = parts if newest or len(parts) <= UNDER_TEST else parts[:-UNDER_TEST]
    else:
        parts = [whole(workspace, tenant, name)]
    if not sum(p.rows for p in parts):
        raise NotReady(f"the table {name} of tenant {tenant!r} has no rows yet")
    return Data(name, parts, about.listener, [[key] for key in about.keys])


def of_files(
    paths: Sequence[Path], name: str = "", slices: Sequence[Sequence[str]] = (), times: Sequence[str] = ()
) -> Data:
    """Files of one table, each a part of it: Parquet, CSV, Arrow."""
    parts = [gather_file(path, slices=slices, times=times) for path in paths]
    return Data(name or paths[0].name.split(".")[0], parts, file=paths[0] if len(paths) == 1 else None)


def inferred(data: Data, others: Mapping[str, TableStatistics], environment: Environment | None = None) -> TableSchema:
    """The schema that good data suggest; with an `environment`, all of it is asked for there alone."""
    unique = data.unique or _keys(data)
    fresh = infer(data.parts, name=data.name, listener=data.listener, unique=unique, others=others)
    if environment is None:
        return fresh
    empty = TableSchema(name=data.name, columns={}, unique=fresh.unique, listener=data.listener, rows=fresh.rows)
    asked = widened(empty, data.whole, fresh, environment)
    return accepted(asked, fresh, table=True)


def _keys(data: Data) -> list[list[str]]:
    """Columns that name a row of a single file."""
    if data.file is None:
        return []
    path = data.file
    return candidate_keys(data.whole, lambda names: open_table(path, columns=names))


def pointed_at(workspace: Workspace, tenant: str) -> dict[str, TableStatistics]:
    """Statistics of the tables that columns of others may point to."""
    return {name: whole(workspace, tenant, name) for name in POINTED_AT}


def propose(workspace: Path, data: Data, environment: Environment | None = None, *, tighten: bool = False) -> Proposal:
    """What the data would change in the schema of their table. UnknownName where there is none yet."""
    before = find_schema(workspace, data.name)
    fresh = infer(data.parts, name=data.name, listener=data.listener)
    after = widened(before, data.whole, fresh, environment)
    if tighten:
        after = tightened(after, fresh)
    return Proposal(schema_path(workspace, data.name), before, after, differences(before, after))


def accept(
    proposal: Proposal, columns: Sequence[str] = (), slices: Sequence[str] = (), *, table: bool = False
) -> TableSchema:
    """Take over what was chosen and write it. UnknownName for a column or a slice that nothing would change."""
    for what, chosen, there in (
        ("changed column", columns, [c.column for c in proposal.changes if c.column]),
        ("changed slice", slices, [c.slice for c in proposal.changes if c.slice]),
    ):
        for name in chosen:
            if name not in there:
                raise UnknownName(what, name, dict.fromkeys(there))
    schema = accepted(proposal.before, proposal.after, columns=columns, slices=slices, table=table)
    save_schema(proposal.path, schema)
    return schema


def everything(proposal: Proposal) -> tuple[list[str], list[str]]:
    """Every column and every slice that would change."""
    columns = dict.fromkeys(c.column for c in proposal.changes if c.column)
    labels = dict.fromkeys(c.slice for c in proposal.changes if c.slice)
    return list(columns), list(labels)


def imported(workspace: Path, name: str, file: Path) -> tuple[Proposal, list[str]]:
    """(what a `schema.pbtxt` would change in the schema of a table, or a first one; what of it has no counterpart)."""
    read, left = read_pbtxt(_text(file), name, str(file))
    path = schema_path(workspace, name)
    before = find_schema(workspace, name) if path.exists() else TableSchema(name=name, columns={})
    after = overlaid(before, read) if path.exists() else read
    return Proposal(path, before, after, differences(before, after)), left


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as e:
        raise InputError(f"cannot read {file}: {e}") from None
