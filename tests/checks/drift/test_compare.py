from __future__ import annotations

import numpy as np
import polars as pl

from segue.checks.drift import ColumnDistance, compare
from segue.checks.drift.listeners import likeness, owners
from segue.checks.schema import ColumnSchema, Drift, TableSchema
from segue.checks.statistics import TableStatistics, gather

SLICES = (("tier",),)


def plays(rows: int, seed: int, free: float = 0.5, listeners: int = 0, longer: float = 1.0) -> pl.DataFrame:
    """Plays of strangers, or of a few listeners whose tier and country are their own."""
    rng = np.random.default_rng(seed)
    who = rng.integers(listeners, size=rows) if listeners else np.arange(rows)
    people = max(listeners, rows)
    tier = np.where(rng.random(people) < free, "free", "premium")[who]
    country = rng.choice(["SE", "DE", "BR"], people, p=[0.5, 0.3, 0.2])[who]
    ms = rng.gamma(4, 50_000, rows) * longer
    at = 1_790_000_000_000 + rng.integers(0, 3 * 86_400_000, rows)
    return pl.DataFrame(
        {"listener": [f"L{w:06}" for w in who], "tier": tier, "country": country, "ms_played": ms.astype(np.int64),
         "note": [None if r < 0.1 else "x" for r in rng.random(rows)], "at": pl.Series(at).cast(pl.Datetime("ms"))}
    )  # fmt: skip


def of(frame: pl.DataFrame) -> TableStatistics:
    return gather([frame], "events", slices=SLICES)


def loud(found: list[ColumnDistance]) -> list[tuple[str, str, str]]:
    return [(d.column, d.slice, d.kind) for d in found if d.level]


def test_what_moved_is_named_furthest_first() -> None:
    found = compare(of(plays(20_000, 1)), of(plays(20_000, 2, free=0.9, longer=1.4)))
    assert loud(found)[0] in (("tier", "", "values"), ("ms_played", "", "numbers"))
    assert ("ms_played", "tier=free", "numbers") in loud(found)
    assert [d.size for d in found] == sorted((d.size for d in found), reverse=True)
    tier = next(d for d in found if d.column == "tier" and d.kind == "values")
    assert tier.linf is not None
    assert abs(tier.linf - 0.4) < 0.02
    assert tier.moved[0][0] in ("free", "premium")
    assert tier.level == "fail"
    assert {d.column for d in found if d.level} == {"tier", "ms_played"}


def test_small_batches_do_not_cry_wolf_and_large_ones_do_not_flag_trifles() -> None:
    good = of(plays(20_000, 1))
    assert [loud(compare(good, of(plays(200, seed)))) for seed in range(2, 22)].count([]) >= 19
    trifle = compare(of(plays(100_000, 1)), of(plays(100_000, 2, free=0.52)))
    tier = next(d for d in trifle if (d.column, d.slice) == ("tier", ""))
    assert tier.p_value < 1e-7
    assert loud(trifle) == []
    assert ("tier", "", "values") in loud(compare(good, of(plays(200, 3, free=0.8))))


def test_few_listeners_are_few() -> None:
    """40 listeners of 50 rows each say as much of tiers as 40 rows."""
    good = of(plays(20_000, 1))
    schema = TableSchema(name="events", columns={}, listener="listener")
    heard = [loud(compare(good, of(plays(2000, s, listeners=40)), schema=schema)) for s in range(12)]
    naive = [loud(compare(good, of(plays(2000, s, listeners=40)))) for s in range(12)]
    assert sum(map(bool, heard)) <= 1
    assert sum(map(bool, naive)) >= 3  # the control: without listeners it cries wolf


def test_likeness_is_measured() -> None:
    frame = plays(8000, 5, listeners=200)
    found = likeness(frame, "listener", frame.columns)
    assert found["tier"] > 0.95
    assert found["ms_played"] < 0.01
    assert found["at"] < 0.02
    assert 39 < owners(of(frame), "listener")[1] < 43  # 40 rows each, weighted by rows


def test_thresholds_of_the_schema_and_of_the_days_before() -> None:
    good, moved = of(plays(20_000, 1)), of(plays(20_000, 2, free=0.75))
    assert ("tier", "", "values") in loud(compare(good, moved))

    def schema(drift: Drift, skew: Drift | None = None) -> TableSchema:
        return TableSchema(name="events", columns={"tier": ColumnSchema(type="text", drift=drift, skew=skew)})

    assert loud(compare(good, moved, schema=schema(Drift(linf=0.4)))) == []
    assert loud(compare(good, moved, schema=schema(Drift()))) == []
    given = schema(Drift(linf=0.4), skew=Drift(linf=0.05))
    assert loud(compare(good, moved, schema=given, skew=True)) == [("tier", "", "values")]
    days = [of(plays(5_000, s, free=f)) for s, f in enumerate((0.4, 0.75, 0.5, 0.6))]
    assert loud(compare(good, moved, days=days)) == []  # days are as different as that
    assert ("tier", "", "values") in loud(compare(good, moved, days=days[2:]))


def test_missing_and_hours_and_names_of_rows() -> None:
    frame = plays(5_000, 1).with_columns(id=pl.Series([f"a{i}" for i in range(5_000)]))
    other = plays(5_000, 2).with_columns(
        id=pl.Series([f"b{i}" for i in range(5_000)]), note=pl.lit(None, pl.String), at=pl.col("at").dt.truncate("12h")
    )
    found = {(d.column, d.kind): d for d in compare(of(frame), of(other)) if not d.slice}
    assert found["note", "missing"].level == "fail"
    assert found["at", "hours"].level == "fail"
    assert ("id", "values") not in found
    assert found["id", "lengths"].level is None


def test_nothing_to_compare() -> None:
    none = gather([plays(0, 1)], "events", slices=SLICES)
    assert compare(none, of(plays(50, 1))) == []
    assert compare(of(plays(50, 1)), gather([pl.DataFrame({"other": [1]})], "events")) == []
