"""Two columns of numbers that went together no longer do: rows were joined wrongly, or a column was sorted alone."""

from __future__ import annotations

import math
from collections.abc import Iterator

from scipy.special import erfc

from segue.checks import Finding
from segue.checks.anomalies import Look

STRONG, LEAST = 0.5, 0.4
"""Correlation from which on two columns go together; the change that is worth a word."""
ROWS = 50


def correlation_broken(look: Look) -> Iterator[Finding]:
    if look.before is None:
        return
    before = {(t.a, t.b): t for t in look.before.together}
    found: list[tuple[float, str, str, float, float, int]] = []
    for pair in look.statistics.together:
        old = before.get((pair.a, pair.b))
        if old is None or pair.rows < ROWS or old.rows < 2 * ROWS or _named(look, pair.a, pair.b):
            continue
        r, r0 = pair.correlation, old.correlation
        if math.isnan(r) or math.isnan(r0) or abs(r0) < STRONG or abs(r - r0) < LEAST:
            continue
        days = [
            t.correlation for d in look.days for t in d.together if (t.a, t.b) == (pair.a, pair.b) and t.rows >= ROWS
        ]
        usual = max((abs(c - r0) for c in days if not math.isnan(c)), default=0.0)
        if abs(r - r0) < 1.5 * usual + 0.1:
            continue
        n = max(4.0, pair.rows * look.worth)
        z = abs(math.atanh(max(-0.999, min(0.999, r))) - math.atanh(max(-0.999, min(0.999, r0)))) * math.sqrt(n - 3) / 2
        if float(erfc(z / math.sqrt(2))) < look.odds / max(1, len(before)):
            found.append((abs(r - r0), pair.a, pair.b, r, r0, pair.rows))
    often = {n: sum(n in f[1:3] for f in found) for f in found for n in f[1:3]}
    told: set[str] = set()
    for change, a, b, r, r0, rows in sorted(found, reverse=True):
        if told & {a, b}:
            continue
        column = max((a, b), key=lambda n: (often[n], n == b))
        told.add(column)
        yield look.finding(
            "correlation-broken", "fail" if change > 0.6 and abs(r) < 0.3 else "warn",
            f"{a} and {b} no longer go together: correlation {r:.2f}, {r0:.2f} {look.then}", rows, column=column,
            fix=f"look how {a} and {b} come into one row: a join by place, or a column sorted alone",
        )  # fmt: skip


def _named(look: Look, *names: str) -> bool:
    """Whether one of them names rows."""
    return any(look.schema is not None and [n] in look.schema.unique for n in names)


plugin = correlation_broken
