"""Texts of another form: a prefix more, upper case, digits where letters were, hashes for names."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from segue.checks import Finding, Level
from segue.checks._samples import at_least, at_most, chance_above, chance_below
from segue.checks.anomalies import Look

MOVED = 0.3
"""Change of the share of texts with a property that is worth a word."""
MUCH = 0.7
FEW, MANY = 20, 4000
"""Texts that are needed, and texts that are enough."""
PROPERTIES: dict[str, str] = {
    "with capital letters": r"\p{Lu}", "with small letters": r"\p{Ll}", "with digits": r"\d",
    "of digits only": r"^\d+$", "of 32 or more hexadecimal digits": r"^[0-9a-f]{32,128}$",
    "with a colon": r":", "with a hyphen": r"-", "with an underscore": r"_", "with a slash": r"/", "with a dot": r"\.",
    "with an @": r"@", "with a bar": r"\|", "with a hash sign": r"#", "with quotes around them": r"^[\"'].*[\"']$",
    "with spaces at an end": r"^\s|\s$", "with spaces within": r"\S\s+\S", "beginning with {": r"^[{\[]",
    "with percent signs": r"%[0-9A-F]{2}", "with letters other than a–z": r"[^\x00-\x7F]", "like a float "
    "(12.0)": r"^\d+\.0$",
}  # fmt: skip


def form_change(look: Look) -> Iterator[Finding]:
    now, before = look.sample, look.before_sample
    for column in look.columns():
        name = column.name
        if column.now.type != "text" or name not in now.columns or name not in before.columns:
            continue
        if column.schema is not None and column.schema.values is not None:
            continue
        if column.now.unique.count < FEW:
            continue  # of few names each says what it says
        if now[name].dtype != pl.String or before[name].dtype != pl.String:
            continue
        texts, old = (_some(t[name].drop_nulls()) for t in (now, before))
        if len(texts) < FEW or len(old) < 5 * FEW:
            continue
        moved = _moved(look, texts, old)
        if moved is None:
            continue
        what, share, was = moved
        prefix = _prefix(texts, old)
        level: Level = "fail" if abs(share - was) > MUCH else "warn"
        yield look.finding(
            "form-change", level, f"{share:.0%} of the texts of {name} are {what}; {was:.0%} {look.then}{prefix}",
            round(abs(share - was) * column.now.present), column.now.examples, column=name,
            fix=f"have {name} written as before, or nothing that was learned of it will be found again",
        )  # fmt: skip


def _some(texts: pl.Series) -> pl.Series:
    return texts.gather_every(max(1, len(texts) // MANY))


def _moved(look: Look, texts: pl.Series, old: pl.Series) -> tuple[str, float, float] | None:
    """(property, share now, share before) that moved most."""
    best: tuple[float, str, float, float] | None = None
    for what, k, k0 in zip(PROPERTIES, _having(texts), _having(old)):
        share, was = k / len(texts), k0 / len(old)
        if abs(share - was) < MOVED or (best is not None and abs(share - was) <= best[0]):
            continue
        chance = (
            chance_above(k, len(texts), at_most(k0, len(old), look.before_worth), look.worth)
            if share > was
            else chance_below(k, len(texts), at_least(k0, len(old), look.before_worth), look.worth)
        )
        if chance < look.odds / len(PROPERTIES):
            best = (abs(share - was), what, share, was)
    return best[1:] if best else None


def _having(texts: pl.Series) -> tuple[int, ...]:
    """How many texts have each of the properties."""
    asked = [pl.col(texts.name).str.contains(p).sum().alias(what) for what, p in PROPERTIES.items()]
    return texts.to_frame().select(asked).row(0)


def _prefix(texts: pl.Series, old: pl.Series) -> str:
    """What all texts begin with now, where they did not."""
    first, last = str(texts.min()), str(texts.max())
    n = next((i for i, (a, b) in enumerate(zip(first, last)) if a != b), min(len(first), len(last)))
    if n < 2 or int(old.str.starts_with(first[:n]).sum()) > 0.5 * len(old):
        return ""
    return f"; all begin with {first[:n]!r}"


plugin = form_change
