"""Values that a column with few of them never had: new ones, and known ones written differently."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import polars as pl

from segue.checks import Finding, Level
from segue.checks._samples import chance_above
from segue.checks.anomalies import Look
from segue.checks.anomalies._forms import plain_forms, variant

LEAST, MUCH = 0.005, 0.1
"""Share of rows beyond what the schema allows that is worth a word; that is surely broken."""
CLOSED, OPEN = 20, 0.01
"""Known values above which new ones come along; share of new ones among good rows from which they are known to."""


def out_of_domain(look: Look) -> Iterator[Finding]:
    for column in look.columns():
        values = column.schema.values if column.schema else None
        top = column.now.top
        if values is None or top is None or not column.now.present or column.schema is None:
            continue
        known, plain = set(values), plain_forms(values)
        strange = {v: c for v, c in top.counted().items() if v not in known}
        total, rows, bound = (
            sum(strange.values()),
            column.now.present,
            max(column.schema.outside, 1.5 * _new_each_day(look, column.name)),
        )
        variants = [t for v in strange if (t := variant(v, plain))]
        if not total or total / rows <= bound:
            continue
        chance = chance_above(total, rows, bound, 1.0 if variants else look.worth)
        beyond = total / rows - bound
        if chance > look.odds or (beyond < LEAST and not (variants and total >= 3)):
            continue
        closed = len(known) <= CLOSED and column.schema.outside < OPEN
        sure = closed or sum(c for v, c in strange.items() if variant(v, plain)) > MUCH * rows
        level: Level = "fail" if sure and beyond > MUCH and chance < look.odds / 100 else "warn"
        named = ", ".join(f"{v!r} ({c:,})" for v, c in list(strange.items())[:5])
        said = "; ".join(variants[:3]) or f"known are {len(known)}: {', '.join(sorted(known)[:8])}"
        yield look.finding(
            "out-of-domain", level,
            f"{total:,} of {rows:,} rows ({total / rows:.1%}) have a {column.name} that the schema does not list: "
            f"{named}; {said}",
            total, look.examples(pl.col(column.name).cast(pl.String).is_in(list(strange)[:50]), (column.name,)),
            column=column.name,
            fix=f"have {column.name} written one way" if variants else
            f"take the new values of {column.name} into the schema with `segue schema accept`, or mend the source",
        )  # fmt: skip


def _new_each_day(look: Look, name: str) -> float:
    """The largest share of values that one of the days before had, and no other: names that come and go."""
    tops = [
        c.top for d in look.days if (c := d.columns.get(name)) is not None and c.top is not None and c.present >= 50
    ]
    on = Counter(value for top in tops for value in top.values)
    return max((sum(n for v, n in top.counted().items() if on[v] == 1) / sum(top.counts) for top in tops), default=0.0)


plugin = out_of_domain
