"""Values that are no longer those of their listener, or of their track: rows joined wrongly, or filled with a default.

A column that always said the same of one listener (a country), or of one track (its length), says something else of
many of those who were there before.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from segue.checks import Finding, Level
from segue.checks._samples import at_most, chance_above
from segue.checks.anomalies import Look
from segue.checks.schema.columns import named_id

ROWS = 50_000
"""Rows before that tell what belongs to whom."""
OFTEN, NAMES = 3, 20
"""Rows of one name from which on it is known what belongs to it; names that are needed."""
SEVERAL, CONSTANT = 1.5, 0.97
"""Values that a name has on average at most; share of the rows with the one that it has usually."""
LEAST, MUCH = 0.1, 0.4
"""Share of the rows with another value, beyond the usual one, that is worth a word; that is surely broken."""
ONE = 0.9
"""Of the changed rows, the share that says one value: a default."""
WAS = "_was_"


def misaligned(look: Look) -> Iterator[Finding]:
    now, before = look.sample, look.before_sample.head(ROWS)
    told: set[str] = set()
    for key in (c for c in _names(look) if c in now.columns and c in before.columns):
        whose = [c for c in _attributes(look, before, key) if c in now.columns and c not in told]
        if not whose or now.schema[key] != before.schema[key]:
            continue
        usual = before.drop_nulls(key).group_by(key).agg(pl.col(whose).drop_nulls().mode().first().name.prefix(WAS))
        old, new = (t.select(key, *whose).drop_nulls(key).join(usual, on=key) for t in (before, now))
        for column in whose:
            (rows, was), (here, changed) = _changed(old, column), _changed(new, column)
            names, moved = here[key].n_unique(), changed[key].n_unique()
            bound = at_most(was[key].n_unique(), rows[key].n_unique())
            share, wont = changed.height / max(1, here.height), was.height / max(1, rows.height)
            if names < NAMES or share < wont + LEAST or chance_above(moved, names, bound) > look.odds:
                continue
            told.add(column)
            yield _finding(look, key, column, changed, here.height, share)


def _names(look: Look) -> list[str]:
    """Columns of texts that name somebody or something that many rows are of, listeners first."""
    who = look.schema.listener if look.schema else ""
    found = [
        c.name
        for c in look.columns()
        if c.now.type == "text"
        and (c.name == who or named_id(c.name))
        and c.before is not None
        and c.before.unique.count < 0.7 * c.before.present
    ]
    return sorted(found, key=lambda n: n != who)


def _attributes(look: Look, before: pl.DataFrame, key: str) -> list[str]:
    """Columns that say the same of each of these names, and different things of different ones."""
    likely = [
        c.name
        for c in look.columns()
        if c.name != key and c.name in before.columns and c.now.type in ("text", "int", "bool")
        and c.before is not None and c.before.unique.count > 1 and before.schema[c.name] == look.sample.schema[c.name]
    ]  # fmt: skip
    named = before.drop_nulls(key).filter(pl.len().over(key) >= OFTEN)
    if named[key].n_unique() < NAMES or not likely:
        return []
    different = named.group_by(key).agg(pl.col(likely).drop_nulls().n_unique()).select(pl.col(likely).mean()).row(0)
    near = [c for c, mean in zip(likely, different, strict=True) if mean <= SEVERAL]
    if not near:
        return []
    modes = named.group_by(key).agg(pl.col(near).drop_nulls().mode().first().name.prefix(WAS))
    both = named.select(key, *near).join(modes, on=key)
    same = both.select((pl.col(c) == pl.col(WAS + c)).mean().alias(c) for c in near).row(0)
    most = named.select((pl.col(c) == pl.col(c).drop_nulls().mode().first()).mean().alias(c) for c in near).row(0)
    return [c for c, s, m in zip(near, same, most, strict=True) if (s or 0) >= CONSTANT and (m or 1) < ONE]


def _changed(rows: pl.DataFrame, column: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows that have a value, and those that have another one than their name has usually."""
    known = rows.drop_nulls([column, WAS + column])
    return known, known.filter(pl.col(column) != pl.col(WAS + column))


def _finding(look: Look, key: str, column: str, changed: pl.DataFrame, rows: int, share: float) -> Finding:
    value, count = changed[column].value_counts(sort=True, name="_n").row(0)
    level: Level = "fail" if share > MUCH else "warn"
    filled = count > ONE * changed.height
    shown = changed.head(3).select(key, column, pl.col(WAS + column).alias(f"{column} before")).to_dicts()
    return look.finding(
        "dominant-value" if filled else "misaligned", level,
        f"{changed.height:,} of {rows:,} rows ({share:.1%}) have another {column} than their {key} had {look.then}"
        + (f": {value!r}" if filled else ""),
        changed.height, [", ".join(f"{k}={str(v)[:80]}" for k, v in row.items()) for row in shown], column=column,
        fix=f"find what fills {column} with {value!r} where it is not known" if filled else
        f"look how {column} and {key} come into one row",
    )  # fmt: skip


plugin = misaligned
