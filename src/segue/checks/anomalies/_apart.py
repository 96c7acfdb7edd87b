"""What skew and drift have to say: one finding for each column that moved, or for each slice in which it did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from segue.checks import Finding, Level
from segue.checks.anomalies import Look
from segue.checks.anomalies._slices import part_of, restless
from segue.checks.drift import ColumnDistance, compare
from segue.checks.drift.listeners import likeness

ROWS = 50_000
"""Rows on which it is measured how alike those of one listener are."""
SLICES = 3
"""Slices that are named for one column."""
NAMED = 5
"""Columns that are named where several have the same to say."""
MOVED = 3
"""Values that are shown of one distance, those that moved most."""
_WHAT = {"values": "values", "numbers": "numbers", "missing": "share without a value", "lengths": "lengths",
         "languages": "languages", "hours": "hours of the day"}  # fmt: skip
_MEASURE = {"linf": "L∞", "js": "Jensen–Shannon", "quantile": "quantile distance"}
_UNIT = {"linf": "", "js": " bits", "quantile": " sd"}


def apart(look: Look, check: str, *, skew: bool, fix: str) -> Iterator[Finding]:
    """A finding for each column that is too far from `look.before`; one for all that lost their values together. Slices
    are named where the whole is not."""
    if look.before is None:
        return
    moving = restless(look)
    far = [
        d
        for d in compare(
            look.before, look.statistics, schema=look.schema, skew=skew, days=look.days, likeness=_likeness(look)
        )
        if d.level and (not d.slice or part_of(d.slice) not in moving)
    ]
    whole = {(d.column, d.kind) for d in far if not d.slice}
    places: dict[tuple[str, str], list[ColumnDistance]] = {}
    for d in far:
        named = sum(column == d.column and bool(label) for column, label in places)
        if not d.slice or ((d.column, d.kind) not in whole and ((d.column, d.slice) in places or named < SLICES)):
            places.setdefault((d.column, d.slice), []).append(d)
    for label, columns, distances in _together(places):
        level: Level = "fail" if any(d.level == "fail" for d in distances) else "warn"
        shown = ", ".join(columns[:NAMED]) + (f" and {len(columns) - NAMED} more" if len(columns) > NAMED else "")
        is_ = "is" if len(columns) == 1 else "are"
        of = f" of {label}" if label else ""
        yield look.finding(
            check, level, f"{shown}{of} {is_} not as in {look.against}: {', '.join(map(_said, distances))}",
            look.statistics.slices[label].rows if label else look.statistics.rows,
            [_moved(m) for d in distances for m in d.moved[:MOVED]],
            column=columns[0], slice=label, fix=fix,
        )  # fmt: skip


def _together(
    places: Mapping[tuple[str, str], Sequence[ColumnDistance]],
) -> list[tuple[str, list[str], Sequence[ColumnDistance]]]:
    """(slice, columns, distances): columns that are missing in the same rows have the same to say, and say it once."""
    found: dict[tuple[object, ...], tuple[str, list[str], Sequence[ColumnDistance]]] = {}
    for (column, label), distances in places.items():
        alike = [(d.kind, *((v, round(a, 4), round(b, 4)) for v, a, b in d.moved)) for d in distances]
        key = (label, *alike) if all(d.kind == "missing" for d in distances) else (label, column)
        found.setdefault(key, (label, [], distances))[1].append(column)
    return list(found.values())


def _said(d: ColumnDistance) -> str:
    return (
        f"{_WHAT[d.kind]} moved by {d.value:.2g}{_UNIT[d.measure]} {_MEASURE[d.measure]} (threshold {d.threshold:.2g})"
    )


def _moved(moved: tuple[str, float, float]) -> str:
    value, before, now = moved
    return f"{value[:60]} {before:.1%} → {now:.1%}"


def _likeness(look: Look) -> Mapping[str, float]:
    """How alike rows of one listener are, where rows are at hand that say who."""
    rows = look.before_rows if look.before_rows is not None else look.rows
    who = look.schema.listener if look.schema else ""
    if rows is None or not who or who not in rows.collect_schema():
        return {}
    some = rows.head(ROWS).collect()
    return likeness(some, who, [c for c in some.columns if c in look.statistics.columns])
