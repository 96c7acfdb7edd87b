from __future__ import annotations

import numpy as np
import polars as pl

from segue.checks.anomalies import Look, find_anomalies
from segue.checks.statistics import TableStatistics, gather


def day(seed: int, phone: float) -> TableStatistics:
    rng = np.random.default_rng(seed)
    device = np.where(rng.random(3000) < phone, "phone", "car")
    return gather([pl.DataFrame({"device": device, "ms": rng.exponential(100, 3000)})], "events")


def drifted(now: TableStatistics, days: tuple[TableStatistics, ...] = ()) -> list[str]:
    look = Look("events", now, before=day(0, 0.6), before_name="2026-11-25", relation="day", days=days)
    found = [f for f in find_anomalies(look) if f.check == "drift"]
    assert all("2026-11-25" in f.message for f in found)
    return [f.name for f in found]


def test_drift_is_named_unless_days_differ_as_much() -> None:
    assert drifted(day(1, 0.6)) == []
    assert drifted(day(1, 0.85)) == ["events.device:drift"]
    assert drifted(day(1, 0.85), (day(2, 0.6), day(3, 0.85), day(4, 0.62))) == []
