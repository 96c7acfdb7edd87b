"""Two data sets of a made-up log: premium rows are missing from one of them, and some columns have moved."""

from __future__ import annotations

from itertools import cycle
from typing import Any

import msgspec
import numpy as np
import polars as pl

from segue.checks import Finding
from segue.checks.drift import compare
from segue.checks.report import Payload, Table, payload_of
from segue.checks.report.tables import table_of
from segue.checks.statistics import gather
from segue.checks.waivers import Waived

DAY = 86_400_000
NOON = 1_764_158_400_000  # 26 November 2025, 12:00 UTC
SLICES = (("tier",), ("country",), ("shuffle", "tier"))
HOSTILE = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "\u202eevil\u202c' & <b>", "x" * 10_000)


def plays(
    rng: np.random.Generator, rows: int, *, premium: float = 0.4, day: int = 0, days: int = 1, slow: float = 1.0
) -> pl.DataFrame:
    """Rows of a log. `premium`: share of the rows; `slow`: times as long as usual."""
    tier = np.where(rng.random(rows) < premium, "premium", "free")
    hour = (rng.normal(18, 4, rows) % 24) * 3_600_000
    return pl.DataFrame(
        {
            "id": [f"e{day}-{i}" for i in range(rows)],
            "at": pl.Series(NOON // DAY * DAY + (day + rng.integers(0, days, rows)) * DAY + hour.astype(np.int64)).cast(
                pl.Datetime("ms", "UTC")
            ),
            "listener": [f"L{i:05d}" for i in rng.zipf(1.4, rows) % 4000],
            "tier": tier,
            "country": rng.choice(["SE", "DE", "US", "BR", "IN", "JP"], rows, p=[0.3, 0.25, 0.2, 0.1, 0.1, 0.05]),
            "shuffle": rng.random(rows) < np.where(tier == "free", 0.6, 0.25),
            "ms_played": np.minimum(rng.exponential(90_000 * slow, rows), 300_000).astype(np.int64)
            * (rng.random(rows) > 0.06),
            "position": rng.poisson(4, rows),
            "loudness": np.where(rng.random(rows) < 0.03, np.nan, rng.normal(-9, 3, rows)),
            "plays_before": (rng.pareto(1.1, rows) * 3).astype(np.int64),
            "year": rng.integers(1962, 2026, rows),
            "words": [None if n > 0.15 else f"songs of {int(n * 900)}" for n in rng.random(rows)],
        }
    )  # fmt: skip


def wide(rng: np.random.Generator, rows: int, columns: int, moved: float = 0.0) -> pl.DataFrame:
    """A table of many columns of several types, with columns to slice by."""
    found: dict[str, Any] = {
        "tier": rng.choice(["free", "premium"], rows),
        "country": rng.choice(["SE", "DE", "US", "BR", "IN", "JP", "FR", "GB", "IT", "ES"], rows),
    }
    for n in range(columns - len(found)):
        kind, name = n % 4, f"feature_{n:03d}"
        if kind == 0:
            found[name] = rng.normal(moved * n, 1 + n % 7, rows)
        elif kind == 1:
            found[name] = rng.lognormal(2, 1 + moved, rows)
        elif kind == 2:
            found[name] = rng.choice([f"value {i}" for i in range(12)], rows, p=rng.dirichlet(np.full(12, 20.0)))
        else:
            found[name] = rng.poisson(3 + n % 11, rows)
    return pl.DataFrame(found)


def training(rng: np.random.Generator, rows: int = 4000) -> Table:
    """Premium rows are missing from what is learned from, and plays of this table are longer."""
    before = gather([plays(rng, rows * 4, day=-28, days=28)], "training", slices=SLICES)
    now = gather([plays(rng, rows, premium=0.0, slow=1.5)], "training", slices=SLICES)
    history = [
        (f"2025-11-{d + 1:02d}", gather([plays(rng, 300 + 20 * (d % 7), day=d - 25)], "training")) for d in range(25)
    ]
    return table_of(now, name="training", this="2025-11-26", before=before, before_name="the 28 days before",
                    distances=compare(before, now), history=[*history, ("2025-11-26", now)])  # fmt: skip


def many(columns: int = 200, rows: int = 400, days: int = 3, different: int = 50) -> Table:
    """A table of many columns, most of which stayed as they were: some, and then the same under other names."""
    by = (("tier",), ("country",))
    before = gather([wide(np.random.default_rng(1), rows, different)], "features", slices=by)
    now = gather([wide(np.random.default_rng(2), rows, different, 0.003)], "features", slices=by)
    history = [
        (f"2025-11-{d + 1:02d}", gather([wide(np.random.default_rng(d), 200, different)], "features"))
        for d in range(days)
    ]
    found = table_of(now, name="features", this="served", before=before, before_name="replayed",
                     distances=compare(before, now), history=history)  # fmt: skip
    again = cycle([c for c in found.columns if c.name.startswith("feature_")])
    more = [msgspec.structs.replace(next(again), name=f"feature_{n:03d}") for n in range(different - 2, columns - 2)]
    return msgspec.structs.replace(found, columns=found.columns + more)


def hostile(rng: np.random.Generator) -> Table:
    """Names and values that would do harm where they were taken for markup."""
    frame = pl.DataFrame({name: rng.choice([*HOSTILE, "plain"], 200) for name in HOSTILE})
    other = pl.DataFrame({name: rng.choice([*HOSTILE[1:], "</script>"], 200) for name in HOSTILE})
    now, before = (gather([f], HOSTILE[0], slices=((HOSTILE[1],),)) for f in (frame, other))
    return table_of(now, name=HOSTILE[0], this=HOSTILE[1], before=before, before_name=HOSTILE[2],
                    distances=compare(before, now))  # fmt: skip


FINDINGS = (
    Finding("slice-vanished", "fail", "no row of tier=premium is left; 41.2% of the rows before", 0, (), "training", "",
            "tier=premium", "look at the join that adds the tier: rows without a match may have been dropped"),
    Finding("drift", "fail", "ms_played moved by 0.41 standard deviations, 0.25 are allowed", 4000,
            ("e0-17 ms_played=289112", "e0-31 ms_played=300000"), "training", "ms_played", "",
            "if this is how it is to be, raise the threshold: segue schema accept training.ms_played"),
    Finding("out-of-domain", "warn", "3 values of country are not in the schema: XX, YY, ZZ", 12,
            ("e0-3 country=XX", "e0-44 country=YY"), "training", "country", "",
            "add them to the domain, or mend the source"),
    Finding("nan", "warn", "loudness is not a number in 3.1% of the rows, 1% are allowed", 124, (), "training",
            "loudness"),
    Finding("volume", "note", "4,000 rows, 571 a day before", 4000, (), "training"),
)  # fmt: skip
WAIVED = (
    Waived(name="training.country:out-of-domain", level="warn", message="", waiver="training.country:out-of-domain",
           reason="launch in three countries", who="ada", until="2025-12-01"),
)  # fmt: skip


def payload(*tables: Table) -> Payload:
    return payload_of(FINDINGS, tables, at=NOON, waived=WAIVED, title="Check of default")
