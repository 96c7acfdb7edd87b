"""Listeners that are no people: more plays than a day has room for, one item over and over, never asleep, like a clock.

What people do is told by the listeners of the data before; a listener is odd who is far beyond all of them.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from segue.checks import Finding
from segue.checks.anomalies import Look
from segue.checks.schema.columns import named_id

PLAYS = 30
"""Rows of a day from which on a listener is looked at."""
MOST, AWAKE, SAME, EVEN = 600, 22, 0.8, 0.05
"""Rows a day; different hours a day; share of one item; deviation of the time between rows over its mean."""
FAR = 2.0
"""Times as much as the most active listener before."""
DAY = 86_400_000


def bot_listener(look: Look) -> Iterator[Finding]:
    who = look.schema.listener if look.schema else ""
    if not who or not look.time or look.rows is None or who not in look.statistics.columns:
        return
    item = _item(look, who)
    now = _busy(look.rows, who, look.time, item)
    if now is None or now.is_empty():
        return
    before = _busy(look.before_rows, who, look.time, item) if look.before_rows is not None else None
    most = {c: _most(before, c) for c in ("n", "hours", "played", "same", "even")}
    odd: list[tuple[int, str, str]] = []
    for row in now.iter_rows(named=True):
        why = _why(row, most, before is not None)
        if why:
            odd.append((row["n"], str(row[who]), why))
    if not odd:
        return
    odd.sort(reverse=True)
    rows = sum(n for n, _, _ in odd)
    share = rows / look.statistics.rows
    yield look.finding(
        "bot-listener", "fail" if share > 0.1 else "warn", f"{len(odd):,} "
        f"{'listener plays' if len(odd) == 1 else 'listeners play'} as no one does, {rows:,} rows ({share:.1%}): "
        f"{odd[0][1]} {odd[0][2]}", rows, tuple(f"{who}={name}: {why}" for _, name, why in odd[:3]), column=who,
        fix="leave them out of training, and look what client they use",
    )  # fmt: skip


def _why(row: dict[str, object], most: dict[str, float], known: bool) -> str:
    n, hours, played, same, even = (float(str(row[c])) if row[c] is not None else None
                                    for c in ("n", "hours", "played", "same", "even"))  # fmt: skip
    assert n is not None
    assert hours is not None
    if played is not None and played > 1.05 * DAY and played > 1.2 * most["played"]:
        return f"played {played / 3_600_000:,.0f} hours in one day"
    if n > (max(MOST / 4, FAR * most["n"]) if known and most["n"] else MOST):
        return f"has {n:,.0f} rows in one day" + (f"; the most before were {most['n']:,.0f}" if known else "")
    if hours >= AWAKE and hours > most["hours"] + 2:
        return f"plays in {hours:.0f} different hours of one day"
    if same is not None and n >= PLAYS and same >= SAME and same > most["same"] + 0.2:
        return f"has one item in {same:.0%} of {n:,.0f} rows"
    if even is not None and n >= PLAYS and even < EVEN and even < most["even"] / 3:
        return f"plays like a clock: {n:,.0f} rows, the time between them varies by {even:.1%}"
    return ""


def _most(before: pl.DataFrame | None, name: str) -> float:
    if before is None or before.is_empty() or before[name].drop_nulls().is_empty():
        return 1.0 if name == "even" else 0.0
    found = before[name].min() if name == "even" else before[name].max()
    return float(str(found))


def _item(look: Look, who: str) -> str:
    columns = look.statistics.columns
    named = [n for n in ("item", "track", "track_id", "song", "item_id", "uri") if n in columns]
    others = [
        c.name for c in columns.values() if named_id(c.name) and c.name != who and c.unique.count < 0.9 * c.present
    ]
    return next(iter((*named, *others)), "")


def _busy(rows: pl.LazyFrame, who: str, time: str, item: str) -> pl.DataFrame | None:
    """What each listener with PLAYS rows or more did on each day."""
    schema = rows.collect_schema()
    if who not in schema or time not in schema:
        return None
    at = pl.col(time).dt.epoch("ms") if schema[time].is_temporal() else pl.col(time)
    played = next(
        (n for n in ("ms_played", "played_ms", "duration_ms") if n in schema and schema[n].is_numeric()), None
    )
    wanted = [pl.col(who), at.alias("_at"), (at // DAY).alias("_day")]
    wanted += [pl.col(item).alias("_item")] if item in schema else []
    wanted += [pl.col(played).cast(pl.Int64, strict=False).alias("_played")] if played else []
    gaps = pl.col("_at").sort().diff().drop_nulls().cast(pl.Float64)
    try:
        found = (
            rows.select(wanted).drop_nulls([who, "_at"]).group_by(who, "_day").agg(
                n=pl.len(),
                hours=(pl.col("_at") // 3_600_000).n_unique(),
                played=pl.col("_played").sum() if played else pl.lit(None),
                same=pl.col("_item").drop_nulls().value_counts(sort=True).first().struct.field("count") / pl.len()
                if item in schema else pl.lit(None, pl.Float64),
                even=gaps.std() / gaps.mean(),
            ).filter(pl.col("n") >= PLAYS)
        )  # fmt: skip
        return found.collect(engine="streaming")
    except pl.exceptions.PolarsError:
        return None


plugin = bot_listener
