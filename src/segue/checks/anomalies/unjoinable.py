"""Ids that another table does not have: rows that say nothing, because nobody knows what they are about."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import polars as pl

from segue.checks import Finding, Level
from segue.checks._samples import chance_below
from segue.checks.anomalies import Look

LEAST, MUCH = 0.005, 0.1
"""Share of rows beyond what the schema allows that is worth a word; that is surely broken."""
FORMS: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "in small letters": lambda e: e.str.to_lowercase(),
    "in capital letters": lambda e: e.str.to_uppercase(),
    "without spaces around them": lambda e: e.str.strip_chars(),
    "without leading zeros": lambda e: e.str.strip_chars_start("0"),
    "without their first part": lambda e: e.str.replace(r"^[^:/_\-|.]*[:/_\-|.]", ""),
    "by their last part": lambda e: e.str.extract(r"([^:/|]+)$"),
    "without .0": lambda e: e.str.replace(r"\.0$", ""),
}


def unjoinable(look: Look) -> Iterator[Finding]:
    for column in look.columns():
        schema = column.schema
        if (
            schema is None
            or not schema.key
            or schema.key not in look.keys
            or look.rows is None
            or not column.now.present
        ):
            continue
        known = look.keys[schema.key].cast(pl.String).unique()
        ids = look.rows.select(pl.col(column.name).cast(pl.String)).drop_nulls().collect(engine="streaming").to_series()
        lost = ids.filter(~ids.is_in(known.to_list()))
        found, rows = len(ids) - len(lost), len(ids)
        if not len(lost) or found / rows > schema.joins - LEAST:
            continue
        if schema.joins < 1:
            there = pl.col(column.name).cast(pl.String).is_in(known.to_list())
            if chance_below(found, rows, schema.joins, look.worth_of(there)) > look.odds:
                continue
        form = _form(lost, known)
        level: Level = "fail" if found / rows < schema.joins - MUCH else "warn"
        yield look.finding(
            "unjoinable", level, f"{len(lost):,} of {rows:,} rows ({len(lost) / rows:.1%}) have a {column.name} that "
            f"{schema.key} does not have; at most {1 - schema.joins:.1%} may{form}",
            len(lost), tuple(lost.head(3).to_list()), column=column.name,
            fix=f"have both tables write {column.name} alike" if form else
            f"import what is missing in {schema.key.partition('.')[0]}, or find where these ids come from",
        )  # fmt: skip


def _form(lost: pl.Series, known: pl.Series) -> str:
    """`; 98 % of them are found in small letters`, where most are found in another form."""
    part = lost.head(1000).to_frame("v")
    for words, change in FORMS.items():
        changed = known.to_frame("v").select(change(pl.col("v"))).to_series().drop_nulls().to_list()
        held = changed if "letters" in words else known.to_list()
        share = _share(part.select(change(pl.col("v"))).to_series().is_in(held))
        if share > 0.5:
            return f"; {share:.0%} of them are found {words}"
        if "part" in words and _share(part["v"].is_in(changed)) > 0.5:
            return "; they lack what ids there begin with"
    if _share(part["v"].str.contains(r"^[0-9a-fA-F]{16,128}$")) > 0.9:
        return "; they look like hashes"
    return ""


def _share(which: pl.Series) -> float:
    """Of the values that are true."""
    return int(which.sum() or 0) / max(1, len(which))


plugin = unjoinable
