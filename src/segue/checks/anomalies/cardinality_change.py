"""Far fewer, or far more, different values than so many rows had: ids that collapsed, ids with salt in them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from segue.checks import Finding
from segue.checks.anomalies import Column, Look

FEWER, MORE = 0.3, 2.5
"""Different values, as a share of those expected, that are worth a word."""
ROWS = 50
LEAST = 10
"""Different values that have to be expected."""


def cardinality_change(look: Look) -> Iterator[Finding]:
    for column in look.columns():
        now = column.now
        if now.present < ROWS or now.type not in ("text", "int") or now.unique.count <= 1:
            continue
        count = now.unique.count
        if column.schema is not None and column.schema.distinct is not None:
            least = 0.6 * column.schema.distinct[0] * now.present
            if count < least and least > LEAST:
                yield _finding(
                    look, column, f"at least {column.schema.distinct[0] * now.present:,.0f} are expected", "fail"
                )
                continue
        expected = _expected(look, column)
        if expected is None or expected[1] < LEAST:
            continue
        low, high = expected
        if count < FEWER * low and low - count > LEAST:
            yield _finding(look, column, f"about {low:,.0f} in as many rows {look.then}", "fail")
        elif (
            count > MORE * high and column.schema is not None and column.schema.values is None and count > high + LEAST
        ):
            yield _finding(look, column, f"about {high:,.0f} in as many rows {look.then}", "warn")


def _finding(look: Look, column: Column, usual: str, level: str) -> Finding:
    now = column.now
    return look.finding(
        "cardinality-change", "fail" if level == "fail" else "warn",
        f"{now.unique.count:,.0f} different values of {column.name} in {now.present:,} rows; {usual}",
        now.present, now.examples, column=column.name,
        fix=f"look how {column.name} is made: cut, rounded, hashed, or given anew each time",
    )  # fmt: skip


def _expected(look: Look, column: Column) -> tuple[float, float] | None:
    """Different values to expect: in rows drawn one by one, and in stretches of neighbouring rows; least, most."""
    name, before = column.name, look.before_sample
    if column.before is None or column.before.present < 2 * ROWS or name not in before.columns:
        return None
    if before[name].dtype != look.sample.schema.get(name) or column.before.type != column.now.type:
        return None
    found = []
    if look.days:
        days = [d.columns[name] for d in look.days if name in d.columns and d.columns[name].present >= ROWS]
        found = [d.unique.count * min(1.0, column.now.present / d.present) for d in days]
    values = before[name].drop_nulls()
    n = min(len(values), column.now.present)
    step = max(1, len(values) // n)
    found.append(float(values.gather_every(step).head(n).n_unique()))
    starts = np.linspace(0, len(values) - n, 3).astype(int)
    found += [float(values.slice(int(s), n).n_unique()) for s in starts]
    scale = column.now.present / n
    return min(found), max(found) * scale


plugin = cardinality_change
