"""What is known of a table: its columns, how they go together, and the same for slices of it."""

from __future__ import annotations

import msgspec

from segue.checks.statistics import columns
from segue.checks.statistics.columns import ColumnStatistics
from segue.core.errors import InputError

FORM = 1


class TableStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """Of one table, or of one slice of it."""

    name: str  # "events", or a file's name
    rows: int
    columns: dict[str, ColumnStatistics]
    slices: dict[str, TableStatistics] = {}  # "tier=premium", "country=SE, tier=free"; slices have no slices
    sliced: tuple[str, ...] = ()  # what it was sliced by: "tier", "country, tier"
    sampled: float = 1.0  # share of the rows that was looked at
    form: int = FORM

    def json(self) -> bytes:
        return msgspec.json.encode(self)

    @classmethod
    def parse(cls, raw: bytes, source: str = "statistics") -> TableStatistics:
        """InputError where it is not what `json` wrote."""
        try:
            found = msgspec.json.decode(raw, type=cls)
        except (msgspec.ValidationError, msgspec.DecodeError) as e:
            raise InputError(f"{source} holds no statistics: {e}") from None
        if found.form != FORM:
            raise InputError(f"{source} holds statistics of form {found.form}, this is form {FORM}: gather them again")
        return found


def slice_name(values: dict[str, str]) -> str:
    """The name of a slice: {"tier": "free", "country": "SE"} → "country=SE, tier=free"."""
    return ", ".join(f"{column}={values[column]}" for column in sorted(values))


def merged(a: TableStatistics, b: TableStatistics) -> TableStatistics:
    """Of the rows of both: yesterday's and today's."""
    return TableStatistics(
        name=a.name,
        rows=a.rows + b.rows,
        columns={name: _column(a, b, name) for name in {**a.columns, **b.columns}},
        slices={
            name: merged(a.slices[name], b.slices[name])
            if name in a.slices and name in b.slices
            else a.slices.get(name) or b.slices[name]
            for name in {**a.slices, **b.slices}
        },
        sliced=tuple(dict.fromkeys((*a.sliced, *b.sliced))),
        sampled=min(a.sampled, b.sampled),
    )


def _column(a: TableStatistics, b: TableStatistics, name: str) -> ColumnStatistics:
    """A column that one of the tables does not have is missing in all of its rows."""

    def of(table: TableStatistics) -> ColumnStatistics:
        none = ColumnStatistics(name=name, type="null", rows=table.rows, missing=table.rows)
        return table.columns.get(name, none)

    return columns.merged(of(a), of(b))
