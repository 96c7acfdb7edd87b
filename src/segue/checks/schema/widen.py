"""What a reviewed schema would have to allow for data at hand to pass. Bounds that hold, or are broken by no more than
chance would, stay as they are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from msgspec.structs import replace

from segue.checks.schema.chance import at_least, at_most
from segue.checks.schema.columns import DOMAIN
from segue.checks.schema.shape import ColumnSchema, Environment, SliceSchema, TableSchema
from segue.checks.statistics import ColumnStatistics, TableStatistics
from segue.core.types import Bools

EVERYWHERE: tuple[Environment, ...] = ("training", "evaluation", "serving")


def widened(
    schema: TableSchema, seen: TableStatistics, fresh: TableSchema, environment: Environment | None = None
) -> TableSchema:
    """The schema that data as `seen` would not break; `fresh` is what they alone suggest.

    Columns and slices that they do not have go, or with an `environment` are no longer asked for there; those that they
    bring come, or come there.
    """
    columns: dict[str, ColumnSchema] = {}
    for name, column in schema.columns.items():
        if name in fresh.columns:
            columns[name] = _within(_column(column, seen.columns[name], fresh.columns[name]), environment)
        elif not column.required or not _asked(column.environments, environment):
            columns[name] = column
        elif environment is not None:
            columns[name] = replace(column, environments=_less(column.environments, environment))
    new = {n: replace(c, environments=[environment] if environment else None) for n, c in fresh.columns.items()}
    columns |= {n: c for n, c in new.items() if n not in columns}
    return replace(
        schema,
        columns=columns,
        slices=_slices(schema, seen, fresh, environment),
        unique=[by for by in schema.unique if all(n in columns and _still(columns, by) for n in by)],
        times=[n for n in dict.fromkeys([*schema.times, *fresh.times]) if n in columns],
        listener=schema.listener if schema.listener in columns else "",
        rows=_around(schema.rows, _days(seen), fresh.rows),
        seen=max(schema.seen, fresh.seen),
    )


def tightened(schema: TableSchema, fresh: TableSchema) -> TableSchema:
    """Every bound as the data at hand suggest it, wider or narrower; what only people know stays."""
    by_hand = ("required", "unit", "key", "joins", "environments", "drift", "skew", "note")
    columns = {
        name: replace(column, **{f: getattr(schema.columns[name], f) for f in by_hand})
        if name in schema.columns
        else column
        for name, column in fresh.columns.items()
    }
    return replace(
        fresh, name=schema.name, columns=columns, extra=schema.extra, listener=schema.listener or fresh.listener,
        unique=schema.unique or fresh.unique,
    )  # fmt: skip


def _still(columns: dict[str, ColumnSchema], by: list[str]) -> bool:
    return len(by) > 1 or columns[by[0]].unique


def _asked(environments: list[Environment] | None, environment: Environment | None) -> bool:
    """Whether something is asked for in an environment, or somewhere."""
    return environments is None or environment is None or environment in environments


def _less(environments: Iterable[Environment] | None, gone: Environment) -> list[Environment]:
    return [e for e in (EVERYWHERE if environments is None else environments) if e != gone]


def _within(column: ColumnSchema, environment: Environment | None) -> ColumnSchema:
    """A column that was asked for elsewhere only and is here, too."""
    if column.environments is None or environment is None or environment in column.environments:
        return column
    found = [e for e in EVERYWHERE if e in column.environments or e == environment]
    return replace(column, environments=None if len(found) == len(EVERYWHERE) else found)


def _column(column: ColumnSchema, seen: ColumnStatistics, fresh: ColumnSchema) -> ColumnSchema:
    if not fits(column.type, seen.type):
        kept = {f: getattr(column, f) for f in ("required", "key", "joins", "environments", "drift", "skew", "note")}
        return replace(fresh, **kept)
    change: dict[str, Any] = {}
    if at_least(seen.missing, seen.rows) > column.missing:
        change["missing"] = max(column.missing, fresh.missing, seen.missing_share)
    if at_least(odd := seen.nans + seen.infinite, seen.rows) > column.nonfinite:
        change["nonfinite"] = max(column.nonfinite, fresh.nonfinite, odd / seen.rows)
    if not seen.present:
        return replace(column, **change)
    change |= _values(column, seen) | _span(column, seen, fresh)
    if seen.top and seen.top.counts and at_least(first := seen.top.counts[0], seen.present) > column.largest:
        change["largest"] = max(fresh.largest, first / seen.present)
    if column.max_length is not None and seen.lengths and seen.lengths.max > column.max_length:
        change["max_length"] = max(fresh.max_length or 0, int(seen.lengths.max))
    if column.unique and seen.unique.repeated:
        change["unique"] = False
    different = min(1.0, seen.unique.count / seen.present)
    change["distinct"] = _around(column.distinct, [different], fresh.distinct)
    return replace(column, **change)


def fits(asked: str, found: str) -> bool:
    """Whether a column may be of this type: whole numbers are numbers, and nothing known is anything."""
    return asked == found or "null" in (asked, found) or (asked, found) == ("float", "int")


def _values(column: ColumnSchema, seen: ColumnStatistics) -> dict[str, Any]:
    if column.values is None or seen.top is None:
        return {}
    counts = seen.top.counted()
    new = [v for v in counts if v not in set(column.values)]
    if at_least(sum(counts[v] for v in new), seen.present) <= column.outside:
        return {}
    if len(column.values) + len(new) > DOMAIN or not seen.top.complete:
        return {"values": None, "outside": 0.0}
    return {"values": column.values + sorted(new)}


def _span(column: ColumnSchema, seen: ColumnStatistics, fresh: ColumnSchema) -> dict[str, Any]:
    """Range and median. A few numbers beyond the range are within what `outside` allows."""
    change: dict[str, Any] = {}
    if seen.times is not None:
        if column.min is not None and seen.times.first < column.min:
            change["min"] = fresh.min
        if column.max is not None and seen.times.last > column.max:
            change["max"] = fresh.max
    numbers = seen.numbers
    if numbers is None or not numbers.count:
        return change
    middles, counts = numbers.buckets.middles(), np.asarray(numbers.buckets.counts)

    def too_many(beyond: Bools) -> bool:
        return at_least(max(1, int(counts[beyond].sum())), seen.present) > column.outside

    if column.min is not None and numbers.min < column.min and too_many(middles < column.min):
        change["min"] = None if fresh.min is None else min(fresh.min, numbers.min)
    if column.max is not None and numbers.max > column.max and too_many(middles > column.max):
        change["max"] = None if fresh.max is None else max(fresh.max, numbers.max)
    middle = numbers.quantile(0.5)
    if column.typical is not None and not column.typical[0] <= middle <= column.typical[1]:
        change["typical"] = fresh.typical  # a band that holds both units would tell neither
    return change


def _around(pair: tuple[Any, Any] | None, seen: list[Any], fresh: tuple[Any, Any] | None) -> tuple[Any, Any] | None:
    """A band that holds what was seen; none where nothing is known of it any more."""
    if pair is None or all(pair[0] <= x <= pair[1] for x in seen):
        return pair
    return None if fresh is None else (min(pair[0], fresh[0], *seen), max(pair[1], fresh[1], *seen))


def _days(seen: TableStatistics) -> list[int]:
    """Rows of each whole day."""
    times = next((c.times for c in seen.columns.values() if c.times is not None), None)
    return list(times.days().values())[1:-1] if times else []


def _slices(
    schema: TableSchema, seen: TableStatistics, fresh: TableSchema, environment: Environment | None
) -> list[SliceSchema]:
    """Shares that hold the data at hand; slices they do not have go, new ones come."""
    found: list[SliceSchema] = []
    there = {_key(s.where): s for s in fresh.slices}
    looked = {frozenset(by.split(", ")) for by in seen.sliced}
    for part in schema.slices:
        rows = sum(s.rows for label, s in seen.slices.items() if label == _label(part.where))
        if frozenset(part.where) not in looked or not _asked(part.environments, environment):
            found.append(part)
        elif rows and at_most(rows, seen.rows) < part.share:
            same, share = there.get(_key(part.where)), rows / seen.rows
            found.append(replace(part, share=min(share, same.share if same else share)))
        elif rows:
            found.append(part)
        elif environment is not None:
            found.append(replace(part, environments=_less(part.environments, environment)))
    known = {_key(s.where) for s in schema.slices}
    new = [replace(s, environments=[environment] if environment else None) for k, s in there.items() if k not in known]
    return found + new


def _key(where: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(where.items()))


def _label(where: dict[str, str]) -> str:
    return ", ".join(f"{c}={v}" for c, v in _key(where))
