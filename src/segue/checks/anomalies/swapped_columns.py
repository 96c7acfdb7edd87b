"""Two columns that changed places: each looks like the other did."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import polars as pl

from segue.checks import Finding
from segue.checks._samples import band
from segue.checks.anomalies import Column, Look
from segue.checks.drift.quantiles import Curves
from segue.checks.schema.keys import contained

FAR, NEAR = 0.4, 0.35
"""Distance from itself before, at least; from the other before, at most as a share of it."""
ROWS = 30
NAMES, TEXTS = 0.5, 2000
"""Different texts a row from which on they name rows, and are alike by their form alone; texts that tell it."""


def swapped_columns(look: Look) -> Iterator[Finding]:
    forms = _Forms(look)
    columns = [c for c in look.columns() if c.before is not None and min(c.now.present, c.before.present) >= ROWS]
    odd = [c for c in columns if _apart(forms, c, c) > FAR]
    for a, b in combinations(odd, 2):
        own, crossed = (_apart(forms, a, a), _apart(forms, b, b)), (_apart(forms, a, b), _apart(forms, b, a))
        noise = band(min(a.now.present, b.now.present) * look.worth, look.odds)
        if min(own) > max(FAR, min(noise, 0.9)) and max(crossed) < NEAR * min(own):
            yield look.finding(
                "swapped-columns", "fail", f"{a.name} and {b.name} changed places: {a.name} looks as {b.name} did, "
                f"{b.name} as {a.name} did "
                f"{look.then}", look.statistics.rows, (*a.now.examples[:1], *b.now.examples[:1]),
                column=a.name, fix=f"look at the order of columns where {a.name} and {b.name} are read",
            )  # fmt: skip
            yield look.finding(
                "swapped-columns", "fail", f"{b.name} and {a.name} changed places: {b.name} looks as {a.name} did",
                look.statistics.rows, b.now.examples, column=b.name,
                fix=f"look at the order of columns where {a.name} and {b.name} are read",
            )  # fmt: skip


class _Forms:
    """How texts are written: each small letter as a, each capital as A, each digit as 9, of the first of them."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.known: dict[tuple[str, bool], dict[str, float]] = {}

    def apart(self, now: str, before: str) -> float:
        """Share of texts that are written otherwise, 0 … 1."""
        a, b = self._of(before, True), self._of(now, False)
        return sum(abs(a.get(form, 0.0) - b.get(form, 0.0)) for form in {*a, *b}) / 2

    def _of(self, name: str, before: bool) -> dict[str, float]:
        if (name, before) not in self.known:
            rows = self.look.before_sample if before else self.look.sample
            texts = rows[name].drop_nulls().head(TEXTS) if name in rows.columns else pl.Series(dtype=pl.String)
            if texts.dtype != pl.String:
                texts = texts.clear().cast(pl.String)
            form = texts.str.head(40).str.replace_all(r"\p{Ll}+", "a").str.replace_all(r"\p{Lu}+", "A")
            counts = form.str.replace_all(r"[0-9]+", "9").str.replace_all(r"[a9]{2,}", "a9").value_counts(name="n")
            self.known[name, before] = {f: n / max(1, len(texts)) for f, n in counts.iter_rows()}
        return self.known[name, before]


def _apart(forms: _Forms, now: Column, before: Column) -> float:
    """How far a column is from what one of them was, 0 … 1."""
    a, b = before.before, now.now
    if a is None or (a.type != b.type and {a.type, b.type} != {"int", "float"}):
        return 1.0
    if a.numbers is not None and b.numbers is not None and a.numbers.count and b.numbers.count:
        return Curves.of(a.numbers.buckets, b.numbers.buckets).gap
    if b.type in ("text", "list", "bool"):
        if a.top is not None and b.top is not None and a.top.complete and b.top.complete:
            old, new = a.top.counted(), b.top.counted()
            total, was = max(1, sum(new.values())), max(1, sum(old.values()))
            return sum(abs(new.get(v, 0) / total - old.get(v, 0) / was) for v in {*old, *new}) / 2
        if max(c.unique.count / max(1, c.present) for c in (a, b)) > NAMES:
            return forms.apart(now.name, before.name)
        mine, both = contained(b.unique, a.unique)
        return 1 - both / mine if mine >= 5 else 0.0
    if a.times is not None and b.times is not None:
        return 0.0
    return 0.0


plugin = swapped_columns
