"""Ways to break a batch of rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

Inject = Callable[[pl.DataFrame, np.random.Generator, pl.DataFrame], pl.DataFrame]
"""(the good batch, chance, the good data before it) → the batch with the fault."""


def some(rows: pl.DataFrame, rng: np.random.Generator, share: float, where: pl.Expr | None = None) -> pl.Series:
    """(N,) a share of the rows by chance, of those `where`."""
    mask = pl.Series(rng.random(rows.height) < share)
    return mask if where is None else mask & rows.select(where.fill_null(False)).to_series()


def put(column: str, value: pl.Expr, share: float = 1.0, where: pl.Expr | None = None) -> Inject:
    """Another value in a share of the rows."""

    def inject(rows: pl.DataFrame, rng: np.random.Generator, _: pl.DataFrame) -> pl.DataFrame:
        mask = some(rows, rng, share, where)
        return rows.with_columns(pl.when(mask).then(value).otherwise(pl.col(column)).alias(column))

    return inject


def lost(share: float, where: pl.Expr) -> Inject:
    """A share of the rows `where` is not there."""
    return lambda rows, rng, _: rows.filter(~some(rows, rng, share, where))


def changed(*columns: pl.Expr, **named: pl.Expr) -> Inject:
    return lambda rows, rng, _: rows.with_columns(*columns, **named)


def dropped(*columns: str) -> Inject:
    return lambda rows, rng, _: rows.drop(columns)


def again(share: float, *columns: pl.Expr) -> Inject:
    """A share of the rows comes twice, the second time with other columns."""

    def inject(rows: pl.DataFrame, rng: np.random.Generator, _: pl.DataFrame) -> pl.DataFrame:
        return pl.concat([rows, rows.filter(some(rows, rng, share)).with_columns(*columns)])

    return inject


def shuffled(column: str) -> Inject:
    """The values of one column stand in other rows: a join gone wrong."""
    return lambda rows, rng, _: rows.with_columns(rows[column].gather(rng.permutation(rows.height)))


def swapped(a: str, b: str) -> Inject:
    return lambda rows, rng, _: rows.rename({a: b, b: a}).select(rows.columns)


def leaked(share: float) -> Inject:
    """A share of the rows is taken from the good data before."""

    def inject(rows: pl.DataFrame, rng: np.random.Generator, before: pl.DataFrame) -> pl.DataFrame:
        n = int(share * rows.height)
        return pl.concat([rows.head(rows.height - n), before.sample(n, seed=int(rng.integers(1 << 30)))])

    return inject


def bots(listeners: int, plays: int, seconds: int, items: int) -> Inject:
    """Listeners that are none: `plays` each, one every so many seconds, of very few items."""

    def inject(rows: pl.DataFrame, _: np.random.Generator, __: pl.DataFrame) -> pl.DataFrame:
        heard = rows.filter(pl.col("type") == "play").sample(items, seed=1)
        more = heard.sample(listeners * plays, with_replacement=True, seed=2)
        who, turn = np.repeat(np.arange(listeners), plays), np.tile(np.arange(plays), listeners)
        start = rows["at"].min()
        more = more.with_columns(
            pl.Series("listener", [f"sim-9{w:05}" for w in who]),
            pl.Series("id", [f"b{i:015x}" for i in range(len(more))]),
            (pl.lit(start) + pl.duration(seconds=pl.Series(turn * seconds + who))).cast(rows["at"].dtype).alias("at"),
            pl.lit(seconds * 1000 - 500, rows["ms_played"].dtype).alias("ms_played"),
        )
        return pl.concat([rows, more]).sort("at")

    return inject


def mojibake(column: str) -> Inject:
    """UTF-8 read as Latin-1."""
    return lambda rows, rng, _: rows.with_columns(
        pl.Series(
            column, [None if t is None else t.encode().decode("latin-1") for t in rows[column].to_list()], pl.String
        )
    )


def renamed(column: str, name: str) -> Inject:
    return lambda rows, rng, _: rows.rename({column: name})


def stale(rows: pl.DataFrame, _: np.random.Generator, before: pl.DataFrame) -> pl.DataFrame:
    """The last rows before, once more, instead of the new ones."""
    return before.tail(rows.height)


def outside_hours(first: float, until: float) -> Inject:
    """Nothing from one hour of the day to another."""
    hour = pl.col("at").dt.hour() + pl.col("at").dt.minute() / 60
    return lambda rows, rng, _: rows.filter(~hour.is_between(first, until, closed="left"))


def italian(n: int) -> list[str]:
    """Descriptions in Italian."""
    from _tables import real

    told = real()["audiobooks"].rows["synopsis"].drop_nulls().to_list()
    return [told[i % len(told)] for i in range(n)]
