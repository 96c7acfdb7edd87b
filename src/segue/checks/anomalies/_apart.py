"""What skew and drift have to say: one finding for each column that moved, or for each slice in which it did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from segue.checks import Finding
from segue.checks.anomalies import Look
from segue.checks.drift import ColumnDistance, compare
from segue.checks.drift.listeners import likeness

ROWS = 50_000
"""Rows on which it is measured how alike those of one listener are."""
SLICES = 3
"""Slices that are named for one column."""
_WHAT = {"values": "values", "numbers": "numbers", "missing": "share without a value", "lengths": "lengths",
         "languages": "languages", "hours": "hours of the day"}  # fmt: skip
_MEASURE = {"linf": "L∞", "js": "Jensen–Shannon", "quantile": "quantile distance"}
_UNIT = {"linf": "", "js": " bits", "quantile": " sd"}


def apart(look: Look, check: str, *, skew: bool, fix: str) -> Iterator[Finding]:
    """A finding for each column that is too far from `look.before`. Slices are named where the whole is not."""
    if look.before is None:
        return
    far = [
        d
        for d in compare(
            look.before, look.statistics, schema=look.schema, skew=skew, days=look.days, likeness=_likeness(look)
        )
        if d.level
    ]
    whole = {(d.column, d.kind) for d in far if not d.slice}
    places: dict[tuple[str, str], list[ColumnDistance]] = {}
    for d in far:
        named = sum(column == d.column and bool(label) for column, label in places)
        if not d.slice or ((d.column, d.kind) not in whole and ((d.column, d.slice) in places or named < SLICES)):
            places.setdefault((d.column, d.slice), []).append(d)
    reference = look.before_name or ("training" if skew else "the day before")
    for (column, label), distances in places.items():
        rows = look.statistics.slices[label].rows if label else look.statistics.rows
        yield Finding(
            check,
            "fail" if any(d.level == "fail" for d in distances) else "warn",
            f"{column}{f' of {label}' if label else ''} is not as in {reference}: " + "; ".join(map(_said, distances)),
            rows,
            tuple(_moved(m) for m in distances[0].moved),
            look.name,
            column,
            label,
            fix,
        )


def _said(d: ColumnDistance) -> str:
    moved = ", ".join(_moved(m) for m in d.moved[:3])
    return (
        f"{_WHAT[d.kind]} moved by {_MEASURE[d.measure]} {d.value:.3g}{_UNIT[d.measure]} "
        f"(threshold {d.threshold:.3g}, by chance {d.chance:.2g}): {moved}"
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
