"""Texts in a wrong encoding (mojibake), with control characters, or with HTML in them."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from segue.checks import Finding, Level
from segue.checks._samples import at_most, chance_above
from segue.checks.anomalies import Look
from segue.checks.anomalies._forms import CONTROL, HTML, MOJIBAKE, REPLACED, repaired

LEAST, MUCH = 0.003, 0.05
"""Share of rows beyond the usual one that is worth a word; that is surely broken."""
TESTS = {
    "in a wrong encoding (UTF-8 read as Latin-1)": (MOJIBAKE, False),
    "with characters that could not be read (�)": (REPLACED, True),
    "with control characters": (CONTROL, False),
    "with HTML in them": (HTML, False),
}


def encoding(look: Look) -> Iterator[Finding]:
    names = [c.name for c in look.columns() if c.now.type == "text"]
    now, before = look.sample, look.before_sample
    for name in names:
        if name not in now.columns or now[name].dtype != pl.String:
            continue
        texts = now[name].drop_nulls()
        old = before[name].drop_nulls() if name in before.columns and before[name].dtype == pl.String else None
        for what, (pattern, literal) in TESTS.items():
            count = int(texts.str.contains(pattern, literal=literal).sum())
            if not count:
                continue
            was, rows = 0, 0
            if old is not None:
                was, rows = int(old.str.contains(pattern, literal=literal).sum()), len(old)
            bound = at_most(was, rows) if rows >= 20 else 0.0
            bound = max(bound, 1.5 * was / rows) if rows else bound
            beyond = count / len(texts) - bound
            if beyond < LEAST or count < 2 or chance_above(count, len(texts), bound) > look.odds:
                continue
            level: Level = "fail" if beyond > MUCH else "warn"
            mended = _mended(texts, pattern) if pattern == MOJIBAKE else ""
            yield look.finding(
                "encoding", level, f"{count:,} of {len(texts):,} texts of {name} ({count / len(texts):.1%}) are "
                f"{what}; "
                f"{f'{was / rows:.1%} {look.then}' if rows else 'none should be'}{mended}",
                count, look.examples(pl.col(name).str.contains(pattern, literal=literal), (name,)), column=name,
                fix="read and write UTF-8 everywhere" if pattern in (MOJIBAKE, REPLACED) else f"clean {name} where "
                "it is read",
            )  # fmt: skip
            break


def _mended(texts: pl.Series, pattern: str) -> str:
    first = str(texts.filter(texts.str.contains(pattern))[0])[:80]
    return f"; {first!r} was {repaired(first)!r}" if repaired(first) != first else ""


plugin = encoding
