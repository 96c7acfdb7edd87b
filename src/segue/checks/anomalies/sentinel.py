"""Values that stand for "not known": -1, 9999, 1970-01-01, "null". A surge of them is missing data in disguise."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from segue.checks import Finding, Level
from segue.checks._samples import at_most, chance_above
from segue.checks.anomalies import Column, Look
from segue.checks.schema.columns import CODES
from segue.checks.statistics import ColumnStatistics, Tops

WORDS = frozenset(
    ("null", "none", "nan", "n/a", "na", "#n/a", "nil", "undefined", "unknown", "missing", "(null)", "<null>", "-",
     "--", "?", "\\n", "tbd", "test", "xxx", "todo", "[object object]", "nat", "-1", "0", "9999", "99999", "999999")
)  # fmt: skip
NUMBERS = (-1.0, 0.0, -9.0, -99.0, -999.0, -9999.0, 99.0, 999.0, 9999.0, 99999.0, 999999.0, 9999999.0, 99999999.0,
           999999999.0, 2147483647.0, -2147483648.0, 4294967295.0, 65535.0, 32767.0, 9223372036854775807.0)  # fmt: skip
HOURS = {0: "1970-01-01", -613608: "1900-01-01", -17259888: "0001-01-01", 70389504: "9999-12-31",
         70389527: "9999-12-31", 595563: "2038-01-19"}  # fmt: skip
LEAST, MUCH = 0.005, 0.1
"""Share beyond the usual one that is worth a word; that is surely broken."""


def sentinel(look: Look) -> Iterator[Finding]:
    for column in look.columns():
        if column.before is None or column.before.present < 100 or not column.now.present:
            continue
        if column.name == look.time:
            continue  # a clock that was never set
        rows, found = column.now.present, []
        counts, usual = _counts(look, column, column.now, True), _counts(look, column, column.before, False)
        for value, count in counts.items():
            if _next(column.before, value):
                continue
            bound = at_most(
                usual.get(value, 0.0), column.before.present, look.before_worth if usual.get(value) else 1.0
            )
            beyond = count / rows - max(2 * bound if usual.get(value) else bound, 0.0)
            chance = chance_above(count, rows, bound, look.worth if usual.get(value) else 1.0)
            least = LEAST if not usual.get(value) else 0.05
            if beyond > least and count >= 3 and chance < look.odds:
                found.append((count, value, usual.get(value, 0.0) / column.before.present, beyond))
        if found:
            count, value, before, beyond = max(found)
            level: Level = "fail" if beyond > MUCH else "warn"
            yield look.finding(
                "sentinel", level, f"{count:,.0f} of {rows:,} rows ({count / rows:.1%}) of {column.name} say "
                f"{value}, which "
                f"often stands for \"not known\"; {before:.1%} {look.then}",
                int(count), look.examples(_is(column, value), (column.name,)), column=column.name,
                fix=f"write null where {column.name} is not known",
            )  # fmt: skip


def _counts(look: Look, column: Column, statistics: ColumnStatistics, now: bool) -> dict[str, float]:
    """Sentinel → rows, as far as they are known."""
    if statistics.times is not None:
        return {name: float(n) for h, name in HOURS.items() if (n := statistics.times.hours.get(h, 0))}
    if statistics.type in ("text", "int") and statistics.top is not None:
        known = frozenset(f"{x:.0f}" for x in NUMBERS) if statistics.type == "int" else WORDS
        counts = statistics.top.counted()
        if now or statistics.top.complete:
            return {v: float(c) for v, c in counts.items() if v.strip().casefold() in known}
        sample = look.before_sample
        if column.name not in sample.columns:
            found = {v: counts.get(v, 0) + statistics.top.error for v in (column.now.top or Tops()).values}
            return {v: float(c) for v, c in found.items() if not _impossible(statistics, v)}
        texts = sample[column.name].drop_nulls().cast(pl.String, strict=False)
        held = texts.filter(texts.str.strip_chars().str.to_lowercase().is_in(sorted(known))).value_counts(name="n")
        scale = statistics.rows / max(1, sample.height)
        return {v: n * scale for v, n in held.iter_rows()}
    if statistics.type != "float" or statistics.numbers is None:
        return {}
    sample = look.sample if now else look.before_sample
    if statistics.numbers.zeros and "0" not in sample.columns and column.name not in sample.columns:
        return {"0": float(statistics.numbers.zeros)}
    if column.name not in sample.columns or not sample[column.name].dtype.is_numeric():
        return {}
    part = sample[column.name].cast(pl.Float64)
    scale = statistics.rows / max(1, len(part))
    return {f"{x:.0f}": n * scale for x in NUMBERS if (n := int((part == x).sum()))}


def _next(statistics: ColumnStatistics, value: str) -> bool:
    """Whether a value continues whole numbers that are few and run on: counted from 0 instead of from 1."""
    numbers, few = statistics.numbers, statistics.unique.exact and statistics.unique.count <= CODES
    if statistics.type != "int" or numbers is None or not few:
        return False
    return float(value) in (numbers.min - 1, numbers.max + 1) and statistics.unique.count > 1


def _impossible(statistics: ColumnStatistics, value: str) -> bool:
    """Whether a number lies outside of all that were there."""
    numbers = statistics.numbers
    return statistics.type == "int" and numbers is not None and not numbers.min <= float(value) <= numbers.max


def _is(column: Column, value: str) -> pl.Expr:
    if column.now.times is not None:
        return pl.col(column.name).cast(pl.String).str.starts_with(value)
    if column.now.type == "float":
        return pl.col(column.name) == float(value)
    return pl.col(column.name).cast(pl.String) == value


plugin = sentinel
