"""Numbers in another unit: seconds for milliseconds, percent for a share. The shape stays, the scale does not.

All rows or a part of them: the distribution before, and the same with some rows scaled by a factor, are held against
what is there (distance of distribution functions, with the bound of Dvoretzky, Kiefer and Wolfowitz).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from segue.checks import Finding, Level
from segue.checks._samples import band
from segue.checks.anomalies import Column, Look
from segue.checks.statistics import Numbers, TableStatistics
from segue.core.types import F64

FACTORS = {
    1000.0: "thousandths of it", 60.0: "a sixtieth of it (seconds for minutes)", 3600.0: "seconds for hours",
    100.0: "percent for a share", 1024.0: "bytes for KiB", 1e6: "millionths of it", 86400.0: "seconds for days",
    24.0: "hours for days", 1e9: "nanoseconds for seconds", 3.6e6: "milliseconds for hours", 60000.0: "milliseconds "
    "for "
    "minutes", 2.20462: "pounds for kilograms", 1.609344: "kilometres for miles",
}  # fmt: skip
STRONG = 10.0
"""Factors below it are found in the whole column only, above in parts, too."""
LEAST = 0.04
"""Share of the rows whose unit changed."""
GAIN = 0.35
"""The distance that is left, as a share of the one without a change."""


@dataclass(frozen=True, slots=True)
class Change:
    """The factor between before and now, and the share of the rows that it explains."""

    factor: float
    share: float
    gap: float  # distance without it
    left: float  # distance with it

    def words(self) -> str:
        size = self.factor if self.factor > 1 else 1 / self.factor
        way = "times as large" if self.factor > 1 else "times smaller"
        return f"about {size:g} {way}"


def unit_change(look: Look) -> Iterator[Finding]:
    if look.before is None:
        yield from _by_schema(look)
        return
    for column in look.columns():
        before, now = column.before, column.now
        if before is None or before.numbers is None or now.numbers is None or "list" in (before.type, now.type):
            continue
        if (column.schema is not None and column.schema.unique) or before.numbers.count < 50 or now.numbers.count < 20:
            continue
        change = changed(before.numbers, now.numbers, look.odds, (1.0, 1.0))
        if change is not None:
            change = changed(before.numbers, now.numbers, look.odds, _worth(look, column))
        where = ""
        if change is None:
            where, change = _slice(look, look.before, column.name)
        if change is None:
            continue
        slice_rows = look.statistics.slices[where].rows if where else now.numbers.count
        was, now_median = before.numbers.quantile(0.5), now.numbers.quantile(0.5)
        level: Level = "fail" if change.share > 0.2 or where else "warn"
        yield look.finding(
            "unit-change", level, f"{change.share:.0%} of the rows of {column.name}{f' of {where}' if where else ''} "
            "are "
            f"{change.words()}, and shaped as {look.against}: the median was {was:g} and is {now_median:g}",
            round(change.share * slice_rows), now.examples, column=column.name, slice=where,
            fix=f"have {column.name} sent in {_unit(look, column.name)} again",
        )  # fmt: skip


def _worth(look: Look, column: Column) -> tuple[float, float]:
    """How many independent rows one row is, before and now, where it is asked which half a number is in."""
    assert column.before is not None
    assert column.before.numbers is not None
    assert column.now.numbers is not None
    was, now = column.before.numbers.quantile(0.5), column.now.numbers.quantile(0.5)
    held = pl.col(column.name)
    return look.worth_of(held > was, before=True), look.worth_of(held > now)


def _unit(look: Look, name: str) -> str:
    schema = look.schema.columns.get(name) if look.schema else None
    return {"ms": "milliseconds", "s": "seconds", "share": "shares of 1"}.get(
        schema.unit if schema else "", "its old unit"
    )


def _by_schema(look: Look) -> Iterator[Finding]:
    """Without data before: the median left its place by one of the factors."""
    for column in look.columns():
        schema, numbers = column.schema, column.now.numbers
        if schema is None or schema.typical is None or numbers is None or numbers.count < 20 or schema.typical[0] <= 0:
            continue
        low, high = schema.typical
        middle = numbers.quantile(0.5)
        if low <= middle <= high or middle <= 0:
            continue
        fits = [f for size in FACTORS for f in (size, 1 / size) if size >= STRONG and low <= middle / f <= high]
        if fits:
            yield look.finding(
                "unit-change", "fail", f"the median of {column.name} is {middle:g}; it should be between {low:g} and "
                f"{high:g}, and would be after division by {fits[0]:g}", numbers.count, column.now.examples,
                column=column.name, fix=f"have {column.name} sent in {_unit(look, column.name)} again",
            )  # fmt: skip


def _slice(look: Look, before: TableStatistics, name: str) -> tuple[str, Change | None]:
    found: list[tuple[float, str, Change]] = []
    for label, part in look.statistics.slices.items():
        old = before.slices.get(label)
        if old is None or name not in part.columns or name not in old.columns:
            continue
        a, b = old.columns[name].numbers, part.columns[name].numbers
        if a is None or b is None or a.count < 100 or b.count < 30:
            continue
        odds = look.odds / max(1, len(look.statistics.slices))
        if (change := changed(a, b, odds, (look.before_worth, look.worth), True)) is not None:
            found.append((change.gap - change.left, label, change))
    if not found:
        return "", None
    _, label, change = max(found, key=lambda f: f[0])
    return label, change


def changed(
    before: Numbers, now: Numbers, odds: float, worth: tuple[float, float], all_rows: bool = False
) -> Change | None:
    """The change of unit that explains what is there, if one does far better than none. `worth` of rows of each.
    With `all_rows` more than half of them have to have changed."""
    x, p = before.buckets.middles(), np.asarray(before.buckets.counts, np.float64)
    y, q = now.buckets.middles(), np.asarray(now.buckets.counts, np.float64)
    p, q = p / p.sum(), q / q.sum()
    if (x == 0).sum() == len(x) or len(x) < 3:
        return None
    step = before.buckets.error + now.buckets.error
    noise = band(now.count * worth[1], odds) + band(before.count * worth[0], odds)
    gap = _gap(x, p, y, q, 0.0)
    if gap < LEAST or gap < (1.0 if all_rows else 0.5) * noise:
        return None
    best: Change | None = None
    for size in FACTORS:
        for factor in (size, 1 / size):
            share = _share(x, p, y, q, factor) if size >= STRONG else 1.0
            if share < LEAST:
                continue
            mixed_x, mixed_p = np.concatenate([x, x * factor]), np.concatenate([p * (1 - share), p * share])
            left = _gap(mixed_x, mixed_p, y, q, step + (0.5 / max(1.0, abs(now.mean)) if now.whole else 0.0))
            if best is None or left < best.left:
                best = Change(factor, share, gap, left)
    if best is None or gap - best.left < LEAST or (all_rows and best.share < 0.5):
        return None
    size = max(best.factor, 1 / best.factor)
    if size < STRONG and (best.left > 0.1 * gap or gap < 0.6):
        return None
    near = best.left < max(GAIN * gap, 0.02)
    beyond = gap > noise if best.share > 0.5 else _separate(x, p, y, q, now.count, best.factor)
    return best if near and beyond else None


def _separate(x: F64, p: F64, y: F64, q: F64, rows: int, factor: float) -> bool:
    """Whether the rows of a part lie where there were hardly any before."""
    lo, hi = _middle(x, p, 0.02, 0.98)
    low, high = sorted((lo * factor, hi * factor))
    inside = float(q[(y >= low) & (y <= high)].sum())
    usual = float(p[(x >= low) & (x <= high)].sum())
    return inside > 5 * usual + 3 / rows and inside * rows >= 10


def _middle(x: F64, p: F64, low: float, high: float) -> tuple[float, float]:
    upto = np.cumsum(p)
    a, b = np.searchsorted(upto, [low, high]).clip(max=len(x) - 1)
    return float(x[a]), float(x[b])


def _share(x: F64, p: F64, y: F64, q: F64, factor: float) -> float:
    """Share of rows scaled by the factor that fits best: least squares of distribution functions at all numbers."""
    points = np.unique(np.concatenate([x, x * factor, y]))
    f, g, h = (_function(points, *c) for c in ((x, p), (x * factor, p), (y, q)))
    apart = g - f
    size = float(apart @ apart)
    return float(np.clip((h - f) @ apart / size, 0, 1)) if size else 0.0


def _gap(x: F64, p: F64, y: F64, q: F64, slack: float) -> float:
    """Largest distance of two distribution functions, where numbers may be off by a share `slack` of themselves."""
    points = np.unique(np.concatenate([x, y]))
    wide = np.abs(points) * slack
    h = _function(points, y, q)
    low, high = _function(points - wide, x, p), _function(points + wide, x, p)
    return float(np.maximum(np.maximum(low - h, h - high), 0).max(initial=0.0))


def _function(points: F64, x: F64, p: F64) -> F64:
    """(P,) share of numbers at or below each point."""
    order = np.argsort(x, kind="stable")
    upto = np.concatenate([[0.0], np.cumsum(p[order])])
    found: F64 = upto[np.searchsorted(x[order], points * (1 + 1e-12 * np.sign(points)), side="right")]
    return found


plugin = unit_change
