from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from segue.checks import Finding
from segue.checks.anomalies import Look, find_anomalies
from segue.checks.schema import ColumnSchema, TableSchema
from segue.checks.statistics import gather

SCHEMA = TableSchema(
    name="evaluation",
    columns={"who": ColumnSchema(type="text"), "tier": ColumnSchema(type="text"), "ms": ColumnSchema(type="float")},
    listener="who",
)


def table(seed: int, free: float = 0.5, skewed: str = "", rows: int = 6000) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    tier = np.where(rng.random(rows) < free, "free", "premium")
    ms = rng.normal(200, 50, rows) + np.where(tier == skewed, 60, 0)
    return pl.DataFrame({"who": [f"L{w:04}" for w in rng.integers(2000, size=rows)], "tier": tier, "ms": ms})


def found(now: pl.DataFrame, relation: str = "training", **more: object) -> list[Finding]:
    before, now_ = (gather([f], "evaluation", slices=[["tier"]]) for f in (table(0), now))
    look = Look("evaluation", now_, now.lazy(), SCHEMA, before, table(0).lazy(), relation=relation)
    return [f for f in find_anomalies(look) if f.check in ("skew", "drift")]


def test_a_column_that_moved_is_named_with_what_moved_most() -> None:
    (finding,) = found(table(1, free=0.8))
    assert finding.name == "evaluation.tier:skew"
    assert finding.level == "warn"
    assert "50." in finding.examples[0] or "49." in finding.examples[0]
    assert "is not as in training" in finding.message
    assert "threshold 0.1" in finding.message or "threshold 0.05" in finding.message


def test_a_slice_is_named_where_the_whole_has_not_moved_as_far() -> None:
    names = [f.name for f in found(table(1, free=0.5, skewed="free"))]
    assert "evaluation.ms:skew" in names or "evaluation.ms[tier=free]:skew" in names
    assert not [n for n in names if "premium" in n]


def test_the_same_data_again_is_no_skew() -> None:
    assert found(table(2)) == []
    assert found(table(3, rows=200)) == []


@pytest.mark.parametrize(("relation", "check"), [("training", {"skew"}), ("day", {"drift"}), ("", set())])
def test_whether_it_is_skew_or_drift_depends_on_what_it_is_held_against(relation: str, check: set[str]) -> None:
    assert {f.check for f in found(table(1, free=0.8), relation)} == check


def test_columns_that_lost_their_values_together_are_told_of_once() -> None:
    def plays(seed: int, played: float) -> pl.DataFrame:
        rows = table(seed)
        is_play = pl.Series(np.random.default_rng(seed + 9).random(rows.height) < played)
        return rows.select("who", *(pl.when(is_play).then(c).alias(c) for c in ("tier", "ms")))

    before, now = plays(0, 0.7), plays(1, 0.95)
    look = Look(
        "evaluation", gather([now], "evaluation"), now.lazy(), SCHEMA, gather([before], "training"), before.lazy(),
        before_name="training", relation="training",
    )  # fmt: skip
    (finding,) = (f for f in find_anomalies(look) if f.check == "skew")
    assert finding.message.startswith(("tier, ms are not as in training", "ms, tier are not as in training"))
