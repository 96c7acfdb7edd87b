"""A column is of another type: numbers that became texts, whole numbers with fractions, several types in one."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from segue.checks import Finding, Level
from segue.checks.anomalies import Column, Look
from segue.checks.statistics.columns import Type

WORDS: dict[Type, str] = {
    "int": "whole numbers", "float": "numbers", "bool": "yes or no", "text": "texts", "time": "times", "list": "lists",
    "null": "nothing", "other": "several types",
}  # fmt: skip
MIXED = 0.02
"""Share of texts that read as numbers, among others that do not, which makes a column one of mixed types."""


def type_change(look: Look) -> Iterator[Finding]:
    for column in look.columns():
        was = _was(column)
        now = column.now.type
        if was in (None, "null") or now == "null" or not column.now.present:
            continue
        if now != was and not _harmless(look, column, was, now):
            numeric = column.now.numeric / column.now.present
            more = f", {numeric:.1%} of which read as numbers" if now == "text" and was in ("int", "float") else ""
            level: Level = "warn" if {now, was} == {"int", "float"} else "fail"
            yield look.finding(
                "type-change", level, f"{column.name} holds {WORDS[now]}{more}; it held {WORDS[was]} ({was} → {now})",
                column.now.present, column.now.examples, column=column.name,
                fix=f"have the source send {column.name} as {WORDS[was]} again, or set its type in the schema to {now}",
            )  # fmt: skip
        elif now == "text" and column.before is not None and column.before.present >= 100:
            yield from _mixed(look, column)


def _was(column: Column) -> Type | None:
    if column.schema is not None:
        return column.schema.type
    return column.before.type if column.before else None


def _harmless(look: Look, column: Column, was: Type, now: Type) -> bool:
    """Whole numbers where others were, and fractions that are none."""
    if {was, now} != {"int", "float"}:
        return False
    if now == "int":
        return True
    values = look.sample[column.name].drop_nulls() if column.name in look.sample.columns else pl.Series([0.5])
    return bool((values.round() == values).fill_nan(True).all()) if values.dtype.is_float() else True


def _mixed(look: Look, column: Column) -> Iterator[Finding]:
    assert column.before is not None
    before, now = column.before.numeric / column.before.present, column.now.numeric / column.now.present
    if column.now.present < 50 or not (
        (before > 0.999 and now < 1 - MIXED) or (before < 0.001 and now > max(MIXED, 20 / column.now.present))
    ):
        return
    shown = f"{now:.1%} of the texts in {column.name} read as numbers"
    yield look.finding(
        "type-change", "fail" if abs(now - before) > 0.5 else "warn", f"{shown}, {before:.1%} {look.then}",
        column.now.present, column.now.examples, column=column.name,
        fix=f"look at what writes {column.name}: two sources write two things into it",
    )  # fmt: skip


plugin = type_change
