"""What is known of a table: its columns, how they go together, and the same for slices of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from segue.checks.statistics import columns
from segue.checks.statistics.columns import ColumnStatistics
from segue.checks.statistics.together import Together, merged_together
from segue.core.errors import InputError

FORM = 2
SLICES = 64
"""Slices kept of one column or pair; the smaller ones are one slice, of OTHER."""
OTHER = "(other)"


class TableStatistics(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Of one table, or of one slice of it."""

    name: str  # "events", or a file's name
    rows: int
    columns: dict[str, ColumnStatistics]
    slices: dict[str, TableStatistics] = {}  # "tier=premium", "country=SE, tier=free"; slices have no slices
    sliced: tuple[str, ...] = ()  # what it was sliced by: "tier", "country, tier"
    where: dict[str, str] = {}  # of a slice: {"country": "SE", "tier": "free"}
    sampled: float = 1.0  # share of the rows that was looked at
    together: list[Together] = []  # every two columns of numbers; not of slices
    notes: tuple[str, ...] = ()  # what was said of the source: a column of mixed types, kept as text

    def json(self) -> bytes:
        return msgspec.json.encode(_File(FORM, self))

    @classmethod
    def parse(cls, raw: bytes, source: str = "statistics") -> TableStatistics:
        """InputError where it is not what `json` wrote."""
        try:
            form = msgspec.json.decode(raw, type=_Form).form
            if form != FORM:
                raise InputError(f"{source} holds statistics of form {form}, this is form {FORM}: gather them again")
            return msgspec.json.decode(raw, type=_File).statistics
        except (msgspec.ValidationError, msgspec.DecodeError) as e:
            raise InputError(f"{source} holds no statistics: {e}") from None


class _Form(msgspec.Struct):
    form: int


class _File(msgspec.Struct):
    form: int
    statistics: TableStatistics


def slice_name(values: Mapping[str, str]) -> str:
    """The name of a slice: {"tier": "free", "country": "SE"} → "country=SE, tier=free"."""
    return ", ".join(f"{column}={values[column]}" for column in sorted(values))


def merged(a: TableStatistics, b: TableStatistics) -> TableStatistics:
    """Of the rows of both: yesterday's and today's."""
    return merged_all((a, b))


def merged_all(tables: Iterable[TableStatistics]) -> TableStatistics:
    """Of the rows of all, of which there is at least one."""
    given = list(tables)
    first = given[0]
    if len(given) == 1:
        return first
    parts: dict[str, list[TableStatistics]] = {}
    for table in given:
        for name, part in table.slices.items():
            parts.setdefault(name, []).append(part)
    return TableStatistics(
        name=first.name,
        rows=sum(t.rows for t in given),
        columns={name: _column(given, name) for name in dict.fromkeys(c for t in given for c in t.columns)},
        slices=_largest({name: merged_all(found) for name, found in parts.items()}),
        sliced=tuple(dict.fromkeys(s for t in given for s in t.sliced)),
        where=first.where,
        sampled=min(t.sampled for t in given),
        together=merged_together(t.together for t in given),
        notes=tuple(dict.fromkeys(n for t in given for n in t.notes)),
    )


def _column(tables: Sequence[TableStatistics], name: str) -> ColumnStatistics:
    """A column that one of the tables does not have is missing in all of its rows."""

    def of(table: TableStatistics) -> ColumnStatistics:
        none = ColumnStatistics(name=name, type="null", rows=table.rows, missing=table.rows)
        return table.columns.get(name, none)

    return columns.merged_all(of(t) for t in tables if t.rows or name in t.columns)


def _largest(slices: dict[str, TableStatistics]) -> dict[str, TableStatistics]:
    """The SLICES largest of each column or pair; what the others hold is one slice."""
    groups: dict[tuple[str, ...], list[TableStatistics]] = {}
    for part in slices.values():
        groups.setdefault(tuple(sorted(part.where)), []).append(part)
    found: dict[str, TableStatistics] = {}
    for group in groups.values():
        named = sorted((p for p in group if OTHER not in p.where.values()), key=lambda p: (-p.rows, p.name))
        rest = [p for p in group if OTHER in p.where.values()] + named[SLICES:]
        found |= {p.name: p for p in named[:SLICES]}
        if rest:
            other = other_slice(rest[0].where)
            joined = merged_all([msgspec.structs.replace(p, name=slice_name(other), where=other) for p in rest])
            found[joined.name] = joined
    return found


def other_slice(by: Iterable[str]) -> dict[str, str]:
    """Of the values that are too rare to have slices of their own."""
    return dict.fromkeys(sorted(by), OTHER)
