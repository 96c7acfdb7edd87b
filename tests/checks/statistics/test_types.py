"""What is said of a column of each type, by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from segue.checks.statistics import ColumnStatistics, gather
from segue.core.errors import InputError, UsageError


def of(*values: Any, dtype: Any = None, times: tuple[str, ...] = ()) -> ColumnStatistics:
    return gather([pl.DataFrame({"x": pl.Series(values, dtype=dtype, strict=False)})], "t", times=times).columns["x"]


@pytest.mark.parametrize(
    ("found", "type", "missing", "different"),
    [
        (of(1, 2, 2, None), "int", 1, 2),
        (of(1.5, float("nan"), None), "float", 1, 2),
        (of(True, None, True), "bool", 1, 1),
        (of("a", "", None, "é"), "text", 1, 3),
        (of("a", "b", "a", dtype=pl.Categorical), "text", 0, 2),
        (of("a", "b", dtype=pl.Enum(["a", "b", "c"])), "text", 0, 2),
        (of(date(2026, 1, 2), date(2026, 1, 2)), "time", 0, 1),
        (of(datetime(2026, 1, 2, 3, tzinfo=UTC), None), "time", 1, 1),
        (of(timedelta(seconds=2), timedelta(seconds=3)), "int", 0, 2),
        (of(time(1), time(2), time(2)), "int", 0, 2),
        (of(Decimal("1.50"), Decimal("2.25")), "float", 0, 2),
        (of(b"\x00\xff", b"", None), "other", 1, 2),
        (of([1, 2], [], None, [2, None]), "list", 1, 2),
        (of([1.0, 2.0], [3.0, 2.0], dtype=pl.Array(pl.Float64, 2)), "list", 0, 3),
        (of([{"a": 1}], [{"a": 1}, {"a": 2}]), "list", 0, 2),
        (of(None, None), "null", 2, 0),
        (of(object(), None, dtype=pl.Object), "other", 1, 1),
        (of(2**64 - 1, 2**63, 1, dtype=pl.UInt64), "int", 0, 3),
    ],
)
def test_every_type_is_read(found: ColumnStatistics, type: str, missing: int, different: int) -> None:
    assert (found.type, found.missing, found.unique.count) == (type, missing, different)


def test_numbers() -> None:
    found = of(-3, 0, 0, 7, None)
    assert found.numbers is not None
    assert (found.numbers.count, found.numbers.zeros, found.numbers.negatives) == (4, 2, 1)
    assert (found.numbers.min, found.numbers.max, found.numbers.mean, found.numbers.squares) == (-3, 7, 1, 54)
    assert [found.numbers.quantile(q) for q in (0, 0.5, 1)] == [-3, 0, 7]
    assert found.top is not None
    assert found.top.counted() == {"0": 2, "-3": 1, "7": 1}
    assert found.top.complete


def test_what_is_not_finite_is_counted_and_left_out() -> None:
    found = of(1.0, float("inf"), float("-inf"), float("nan"), None)
    assert found.numbers is not None
    assert (found.nans, found.infinite, found.missing, found.numbers.count) == (1, 2, 1, 1)


def test_numbers_too_large_to_square_stay_writable() -> None:
    found = gather([pl.DataFrame({"x": [1e308, -1e308, 1e308], "y": [1.0, 2.0, 4.0]})], "t")
    assert type(found).parse(found.json()) == found


def test_lists_have_lengths_and_their_items_are_counted() -> None:
    found = of(["a", "b"], [], None, ["a"])
    assert found.lengths is not None
    assert (found.lengths.count, found.lengths.max, found.lengths.zeros) == (3, 2, 1)
    assert found.top is not None
    assert found.top.counted() == {"a": 2, "b": 1}


def test_structs_are_columns_of_their_fields() -> None:
    found = gather(
        [pl.DataFrame({"c": [{"device": "tv", "place": {"lat": 1.5}}, {"device": None, "place": None}]})], "t"
    )
    assert list(found.columns) == ["c.device", "c.place.lat"]
    assert [c.missing for c in found.columns.values()] == [1, 1]


def test_times_by_hour_and_day() -> None:
    start = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)
    found = of(*(start + timedelta(hours=h) for h in (0, 0, 1, 2, 9))).times
    assert found is not None
    assert list(found.days().values()) == [3, 2]
    assert [found.by_hour()[h] for h in (22, 23, 0, 7)] == [2, 1, 1, 1]
    assert found.gaps() == [(int(start.timestamp()) // 3600 + 3, 6)]
    milliseconds = of(*(int((start + timedelta(hours=h)).timestamp()) * 1000 for h in (0, 0, 1, 2, 9)), times=("x",))
    assert milliseconds.times == found
    assert of(7.5e18, float("nan"), 0.0, times=("x",)).missing == 2


def test_many_hours_become_days_and_stay_the_same_in_any_order() -> None:
    frame = pl.DataFrame({"at": pl.datetime_range(datetime(2020, 1, 1), datetime(2022, 1, 1), "1h", eager=True)})
    whole = gather([frame], "t").columns["at"].times
    parts = gather([frame[9000:], frame[:50], frame[50:9000]], "t").columns["at"].times
    assert whole is not None
    assert whole.step == 24
    assert whole == parts
    assert sum(whole.days().values()) == frame.height
    assert (whole.gaps(), whole.by_hour()) == ([], [])


def test_texts_that_read_as_numbers_are_counted() -> None:
    assert of("1", "2.5", "x", None).numeric == 2
    assert of("a", "b").numeric == 0


def test_a_number_is_the_same_whatever_its_type() -> None:
    whole, point, large = of(1, 2, 3), of(1.0, 2.0, 3.0), of(2**60, 2**60 + 1)
    assert whole.unique == point.unique
    assert large.unique.count == 2
    assert of("a", "b").unique == of("b", "a", dtype=pl.Categorical).unique


@pytest.mark.parametrize("length", [1, 7, 8, 9, 16, 1023, 1024, 1025, 5000])
def test_long_texts_differ_where_their_heads_or_lengths_do(length: int) -> None:
    words = ["x" * length, "y" + "x" * (length - 1), "x" * (length + 1)]
    assert of(*words, *words).unique.count == 3


def test_too_many_columns_are_an_error() -> None:
    with pytest.raises(InputError, match="10,000 columns"):
        gather([pl.DataFrame({f"c{n}": [1] for n in range(10_000)})], "t")


@pytest.mark.parametrize("share", [0, -0.1, 1.5])
def test_a_sample_is_a_share(share: float) -> None:
    with pytest.raises(UsageError, match="share of the rows"):
        gather([pl.DataFrame({"x": [1]})], "t", sample=share)
