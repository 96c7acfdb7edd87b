"""Texts in another language, or script, than before."""

from __future__ import annotations

from collections.abc import Iterator

from segue.checks import Finding, Level
from segue.checks._samples import at_most, chance_above
from segue.checks.anomalies import Look

LEAST, MUCH = 0.1, 0.3
"""Share of the texts beyond the usual one that is worth a word; that is surely broken."""
FEW = 20
"""Texts of a known language, or script, that are needed."""
SCRIPTS = ("latin", "cyrillic")
"""What is said of texts too short to tell their language."""


def language_change(look: Look) -> Iterator[Finding]:
    for column in look.columns():
        now, old = column.now.languages, column.before.languages if column.before else {}
        texts, before = sum(now.values()), sum(old.values())
        if texts < FEW or before < FEW:
            continue
        told = [name for name in now if name not in SCRIPTS] or list(now)
        language = max(told, key=lambda name: now[name] / texts - old.get(name, 0) / before)
        count, usual = now[language], old.get(language, 0) / before
        bound = at_most(old.get(language, 0), before)
        share = count / texts
        if share < bound + LEAST or chance_above(count, texts, bound) > look.odds:
            continue
        level: Level = "fail" if share > bound + MUCH else "warn"
        yield look.finding(
            "language-change", level, f"{share:.0%} of the texts of {column.name} are {language!r}, of {texts:,} "
            f"looked at; {usual:.0%} {look.then}", round(share * column.now.present), column.now.examples,
            column=column.name, fix=f"look where {column.name} comes from; waive it if the catalogue really changed",
        )  # fmt: skip


plugin = language_change
