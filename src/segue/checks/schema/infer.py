"""A schema from good data. It is a proposal: people read it, and no batch under test ever changes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from segue.checks.schema import columns, keys
from segue.checks.schema.chance import at_least, downwards, upwards, with_odds
from segue.checks.schema.shape import SliceSchema, TableSchema
from segue.checks.statistics import TableStatistics
from segue.checks.statistics.tables import OTHER, merged_all
from segue.core.errors import InputError

SLICE_ROWS, SLICE_SHARE, PAIR_SHARE = 30, 0.01, 0.05
"""A slice with fewer rows, or a smaller share of them, may as well be missing; of two columns, with a smaller share."""
HALF = 0.5
"""What may be left of the odds of a slice."""


def infer(
    statistics: TableStatistics | Sequence[TableStatistics],
    *,
    name: str = "",
    listener: str = "",
    unique: Sequence[Sequence[str]] = (),
    others: Mapping[str, TableStatistics] | None = None,
) -> TableSchema:
    """The schema that one or more tables of good data suggest; several, of different days, show how much they differ.

    `unique` are columns known to name a row; without, columns that look like it are taken. `others` are tables that
    columns of this one may point to, by name. InputError where there are no rows to learn from.
    """
    parts = [statistics] if isinstance(statistics, TableStatistics) else list(statistics)
    parts = [p for p in parts if p.rows]
    if not parts:
        raise InputError("there are no rows to infer a schema from")
    whole = merged_all(parts)
    found = {n: columns.infer_column(c, [p.columns.get(n) for p in parts]) for n, c in whole.columns.items()}
    for column, (key, joins) in keys.foreign_keys(whole, others or {}).items():
        found[column] = replace(found[column], key=key, joins=joins)
    named = [list(by) for by in unique] or [[n] for n, c in found.items() if c.unique]
    return TableSchema(
        name=name or whole.name,
        columns={n: replace(c, unique=[n] in named) for n, c in found.items()},
        slices=_slices(whole, parts),
        sliced=sorted(whole.sliced),
        unique=named,
        times=[n for n, c in whole.columns.items() if c.type == "time"],
        listener=listener,
        rows=rows_a_day(whole),
        seen=whole.rows,
    )


def _slices(whole: TableStatistics, parts: Sequence[TableStatistics]) -> list[SliceSchema]:
    """Slices that have to be there, the largest first, those of one column before those of two."""
    found = []
    for label, part in whole.slices.items():
        least_share = SLICE_SHARE if len(part.where) == 1 else PAIR_SHARE
        if OTHER not in part.where.values() and part.rows >= max(SLICE_ROWS, least_share * whole.rows):
            shares = [(p.slices[label].rows if label in p.slices else 0) / p.rows for p in parts if p.rows >= 1000]
            least = downwards(with_odds(min([at_least(part.rows, whole.rows), *shares]), HALF))
            found += [SliceSchema(where=dict(sorted(part.where.items())), share=least)] if least > 0 else []
    return sorted(found, key=lambda s: (len(s.where), list(s.where), -s.share, list(s.where.values())))


def rows_a_day(whole: TableStatistics) -> tuple[int, int] | None:
    """Least and most rows of a whole day, with room, where there are five of them at least."""
    times = next((c.times for c in whole.columns.values() if c.times is not None), None)
    if times is None:
        return None
    inner = list(times.days().values())[1:-1]  # the first and the last may be cut
    if len(inner) < 5:
        return None
    room = 1 + 3 / len(inner)  # of few days the extremes have not been seen yet
    return int(downwards(0.6 * min(inner) / room)), int(upwards(1.7 * max(inner) * room))
