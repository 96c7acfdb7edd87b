"""What differs between two schemas, in words, as lines of the file, and change by change."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from segue.checks.schema.file import describe, plain
from segue.checks.schema.shape import ColumnSchema, TableSchema
from segue.checks.schema.writing import written

TABLE = ("rows", "sliced", "times", "listener", "unique", "extra")
"""Settings of a table as a whole. Of how many rows it was inferred is no difference."""
SHOWN = 8


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One difference: of a column, of a slice, or of the table as a whole."""

    words: str
    column: str = ""
    slice: str = ""  # "country=SE, tier=free"
    field: str = ""  # empty: the column or slice comes or goes


def differences(before: TableSchema, after: TableSchema) -> list[Change]:
    """Columns first, in the order of the files, then slices, then the table as a whole."""
    found: list[Change] = []
    for name in {**before.columns, **after.columns}:
        found += _column(name, before.columns.get(name), after.columns.get(name))
    old, new = ({slice_label(s.where): s for s in schema.slices} for schema in (before, after))
    for label in {**old, **new}:
        a, b = old.get(label), new.get(label)
        if a is None or b is None:
            words = (
                f"no longer asked for: {label}" if b is None else f"asked for: {label}, at least {b.share:.2%} of rows"
            )
            found.append(Change(slice=label, words=words))
            continue
        if a.share != b.share:
            words = f"at least {b.share:.2%} of the rows are {label} (before: {a.share:.2%})"
            found.append(Change(slice=label, field="share", words=words))
        if a.environments != b.environments:
            words = f"{label} is asked for in {_places(b.environments)} (before: {_places(a.environments)})"
            found.append(Change(slice=label, field="environments", words=words))
    a_, b_ = plain(before), plain(after)
    for field in TABLE:
        if getattr(before, field) != getattr(after, field):
            words = f"{field}: {_said(b_.get(field))} (before: {_said(a_.get(field))})"
            found.append(Change(field=field, words=words))
    return found


def slice_label(where: Mapping[str, str]) -> str:
    return ", ".join(f"{c}={where[c]}" for c in sorted(where))


def _column(name: str, before: ColumnSchema | None, after: ColumnSchema | None) -> Iterator[Change]:
    if before is None and after is not None:
        listed = f", one of {_said(after.values)}" if after.values else ""
        yield Change(column=name, words=f"new column of type {after.type}{listed}")
    elif after is None:
        yield Change(column=name, words="the column goes")
    elif before is not None and before != after:
        a, b = describe(before), describe(after)
        for field in (f for f in ColumnSchema.__struct_fields__ if getattr(before, f) != getattr(after, f)):
            yield Change(column=name, field=field, words=_words(field, before, after, a.get(field), b.get(field)))


def _words(field: str, before: ColumnSchema, after: ColumnSchema, was: Any, now: Any) -> str:
    """What one setting says now and said before."""
    if field in ("missing", "nonfinite", "outside", "largest", "joins"):
        shown = f"{getattr(after, field):.2%} of the rows (before: {getattr(before, field):.2%})"
        return {
            "missing": f"missing in up to {shown}", "nonfinite": f"NaN or infinite in up to {shown}",
            "outside": f"other values in up to {shown}", "largest": f"one value in up to {shown}",
            "joins": f"found in {after.key} for at least {shown}",
        }[field]  # fmt: skip
    if field == "values" and before.values is not None and after.values is not None:
        more = [v for v in after.values if v not in before.values]
        less = [v for v in before.values if v not in after.values]
        parts = [f"takes {_said(more)}, too" if more else "", f"no longer takes {_said(less)}" if less else ""]
        return "; ".join(filter(None, parts)) or "the values stand in another order"
    if field == "values":
        return "takes any value" if after.values is None else f"takes {_said(after.values)} only"
    if field == "environments":
        return f"has to be there in {_places(after.environments)} (before: {_places(before.environments)})"
    if field == "unique":
        return "no value comes twice" if after.unique else "values may come twice"
    if field == "required":
        return "has to be there" if after.required else "need not be there"
    names = {"min": "at least", "max": "at most", "typical": "median within", "max_length": "no longer than",
             "distinct": "different values a row within"}  # fmt: skip
    return f"{names.get(field, field)} {_said(now)} (before: {_said(was)})"


def _places(environments: Collection[str] | None) -> str:
    return "every environment" if environments is None else ", ".join(environments) or "no environment"


def _said(value: Any) -> str:
    if value is None or value == "":
        return "anything"
    if isinstance(value, dict):
        return ", ".join(f"{k} {_said(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        parts = [_said(v) for v in value[:SHOWN]]
        return ", ".join(parts) + (f" and {len(value) - SHOWN} more" if len(value) > SHOWN else "")
    if isinstance(value, float):
        return f"{value:g}"
    return value.isoformat() if isinstance(value, datetime) else str(value)


def lines(before: TableSchema, after: TableSchema, text: str | None = None) -> list[str]:
    """The differences as lines of the file, each begun with + or - where it comes or goes; `text` is the file now."""
    old = written(before) if text is None else text
    new = written(after, old)
    return list(difflib.unified_diff(old.splitlines(), new.splitlines(), "reviewed", "proposed", n=1, lineterm=""))


def accepted(
    before: TableSchema,
    after: TableSchema,
    *,
    columns: Collection[str] = (),
    slices: Collection[str] = (),
    table: bool = False,
) -> TableSchema:
    """`before` with what `after` says of the chosen columns and slices, and with `table` of the table as a whole."""
    kept = {n: after.columns.get(n) if n in columns else c for n, c in before.columns.items()}
    kept |= {n: after.columns[n] for n in after.columns if n in columns}
    found = {n: c for n, c in kept.items() if c is not None}
    old, new = ({slice_label(s.where): s for s in schema.slices} for schema in (before, after))
    parts = {label: new.get(label) if label in slices else s for label, s in old.items()}
    parts |= {label: new[label] for label in new if label in slices}
    source = after if table else before
    no_longer = {n for n, c in before.columns.items() if c.unique and not (n in found and found[n].unique)}
    return replace(
        before,
        columns=found,
        slices=[s for s in parts.values() if s is not None],
        unique=[by for by in source.unique if set(by) <= set(found) and not (len(by) == 1 and by[0] in no_longer)],
        times=[n for n in source.times if n in found],
        listener=source.listener if source.listener in found else "",
        rows=source.rows,
        sliced=source.sliced,
        extra=source.extra,
        seen=after.seen,
    )
