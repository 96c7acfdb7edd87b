"""What data would change in a reviewed schema: nothing where they pass, and then no more than it takes."""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from msgspec.structs import replace
from tests.checks.schema.examples import plays, schemas

from segue.checks.schema import ColumnSchema, Environment, SliceSchema, TableSchema, infer
from segue.checks.schema.difference import accepted, differences, lines, slice_label
from segue.checks.schema.widen import tightened, widened
from segue.checks.statistics import TableStatistics, gather

SLICES = [["tier"], ["country", "tier"]]


def stats(frame: pl.DataFrame) -> TableStatistics:
    return gather([frame], "plays", slices=SLICES)


@cache
def reviewed() -> TableSchema:
    return infer(stats(plays(5000)), listener="listener")


def proposal(frame: pl.DataFrame, environment: Environment | None = None) -> TableSchema:
    seen = stats(frame)
    return widened(reviewed(), seen, infer(seen), environment)


def changes(frame: pl.DataFrame, environment: Environment | None = None) -> dict[tuple[str, str], str]:
    found = differences(reviewed(), proposal(frame, environment))
    return {(c.column or c.slice or "table", c.field): c.words for c in found}


@pytest.mark.parametrize("rows", [5000, 1000])
def test_data_of_the_same_kind_change_nothing(rows: int) -> None:
    for seed in range(1, 4):
        assert {k: w for k, w in changes(plays(rows, seed)).items() if k != ("table", "rows")} == {}


@pytest.mark.parametrize(
    ("change", "key", "words"),
    [
        (pl.when(pl.int_range(pl.len()) % 9 == 0).then(pl.lit("student")).otherwise("tier").alias("tier"),
         ("tier", "values"), "takes student, too"),
        (pl.when(pl.int_range(pl.len()) % 3 == 0).then("title").alias("title"), 
         ("title", "missing"), "missing in up to"),
        ((pl.col("ms_played") // 1000).alias("ms_played"), ("ms_played", "typical"), "median within"),
        ((pl.col("ms_played") - 10**6).alias("ms_played"), ("ms_played", "min"), "at least -"),
        (pl.lit(True).alias("skipped"), ("skipped", "largest"), "one value in up to 100.00%"),
        (pl.lit("e").alias("id"), ("id", "unique"), "values may come twice"),
        ((pl.col("title") + "x" * 100).alias("title"), ("title", "max_length"), "no longer than"),
        (pl.col("tier").replace("free", "premium"), ("tier=free", ""), "no longer asked for: tier=free"),
        (pl.lit(1).alias("new"), ("new", ""), "new column of type int"),
        (pl.col("offset").cast(pl.String), ("offset", "type"), "type text (before: float)"),
        (pl.when(pl.int_range(pl.len()) % 20 > 0).then(pl.lit("premium")).otherwise("tier").alias("tier"),
         ("tier=free", "share"), "of the rows are tier=free (before:"),
    ],
)  # fmt: skip
def test_each_change_is_said_in_words(change: pl.Expr, key: tuple[str, str], words: str) -> None:
    found = changes(plays(5000, 1).with_columns(change))
    assert words in found[key]


def test_a_column_that_is_gone_goes_or_is_not_asked_for_there() -> None:
    less = plays(5000, 1).drop("skipped")
    assert changes(less)["skipped", ""] == "the column goes"
    assert changes(less, "serving")["skipped", "environments"] == (
        "has to be there in training, evaluation (before: every environment)"
    )
    only = proposal(plays(5000, 1).with_columns(label=pl.lit(1)), "training")
    assert only.columns["label"].environments == ["training"]


@pytest.mark.parametrize("environment", [None, "serving"])
def test_what_was_accepted_passes(environment: Environment | None) -> None:
    odd = plays(3000, 5).with_columns(
        pl.col("ms_played") * -3, pl.lit("x").alias("tier"), pl.lit(None, pl.String).alias("title"), new=pl.lit("a")
    )
    odd = odd.drop("country").with_columns(propensity=pl.lit(float("nan")), offset=pl.col("offset").cast(pl.String))
    seen = stats(odd)
    fresh = infer(seen)
    once = widened(reviewed(), seen, fresh, environment)
    assert differences(reviewed(), once)
    assert differences(once, widened(once, seen, fresh, environment)) == []


def test_only_what_was_chosen_is_taken_over() -> None:
    odd = plays(5000, 1).with_columns(pl.lit("x").alias("tier"), pl.col("ms_played") // 1000, new=pl.lit(1))
    before, after = reviewed(), proposal(odd)
    one = accepted(before, after, columns=["ms_played"])
    assert {c.column for c in differences(before, one)} == {"ms_played"}
    assert {c.column for c in differences(before, accepted(before, after, columns=["new"]))} == {"new"}
    part = accepted(before, after, slices=["tier=free"])
    assert {c.slice for c in differences(before, part)} == {"tier=free"}


@settings(max_examples=25)
@given(schemas(), schemas())
def test_all_of_it_is_the_other_schema(before: TableSchema, after: TableSchema) -> None:
    names = {*before.columns, *after.columns}
    labels = {slice_label(s.where) for s in (*before.slices, *after.slices)}
    everything = accepted(before, after, columns=names, slices=labels, table=True)
    left = [c for c in differences(everything, after) if c.field not in ("unique", "environments")]
    assert [c for c in left if c.slice == ""] == []
    assert accepted(before, after) == replace(before, seen=after.seen)


def test_tightening_narrows_bounds_and_leaves_what_people_said() -> None:
    loose = ColumnSchema(
        type="text", values=["free", "premium", "old"], outside=0.5, missing=0.9, note="ours", required=False
    )
    schema = TableSchema(name="plays", columns={"tier": loose}, slices=[SliceSchema(where={"tier": "old"}, share=0.1)])
    narrow = tightened(schema, reviewed())
    assert narrow.columns["tier"].values == ["free", "premium"]
    assert narrow.columns["tier"].missing < 0.01
    assert narrow.columns["tier"].note == "ours"
    assert not narrow.columns["tier"].required
    assert {"tier": "old"} not in [s.where for s in narrow.slices]


def test_lines_show_what_comes_and_goes() -> None:
    before = reviewed()
    after = replace(before, columns=before.columns | {"tier": replace(before.columns["tier"], missing=0.25)})
    shown = lines(before, after)
    assert [line for line in shown[2:] if line[0] in "+-"] == ["-missing = 0.0014", "+missing = 0.25"]
    assert lines(before, before) == []


def test_bounds_widen_by_what_was_seen_not_by_chance() -> None:
    """Few rows suggest loose bounds; where the reviewed ones hold, they stay."""
    few = plays(200, 3)
    names = [k for k in changes(few) if k[1] in ("missing", "outside", "min", "max", "typical", "max_length")]
    assert names == []


def test_rows_a_day_grow_with_the_days() -> None:
    days = pl.DataFrame({"at": pl.Series(np.repeat(np.arange(20), 100) * 86_400_000 + 10**12).cast(pl.Datetime("ms"))})
    schema = infer(gather([days], "t"))
    seen = gather([days, days, days, days], "t")
    assert schema.rows is not None
    wider = widened(schema, seen, infer(seen)).rows
    assert wider is not None
    assert wider[0] == schema.rows[0] < schema.rows[1] < 400 < wider[1]
