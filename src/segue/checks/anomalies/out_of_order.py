"""Rows that are not in the order of time where they were before, and moments that changed places: an end before its
start, an arrival before the event."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import polars as pl

from segue.checks import Finding, Level
from segue.checks._samples import at_most, chance_above
from segue.checks.anomalies import Look

LEAST, MUCH = 0.01, 0.1
"""Share of rows beyond the usual one that is worth a word; that is surely broken."""


def out_of_order(look: Look) -> Iterator[Finding]:
    if look.rows is None or look.before_rows is None or look.before is None:
        return
    names = [
        c.name for c in look.columns() if c.now.type == "time" and c.before is not None and c.before.type == "time"
    ]
    if not names:
        return
    tests = {(f"{a} before {b}"): pl.col(b) < pl.col(a) for a, b in combinations(names[:6], 2)}
    tests |= {(f"{b} before {a}"): pl.col(a) < pl.col(b) for a, b in combinations(names[:6], 2)}
    if look.time in names and look.relation == "day":
        tests |= {f"rows in the order of {look.time}": pl.col(look.time).diff().cast(pl.Int64, strict=False) < 0}
    try:
        now, before = (
            rows.select(*(pl.struct(e.sum().alias("k"), e.count().alias("n")).alias(n) for n, e in tests.items()))
            .collect(engine="streaming").row(0, named=True) for rows in (look.rows, look.before_rows)
        )  # fmt: skip
    except pl.exceptions.PolarsError:
        return
    for what, test in tests.items():
        (k, n), (k0, n0) = ((r[what]["k"] or 0, r[what]["n"] or 0) for r in (now, before))
        if n < 20 or n0 < 100 or k0 / n0 > 0.05:
            continue
        bound = at_most(k0, n0)
        beyond = k / n - bound
        if beyond < LEAST or chance_above(k, n, bound) > look.odds:
            continue
        level: Level = "note" if what.startswith("rows") else "fail" if beyond > MUCH else "warn"
        column = what.split()[-1]
        yield look.finding(
            "out-of-order", level, f"{what} does not hold for {k:,} of {n:,} rows ({k / n:.1%}); {k0 / n0:.1%} "
            f"{look.then}",
            k, look.examples(test, [c for c in names if c in what.split()]), column=column,
            fix="sort by time before writing, and look for clocks or columns that were mixed up",
        )  # fmt: skip
        return


plugin = out_of_order
