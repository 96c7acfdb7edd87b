"""Statistics of a table: time and memory against pandas and against polars by hand, and days against their month.

    python benchmarks/table_statistics.py [--rows 5000000] [--runs 3] [--pandas PYTHON] [--file F.parquet]
    python benchmarks/table_statistics.py --workspace W [--days 30]

The first makes a Parquet file of 20 columns (numbers, times, texts with many values and with few, booleans; six with
values missing), and reads it in processes of their own, one after the other, --runs times; what is said is the median
of each. PYTHON is that of an environment with pandas and pyarrow. The second gathers the events of W day by day,
merges, and compares with one pass over all of them.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from _memory import most_megabytes

from segue.checks.statistics import ColumnStatistics, TableStatistics, gather, gather_file, merged_all
from segue.jobs.tables import frames, table
from segue.store.workspace import Workspace

DAY = 86_400_000
SLICES = [["tier"], ["country", "tier"]]


def made(rows: int, seed: int = 0) -> pl.DataFrame:
    """(rows,) plays as a service logs them."""
    rng = np.random.default_rng(seed)

    def lacking(values: Any, share: float) -> pl.Series:
        column = pl.Series(values)
        return pl.select(pl.when(pl.lit(pl.Series(rng.random(rows) >= share))).then(column)).to_series()

    def skewed(n: int, power: float) -> np.ndarray:
        return (n * rng.random(rows) ** power).astype(np.int64)

    def words(names: list[str], power: float) -> pl.Series:
        return pl.Series(names)[pl.Series(skewed(len(names), power))]

    at = 1_760_000_000_000 + np.sort(rng.integers(0, 30 * DAY, rows))
    return pl.DataFrame(
        {
            "id": _text(rng.integers(0, 2**62, rows)) + "-" + _text(np.arange(rows)),
            "at": pl.Series(at).cast(pl.Datetime("ms", "UTC")),
            "received": pl.Series(at + rng.integers(0, 60_000, rows)).cast(pl.Datetime("ms", "UTC")),
            "day": pl.Series(at).cast(pl.Datetime("ms")).cast(pl.Date),
            "listener": words([f"listener-{n:06}" for n in range(200_000)], 2),
            "item": words([f"segue:track:bench:{n:06}" for n in range(60_000)], 3),
            "title": lacking(words([f"The song of {n} and {n * 7 % 1000}" for n in range(300_000)], 2), 0.05),
            "country": words([f"{a}{b}" for a in "ABCDEFGH" for b in "ABCDE"], 2),
            "tier": words(["free", "premium", "student"], 1.5),
            "client": lacking(words(["android", "ios", "web", "desktop", "car", "tv", "watch", "speaker"], 2), 0.02),
            "shuffle": rng.random(rows) < 0.3,
            "offline": lacking(rng.random(rows) < 0.1, 0.3),
            "completed": rng.random(rows) < 0.6,
            "ms_played": lacking((rng.random(rows) * 300_000).astype(np.int64), 0.01),
            "position": skewed(30, 3),
            "account": rng.integers(0, 2**48, rows),
            "year": lacking((2026 - 60 * rng.random(rows) ** 3).astype(np.int32), 0.1),
            "score": rng.random(rows),
            "loudness": lacking(rng.normal(-9, 4, rows), 0.05),
            "propensity": rng.lognormal(-3, 1.5, rows),
        }
    )  # fmt: skip


def _text(values: np.ndarray) -> pl.Series:
    return pl.Series(values).cast(pl.String)


def raced(path: Path, runs: int, pandas: str | None) -> dict[str, dict[str, float]]:
    """Medians over the runs of seconds, processor seconds and megabytes of each."""
    here = Path(__file__)
    commands = {
        "segue": [sys.executable, str(here), "--read", str(path)],
        "polars by hand": [sys.executable, str(here.with_name("_statistics_polars.py")), str(path)],
        "segue, sliced": [sys.executable, str(here), "--read", str(path), "--sliced"],
    }
    if pandas:
        commands["pandas"] = [pandas, str(here.with_name("_statistics_pandas.py")), str(path)]
    else:
        print("pandas is left out: give --pandas PYTHON of an environment that has it")
    found: dict[str, list[dict[str, float]]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            ran = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ)
            found[name].append(json.loads(ran.stdout.splitlines()[-1]))
            print(f"  {name}: {found[name][-1]}", flush=True)
    return {
        name: {key: float(np.median([run[key] for run in of])) for key in of[0]} for name, of in found.items()
    }  # fmt: skip


def read(path: Path, slices: list[list[str]]) -> None:
    """In a process of its own."""
    started = time.perf_counter()
    found = gather_file(path, slices=slices)
    took, peak = time.perf_counter() - started, most_megabytes()
    size = len(found.json()) / 1e6
    report = {"seconds": took, "processor": time.process_time(), "megabytes": peak, "json": size}
    print(json.dumps(report))


def compared(path: Path, days: int) -> None:
    """Days of the events of a workspace, merged, against one pass."""
    about = table("events")
    with Workspace.open(path) as workspace:
        tenant = workspace.settings.tenant
        whole = pl.concat(list(frames(workspace, tenant, "events")), how="diagonal_relaxed")
    whole = whole.filter(pl.col("at").is_not_null()).with_columns(day=pl.col("at").dt.epoch("ms") // DAY)
    kept = whole["day"].unique().sort().tail(days)
    whole = whole.filter(pl.col("day").is_in(kept.implode()))
    parts = whole.partition_by("day", include_key=False)
    started = time.process_time()
    daily = [gather([part], "events", slices=about.slices) for part in parts]
    gathering, started = time.process_time() - started, time.process_time()
    month = merged_all(daily)
    merging = time.process_time() - started
    once = gather([whole.drop("day")], "events", slices=about.slices)
    sizes = [len(d.json()) / 1000 for d in daily]
    print(f"{len(parts)} days, {whole.height:,} events, {len(once.columns)} columns, {len(once.slices)} slices")
    print(f"a day: {1000 * gathering / len(parts):.0f} ms of a processor, {np.mean(sizes):.0f} kB of JSON")
    print(f"merging: {merging:.2f} s of a processor, {len(month.json()) / 1000:.0f} kB of JSON")
    differences(month, once)


def differences(month: TableStatistics, once: TableStatistics) -> None:
    """What merging changed, over all columns of the table and of its slices."""
    pairs = [(once.columns[name], c) for name, c in month.columns.items()]
    pairs += [(once.slices[s].columns[n], c) for s, p in month.slices.items() for n, c in p.columns.items()]
    assert set(month.slices) == set(once.slices)
    facts = {
        "rows, missing, NaN, infinite": sum(_counts(a) != _counts(b) for a, b in pairs),
        "buckets of numbers and lengths": sum(_buckets(a) != _buckets(b) for a, b in pairs),
        "hashes of different values": sum(a.unique != b.unique for a, b in pairs),
        "hours": sum(a.times != b.times for a, b in pairs),
        "complete top values": sum(
            a.top != b.top for a, b in pairs if a.top and b.top and a.top.complete and b.top.complete
        ),
        "other top values, beyond their error": sum(_beyond(a, b) for a, b in pairs),
    }
    for what, count in facts.items():
        print(f"{what}: {count} of {len(pairs):,} columns differ")
    means = [
        abs(a.numbers.mean - b.numbers.mean) / (a.numbers.deviation or 1) for a, b in pairs if a.numbers and b.numbers
    ]
    apart = [abs(a.numbers.deviation / b.numbers.deviation - 1) for a, b in pairs
             if a.numbers and b.numbers and b.numbers.deviation]  # fmt: skip
    print(f"means differ by at most {max(means):.1e} deviations, deviations by {max(apart):.1e} of themselves")
    inexact = sorted({round(a.unique.error, 3) for a, _ in pairs})
    print(f"stated errors of different values: {inexact}; of quantiles: {sorted({_error(a) for a, _ in pairs})}")


def _counts(c: ColumnStatistics) -> tuple[int, ...]:
    return c.rows, c.missing, c.nans, c.infinite


def _buckets(c: ColumnStatistics) -> list[object]:
    return [n and (n.buckets, n.count, n.zeros, n.negatives, n.min, n.max) for n in (c.numbers, c.lengths)]


def _error(c: ColumnStatistics) -> float:
    return round(c.numbers.buckets.error, 4) if c.numbers else 0.0


def _beyond(a: ColumnStatistics, b: ColumnStatistics) -> bool:
    """Whether the counts of a value contradict each other: each true count lies between count and count + error."""
    if a.top is None or b.top is None:
        return a.top is not b.top
    one, other = a.top.counted(), b.top.counted()
    for value in {*one, *other}:
        x, y = one.get(value, 0), other.get(value, 0)
        if x > y + b.top.error or y > x + a.top.error:
            return True
    return False


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--rows", type=int, default=5_000_000)
    given.add_argument("--runs", type=int, default=3)
    given.add_argument("--pandas", help="Python of an environment that has it")
    given.add_argument("--file", type=Path, help="where the table is kept between runs")
    given.add_argument("--workspace", type=Path)
    given.add_argument("--days", type=int, default=30)
    given.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    given.add_argument("--sliced", action="store_true", help=argparse.SUPPRESS)
    asked = given.parse_args()
    if asked.read:
        return read(asked.read, SLICES if asked.sliced else [])
    if asked.workspace:
        return compared(asked.workspace, asked.days)
    with tempfile.TemporaryDirectory() as scratch:
        path = asked.file or Path(scratch) / "plays.parquet"
        if not path.exists():
            made(asked.rows).write_parquet(path)
        found = raced(path, asked.runs, asked.pandas)
    ours = found["segue"]
    for name, of in found.items():
        ratio, work = of["seconds"] / ours["seconds"], of["processor"] / ours["processor"]
        print(
            f"{name:15} {of['seconds']:6.1f} s ({ratio:4.1f} x)  {of['processor']:6.1f} s of processors ({work:4.1f} x)"
            f"  {of['megabytes']:6,.0f} MB"
        )
    print(f"JSON: {found['segue']['json']:.2f} MB, sliced {found['segue, sliced']['json']:.2f} MB")


if __name__ == "__main__":
    main()
