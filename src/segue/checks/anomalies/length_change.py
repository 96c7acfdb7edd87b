"""Texts that were cut, texts and lists that became empty (which are missing values) or far longer."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from segue.checks import Finding, Level
from segue.checks._samples import at_most, chance_above, chance_below
from segue.checks.anomalies import Column, Look
from segue.checks.statistics import Numbers

EMPTY, CUT = 0.02, 0.05
"""Share of rows that became empty, or that all end at one length, that is worth a word."""
MUCH = 0.2
"""Share that is surely broken."""
DIFFERENT = 100
"""Different texts, or items of lists, below which nothing can be said to be cut: the longest may be missing."""
FACTOR = 4.0
"""Times as long, or as short, as the median was."""


def length_change(look: Look) -> Iterator[Finding]:
    for column in look.columns():
        now, before = column.now.lengths, column.before.lengths if column.before else None
        if now is None or not now.count or column.now.type not in ("text", "list"):
            continue
        yield from _too_long(look, column, now)
        if before is None or before.count < 100:
            continue
        found = (
            _emptied(look, column, now, before) or _cut(look, column, now, before) or _scaled(look, column, now, before)
        )
        if found:
            yield found


def _words(column: Column) -> tuple[str, str]:
    return ("lists", "items") if column.now.type == "list" else ("texts", "characters")


def _of_length(column: Column, low: float) -> pl.Expr:
    held = pl.col(column.name)
    return (held.list.len() if column.now.type == "list" else held.str.len_chars()) >= low


def _too_long(look: Look, column: Column, now: Numbers) -> Iterator[Finding]:
    most = column.schema.max_length if column.schema else None
    if most is None or now.max <= most or (column.schema and column.schema.values is not None):
        return
    things, parts = _words(column)
    count = max(1, int(np.asarray(now.buckets.counts)[now.buckets.middles() > most].sum()))
    if count / now.count > 0.005 or now.max > 5 * most:
        yield look.finding(
            "length-change", "warn", f"{count:,} {things} of {column.name} are longer than the {most:,} {parts} that "
            "the "
            f"schema allows, up to {now.max:,.0f}", count, look.examples(_of_length(column, most + 1), (column.name,)),
            column=column.name, fix=f"look what writes so much into {column.name}, or raise `max_length`",
        )  # fmt: skip


def _emptied(look: Look, column: Column, now: Numbers, before: Numbers) -> Finding | None:
    bound = at_most(before.zeros, before.count, look.before_worth if before.zeros else 1.0)
    share = now.zeros / now.count
    if (
        share < bound + EMPTY
        or chance_above(now.zeros, now.count, bound, look.worth if before.zeros else 1.0) > look.odds
    ):
        return None
    things, _ = _words(column)
    level: Level = "fail" if share > bound + MUCH else "warn"
    return look.finding(
        "missing-values", level, f"{now.zeros:,} of {now.count:,} {things} of {column.name} ({share:.1%}) are empty; "
        f"{before.zeros / before.count:.1%} {look.then}", now.zeros,
        look.examples(~_of_length(column, 1), ()), column=column.name,
        fix=f"find what no longer fills {column.name}; write null where it is not known",
    )  # fmt: skip


def _cut(look: Look, column: Column, now: Numbers, before: Numbers) -> Finding | None:
    """Many that end at the greatest length, where there were longer ones before."""
    if now.max >= before.max or column.now.unique.count < DIFFERENT:
        return None
    slack = 1 + now.buckets.error * 2
    middles, counts = now.buckets.middles(), np.asarray(now.buckets.counts, np.float64)
    at_end = float(counts[middles * slack >= now.max].sum())
    old, old_counts = before.buckets.middles(), np.asarray(before.buckets.counts, np.float64)
    longer = float(old_counts[old > now.max * slack].sum()) / before.count
    usual = float(old_counts[(old * slack >= now.max) & (old / slack <= now.max)].sum()) / before.count
    share = at_end / now.count
    none_longer = chance_below(0, now.count, at_most(longer * before.count, before.count) / 3, look.worth)
    if longer < 0.01 or share < usual + max(CUT, 0.5 * longer) or share < 1.5 * usual or none_longer > look.odds:
        return None
    if chance_above(at_end, now.count, min(1.0, usual * 1.2 + 0.005), look.worth) > look.odds:
        return None
    things, parts = _words(column)
    return look.finding(
        "length-change", "fail" if longer > MUCH else "warn", f"{things} of {column.name} are cut at {now.max:,.0f} "
        f"{parts}: "
        f"{share:.0%} of them end there; {longer:.0%} were longer {look.then}, up to {before.max:,.0f}",
        int(at_end), look.examples(_of_length(column, now.max), (column.name,)), column=column.name,
        fix=f"find the field that is too short for {column.name}",
    )  # fmt: skip


def _scaled(look: Look, column: Column, now: Numbers, before: Numbers) -> Finding | None:
    if column.schema is not None and column.schema.values is not None:
        return None
    a, b = before.quantile(0.5), now.quantile(0.5)
    if now.count < 20 or min(a, b) <= 0 or not (b > FACTOR * a or a > FACTOR * b) or abs(a - b) < 4:
        return None
    lower = float(np.asarray(before.buckets.counts)[before.buckets.middles() <= b].sum()) / before.count
    rare = 1 - lower if b > a else lower
    if chance_above(now.count / 2, now.count, min(0.45, rare + 0.02), look.worth) > look.odds:
        return None
    things, parts = _words(column)
    return look.finding(
        "length-change", "warn", f"{things} of {column.name} have {b:,.0f} {parts} (median); {a:,.0f} {look.then}",
        now.count, column.now.examples, column=column.name, fix=f"look what writes {column.name} now",
    )  # fmt: skip


plugin = length_change
