"""Statistics of a table as people read them in a terminal."""

from __future__ import annotations

from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from segue.checks.statistics import ColumnStatistics, Numbers, TableStatistics

SHOWN = 24
"""Slices, and characters of a value."""
NAME = 40
"""Characters of the name of a column."""
STRONG = 0.3
"""Correlations that are worth a line."""


def print_statistics(out: Console, found: TableStatistics) -> None:
    share = f", a sample of {found.sampled:.0%}" if found.sampled < 1 else ""
    out.print(Text.assemble((found.name, "bold"), f": {found.rows:,} rows{share}, {len(found.columns)} columns"))
    for note in found.notes:
        out.print(Text(f"note: {note}", "yellow"))
    out.print()
    out.print(_columns(found, out.width))
    strong = [t for t in found.together if abs(t.correlation) >= STRONG]
    for pair in sorted(strong, key=lambda t: -abs(t.correlation))[:5]:
        out.print(Text(f"{pair.a} and {pair.b} go together: correlation {pair.correlation:.2f}", "dim"))
    for column in found.columns.values():
        if column.times is not None:
            out.print(Text(_when(column), "dim"))
    if found.slices:
        out.print()
        out.print(_slices(found))


def _columns(found: TableStatistics, width: int) -> Table:
    rows = [
        (c.name[:NAME], c.type, f"{c.missing_share:.1%}" if c.missing else "", _different(c), _values(c))
        for c in found.columns.values()
    ]
    names = ("column", "type", "missing", "different", "values")
    used = sum(max(len(row[n]) for row in [names, *rows]) + 2 for n in range(4))
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in names:
        table.add_column(name, justify="right" if name in ("missing", "different") else "left", no_wrap=True)
    for row in rows:
        values = Text(row[4])
        values.truncate(max(30, width - used), overflow="ellipsis")
        table.add_row(*map(Text, row[:4]), values)
    return table


def _different(column: ColumnStatistics) -> str:
    if column.type in ("null",) or not len(column.unique):
        return ""
    return f"{column.unique.count:,.0f}" if column.unique.exact else f"~{float(f'{column.unique.count:.3g}'):,.0f}"


def _values(column: ColumnStatistics) -> str:
    parts = []
    if column.nans or column.infinite:
        parts.append(f"{column.nans:,} NaN, {column.infinite:,} infinite")
    if column.numbers is not None and column.numbers.count:
        parts.append(_numbers(column.numbers))
    if column.type in ("text", "bool", "list") and column.top is not None and column.top.counts:
        total = max(column.present, 1) if column.type != "list" else sum(column.top.counts) + column.top.error
        shares = zip(column.top.values[:4], column.top.counts)
        parts.append(", ".join(f"{v[:SHOWN] or '(empty)'} {c / total:.0%}" for v, c in shares))
    elif column.type == "text" and column.examples:
        parts.append("such as " + ", ".join(e[:SHOWN] for e in column.examples))
    if column.lengths is not None and column.lengths.count:
        low, high = f"{column.lengths.min:,.0f}", f"{column.lengths.max:,.0f}"
        what = {"text": "characters", "list": "items"}.get(column.type, "bytes")
        parts.append(f"{low} {what}" if low == high else f"{low} to {high} {what}")
    if column.numeric:
        parts.append(f"{column.numeric:,} read as numbers")
    if column.languages:
        total = sum(column.languages.values())
        parts.append(", ".join(f"{name} {n / total:.0%}" for name, n in list(column.languages.items())[:3]))
    return "; ".join(parts)


def _numbers(numbers: Numbers) -> str:
    low, middle, high = (numbers.quantile(q) for q in (0.05, 0.5, 0.95))
    said = f"{_said(numbers.min)} … {_said(low)} … {_said(middle)} … {_said(high)} … {_said(numbers.max)}"
    zeros = f", {numbers.zeros / numbers.count:.0%} zero" if numbers.zeros > numbers.count / 100 else ""
    return f"{said}, mean {_said(numbers.mean)}{zeros}"


def _said(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 1000 or number == int(number) else f"{number:.3g}"


def _when(column: ColumnStatistics) -> str:
    times = column.times
    assert times is not None
    days, gaps = times.days(), times.gaps(6)
    longest = max(gaps, key=lambda gap: gap[1], default=None)
    said = f"{column.name}: {_moment(times.first)} to {_moment(times.last)}, {len(days):,} days with rows"
    if longest is not None and times.step == 1:
        start, hours = longest
        said += (
            f", {len(gaps):,} gaps of 6 hours or more, the longest {hours:,} hours from {_moment(start * 3_600_000)}"
        )
    return said


def _moment(ms: int) -> str:
    try:
        return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError, OSError):
        return f"{ms:,} ms"


def _slices(found: TableStatistics) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("slice", no_wrap=True)
    table.add_column("rows", justify="right")
    table.add_column("share", justify="right")
    slices = sorted(found.slices.values(), key=lambda s: (sorted(s.where), -s.rows))
    for part in slices[:SHOWN]:
        table.add_row(Text(part.name), f"{part.rows:,}", f"{part.rows / max(found.rows, 1):.1%}")
    if len(slices) > SHOWN:
        table.add_row(Text(f"… and {len(slices) - SHOWN:,} more", "dim"), "", "")
    return table
