"""Schemas of data whose right bounds are known."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.checks.schema.examples import plays

from segue.checks.schema import Drift, TableSchema, infer
from segue.checks.schema.chance import at_least, at_most, downwards, upwards, with_odds
from segue.checks.schema.columns import named_id
from segue.checks.schema.keys import candidate_keys
from segue.checks.statistics import gather
from segue.core.errors import InputError


def schema(frame: pl.DataFrame, name: str = "plays") -> TableSchema:
    return infer(gather([frame], name, slices=[["tier"], ["country", "tier"]]), listener="listener")


def test_bounds_are_those_that_a_person_would_write() -> None:
    found = schema(plays(20_000))
    columns = found.columns
    assert {n: c.type for n, c in columns.items()} == {
        "id": "text", "listener": "text", "tier": "text", "country": "text", "ms_played": "int", "skipped": "bool",
        "propensity": "float", "offset": "float", "title": "text", "at": "time",
    }  # fmt: skip
    assert columns["tier"].values == ["free", "premium"]
    assert columns["country"].values == [*"ABCDEFGHIJ"]
    assert columns["skipped"].values == ["false", "true"]
    assert 0 < columns["country"].outside < 0.001  # a new country may come along
    assert columns["listener"].values is None  # few, but each is somebody
    assert columns["ms_played"].min == 0
    assert columns["ms_played"].unit == "ms"
    low, high = columns["ms_played"].typical or (0, 0)
    median = 180_000 * math.log(2)
    assert median / 100 < low < median / 2 < 2 * median < high < median * 100  # seconds for milliseconds is outside
    assert (columns["propensity"].min, columns["propensity"].max) == (0, 1)
    assert (columns["offset"].min or 0) < -12 < 12 < (columns["offset"].max or 0) < 50
    assert columns["id"].unique
    assert found.unique == [["id"]]
    assert not columns["listener"].unique
    assert columns["title"].missing == pytest.approx(0.16, abs=0.02)  # 10 % with half as much odds again
    assert columns["tier"].missing == 0  # none of 20,000
    assert found.times == ["at"]
    assert found.seen == 20_000
    shares = {tuple(s.where.items()): s.share for s in found.slices}
    assert 0.1 < shares[("tier", "premium"),] < 0.2
    assert (("country", "A"), ("tier", "free")) in shares  # 7 % of the rows
    assert (("country", "A"), ("tier", "premium")) not in shares  # 3 %: too few to ask for
    assert found.rows is not None
    assert found.rows[0] < 600 < 720 < found.rows[1]
    assert columns["tier"].drift == Drift(linf=0.1, js=0.05)
    assert columns["id"].drift == Drift()  # new ones every day


def test_fewer_rows_make_wider_bounds() -> None:
    few, many = schema(plays(200)), schema(plays(20_000))
    for name, column in many.columns.items():
        small = few.columns[name]
        assert small.missing >= column.missing
        assert small.outside >= column.outside
        if column.typical and small.typical:
            assert small.typical[0] < column.typical[0]
            assert small.typical[1] >= column.typical[1]
        assert column.unique or small.largest >= column.largest
    assert few.columns["tier"].missing == pytest.approx(1 - 0.001 ** (1 / 200), rel=0.05)  # none of 200


def test_what_differs_from_part_to_part_widens_the_bounds() -> None:
    calm = [plays(2000, s) for s in range(5)]
    odd = plays(2000, 9).with_columns(title=pl.when(pl.int_range(pl.len()) % 2 == 0).then("title"))
    odd = odd.with_columns(
        pl.when(pl.int_range(pl.len()) % 5 < 4).then(pl.lit("premium")).otherwise("tier").alias("tier")
    )

    def of(frames: list[pl.DataFrame]) -> TableSchema:
        return infer([gather([f], "plays", slices=[["tier"]]) for f in frames])

    even, uneven = of(calm), of([*calm, odd])
    assert even.columns["title"].missing < 0.3 < 0.5 < uneven.columns["title"].missing
    least = [{s.where["tier"]: s.share for s in found.slices}["free"] for found in (even, uneven)]
    assert least[1] < 0.15 < 0.4 < least[0]


def test_a_column_that_some_parts_lack_is_not_required() -> None:
    found = infer([gather([plays(500)], "p"), gather([plays(500, 1).drop("title")], "p")])
    assert not found.columns["title"].required
    assert found.columns["tier"].required


def test_numbers_that_are_names_have_no_range() -> None:
    rng = np.random.default_rng(0)
    frame = pl.DataFrame({"seq": range(5000), "row": range(10_000, 15_000), "hashed": rng.integers(0, 2**62, 5000),
                          "samples": rng.integers(0, 10**7, 5000)})  # fmt: skip
    found = infer(gather([frame], "t")).columns
    for name in ("seq", "row", "hashed"):
        assert found[name].min is None, name
        assert found[name].typical is None, name
    assert found["samples"].max is not None  # all different, too, but a measure
    assert found["samples"].typical is not None


def test_texts_that_are_mostly_new_are_not_listed() -> None:
    words = pl.DataFrame({"query": [f"words {i % 150}" if i < 150 else f"once {i}" for i in range(1000)],
                          "genre": [f"{'abcdefghij'[i % 10]}{'pqrst'[i % 5]}" for i in range(1000)]})  # fmt: skip
    found = infer(gather([words], "t")).columns
    assert found["query"].values is None
    assert found["query"].max_length == 45  # five times that of "words 149": few rows
    assert len(found["genre"].values or ()) == 10


def test_keys_are_counted_over_all_rows() -> None:
    n = 3000
    rows = pl.DataFrame({"who": [f"l{i % 100}" for i in range(n)], "day": [i // 100 for i in range(n)], "n": [1] * n})
    read: list[list[str]] = []

    def batches(names: Sequence[str]) -> Iterator[pl.DataFrame]:
        read.append(list(names))
        yield from (rows.select(names)[start : start + 1000] for start in range(0, n, 1000))

    assert candidate_keys(gather([rows], "t"), batches) == [["who", "day"]]
    assert candidate_keys(gather([rows.with_columns(id=pl.int_range(n))], "t"), lambda _: [pl.DataFrame(range(n))]) == [
        ["id"]
    ]
    twice = pl.concat([rows, rows[:1]])  # one row of 3,001 spoils it
    assert candidate_keys(gather([twice], "t"), lambda names: [twice.select(names)]) == []


@pytest.mark.parametrize(
    ("name", "says_which"),
    [("id", True), ("album_id", True), ("userID", True), ("trackId", True), ("ISRC", True), ("paid", False),
     ("idle", False), ("listeners", False), ("rating", False), ("GRID", False)],
)  # fmt: skip
def test_columns_that_say_which_one(name: str, says_which: bool) -> None:
    assert named_id(name) is says_which


def test_prose_is_not_listed_however_often_it_comes_back() -> None:
    rows = pl.DataFrame(
        {"about": [f"A long description of this playlist, which is number {'abc'[i % 3]}" for i in range(900)]}
    )
    assert infer(gather([rows], "t")).columns["about"].values is None


def test_no_rows_no_schema() -> None:
    with pytest.raises(InputError, match="no rows"):
        infer(gather([pl.DataFrame({"a": []})], "t"))


def test_a_column_of_another_table_is_found_by_what_both_hold() -> None:
    rng = np.random.default_rng(0)
    items = pl.DataFrame({"uri": [f"segue:track:{i}" for i in range(3000)], "title": ["a"] * 3000})
    events = pl.DataFrame({"item": [f"segue:track:{i}" for i in rng.integers(0, 3000, 9000)], "word": ["b"] * 9000})
    found = infer(gather([events], "events"), others={"items": gather([items], "items")}).columns
    assert found["item"].key == "items.uri"
    assert 0.9 < found["item"].joins < 1
    assert found["word"].key == ""


@given(st.integers(1, 10**6), st.floats(0, 1))
def test_bounds_of_shares_hold_what_was_seen(rows: int, share: float) -> None:
    count = round(share * rows)
    assert 0 <= at_least(count, rows) <= count / rows <= at_most(count, rows) <= 1


def test_bounds_of_shares_are_wrong_once_in_a_thousand() -> None:
    rng = np.random.default_rng(0)
    truth, rows = 0.03, 500
    counts, times = np.unique(rng.binomial(rows, truth, 200_000), return_counts=True)
    wrong = sum(t for c, t in zip(counts, times) if at_most(int(c), rows) < truth)
    assert 0 < wrong / 200_000 <= 0.0012


@given(st.floats(-1e12, 1e12, allow_subnormal=False).filter(lambda x: x == 0 or abs(x) > 1e-9))
def test_rounding_goes_one_way(value: float) -> None:
    assert downwards(value) <= value <= upwards(value)
    assert abs(upwards(value) - value) <= abs(value) * 0.11


def test_odds() -> None:
    assert with_odds(0.5, 2) == pytest.approx(2 / 3)
    assert with_odds(0.0, 2) == 0
    assert with_odds(1.0, 2) == 1
