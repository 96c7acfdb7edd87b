from __future__ import annotations

import polars as pl
import pytest

from segue.checks.anomalies import Look, find_anomalies
from segue.checks.schema import ColumnSchema, TableSchema
from segue.checks.statistics import gather

SCHEMA = TableSchema(
    name="events",
    columns={"tier": ColumnSchema(type="text"), "label": ColumnSchema(type="text", environments=["training"])},
)


@pytest.mark.parametrize(
    ("columns", "environment", "missed"),
    [
        (["tier", "label"], "training", []),
        (["tier"], "training", ["events.label:missing-column"]),
        (["tier"], "serving", []),
        (["label"], "training", ["events.tier:missing-column"]),
    ],
)
def test_missing_column(columns: list[str], environment: str, missed: list[str]) -> None:
    frame = pl.DataFrame({c: ["free", "premium"] for c in columns})
    look = Look("events", gather([frame], "events"), schema=SCHEMA, environment=environment)  # type: ignore[arg-type]
    assert [f.name for f in find_anomalies(look) if f.check == "missing-column"] == missed
