"""A made-up table of plays whose every property is known, day by day."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import numpy as np
import polars as pl

from segue.checks.anomalies import Look
from segue.checks.schema import TableSchema, infer
from segue.checks.statistics import TableStatistics, gather
from segue.checks.statistics.tables import merged_all

DAY = 86_400_000
START = int(datetime(2026, 10, 5, tzinfo=UTC).timestamp() * 1000)
DAYS = 11  # the last one is under test
SLICES = (["tier"], ["country"], ["client"])
PROFILE = np.array([2, 1, 1, 1, 1, 2, 4, 7, 9, 8, 7, 7, 8, 8, 7, 7, 8, 9, 11, 13, 14, 12, 8, 4], np.float64)
WORDS = [
    "night", "river", "silver", "dance", "heart", "summer", "echo", "glass", "golden", "fire", "moon", "garden",
    "ocean", "shadow", "wild", "blue",
]  # fmt: skip


@cache
def day(number: int, rows: int = 1500, seed: int = 0) -> pl.DataFrame:
    """The plays of one day; the same for the same arguments."""
    rng = np.random.default_rng([number, seed])
    rows = int(rng.normal(rows, rows * 0.04))
    who = rng.integers(0, 400, rows)
    hour = rng.choice(24, rows, p=PROFILE / PROFILE.sum())
    at = np.sort(START + number * DAY + hour * 3_600_000 + rng.integers(0, 3_600_000, rows))
    length = rng.lognormal(12.2, 0.3, rows)
    played = (length * rng.beta(3, 1, rows)).astype(np.int64)
    item = rng.zipf(1.3, rows) % 900
    titles = [f"{WORDS[i % 16].title()} {WORDS[i // 16 % 16]} of {WORDS[i * 7 % 16]} No. {i}" for i in range(900)]
    return pl.DataFrame(
        {
            "id": [f"e{number:02d}{n:06d}" for n in range(rows)],
            "listener": [f"user-{w:05d}" for w in who],
            "item": [f"segue:track:t{i:04d}" for i in item],
            "title": [titles[i] for i in item],
            "at": at,
            "ended": at + played,
            "ms_played": played,
            "length_ms": length.astype(np.int64),
            "progress": played / length,
            "loudness": rng.normal(-9.0, 2.0, rows),
            "country": np.array(["SE", "DE", "US", "BR"])[who % 4],
            "tier": np.where(who % 5 < 2, "premium", "free"),
            "client": np.array(["ios 1.2", "android 3.4", "web"])[who % 3],
            "shuffle": rng.random(rows) < 0.4,
            "mode": pl.Series([["car", "home", "gym"][m % 3] if m < 18 else None for m in rng.integers(0, 45, rows)]),
            "tags": [["a", "b", "c"][: 1 + n % 3] for n in range(rows)],
            "clicked": (rng.random(rows) < 0.3).astype(np.int8),
        }
    ).with_columns(pl.col("at", "ended").cast(pl.Datetime("ms", "UTC")))


def told(frame: pl.DataFrame) -> TableStatistics:
    return gather([frame], "plays", slices=SLICES)


@cache
def history() -> tuple[TableStatistics, ...]:
    return tuple(told(day(n)) for n in range(DAYS - 1))


@cache
def before() -> tuple[TableStatistics, pl.DataFrame]:
    """The ten days before: what they look like together, and their rows."""
    return merged_all(history()), pl.concat([day(n) for n in range(DAYS - 1)])


@cache
def schema() -> TableSchema:
    return infer(list(history()), name="plays", listener="listener", unique=[["id"]])


def look(frame: pl.DataFrame, relation: str = "day", **more: object) -> Look:
    """A day held against the ten days before, with all that a look can have."""
    given: dict[str, object] = {
        "rows": frame.lazy(), "schema": schema(), "before": before()[0], "before_rows": before()[1].lazy(),
        "days": history(),
        "before_name": "the ten days before", "relation": relation, "now": START + DAYS * DAY,
    }  # fmt: skip
    return Look("plays", told(frame), **(given | more))  # type: ignore[arg-type]
