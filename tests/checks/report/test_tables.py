"""Statistics reduced to what is drawn: nothing is lost that the page says, nothing is kept that it does not."""

import msgspec
import numpy as np
import polars as pl
import pytest
from tests.checks.report import made_up

from segue.checks.report.bins import BINS, edges_of, mass
from segue.checks.report.payload import Table
from segue.checks.report.tables import table_of
from segue.checks.statistics import gather

LIMIT = 2_000_000


def column(table, name):
    return next(c for c in table.columns if c.name == name)


def compared(now, before, by=()):
    a, b = (gather([pl.DataFrame(x)], "t", slices=by) for x in (now, before))
    return table_of(a, before=b, before_name="before")


def test_bins_hold_every_row_of_both(training):
    for c in training.columns:
        for chart in c.charts:
            for counts, rest, facts in zip(
                (chart.counts.this, chart.counts.other), chart.rest, (c.this, c.other), strict=True
            ):
                there = facts.rows - facts.missing - (facts.nans + facts.infinite if chart.of == "values" else 0)
                assert sum(counts) + rest == there, (c.name, chart.of)
            if chart.scale != "values":
                assert len(chart.edges) == len(chart.counts.this) + 1 == len(chart.counts.other) + 1
                assert chart.edges == sorted(set(chart.edges))
                assert len(chart.counts.this) <= BINS


def test_a_histogram_is_that_of_the_numbers():
    rng = np.random.default_rng(0)
    x = rng.normal(50, 10, 20_000)
    chart = column(compared({"x": x}, {"x": x + 5}), "x").charts[0]
    edges = np.array(chart.edges)
    edges[0], edges[-1] = -np.inf, np.inf
    true, _ = np.histogram(x, edges)
    assert np.abs(np.array(chart.counts.this) - true).sum() / len(x) < 0.05  # a sketch knows numbers to one percent
    assert chart.scale == "linear"


def test_years_and_other_known_whole_numbers_are_exact():
    years = np.random.default_rng(0).integers(1990, 2020, 5000)
    chart = column(compared({"year": years}, {"year": years}), "year").charts[0]
    assert chart.counts.this == np.bincount(years - 1990).tolist() == chart.counts.other
    assert (chart.edges[0], chart.edges[-1]) == (1989.5, 2019.5)


def test_seconds_beside_milliseconds_are_told_apart():
    ms = np.random.default_rng(0).uniform(30_000, 300_000, 5000)
    chart = column(compared({"x": ms / 1000}, {"x": ms}), "x").charts[0]
    assert chart.scale == "log"
    this, other = np.array(chart.counts.this), np.array(chart.counts.other)
    assert (np.minimum(this, other) == 0).all()
    assert (this > 0).sum() > 5


def test_few_rows_far_out_do_not_flatten_the_others():
    x = np.concatenate([np.random.default_rng(0).normal(0, 1, 10_000), [-1e9, 1e9]])
    chart = column(compared({"x": x}, {"x": x}), "x").charts[0]
    assert (np.array(chart.counts.this) > 100).sum() > 8
    assert sum(chart.counts.this) == len(x)


@pytest.mark.parametrize(
    "values", [[0.0] * 9, [1e308, -1e308], [5e-324, 1.0], [7], [-3, -3], [1e-12, 2e-12], [0, 10**18], [2**53] * 3]
)
def test_strange_numbers(values):
    chart = column(compared({"x": values}, {"x": values}), "x").charts
    for c in chart:
        assert sum(c.counts.this) == len(values)
        assert np.isfinite(c.edges).all()


def test_edges_of_nothing():
    assert edges_of([mass(gather([pl.DataFrame({"x": ["a"]})], "t").columns["x"])], whole=True) is None


def test_frequent_values_of_either_are_kept():
    table = compared({"x": ["a"] * 50 + [f"v{i}" for i in range(40)] * 2}, {"x": ["b"] * 90 + ["a"] * 10})
    chart = column(table, "x").charts[0]
    assert {"a", "b"} <= set(chart.labels)
    at = chart.labels.index("b")
    assert (chart.counts.this[at], chart.counts.other[at]) == (0, 90)
    assert chart.rest[0] > 0
    assert chart.rest[1] == 0


def test_columns_of_one_side_and_without_values():
    table = compared({"a": [1, 2], "n": [None, None]}, {"b": ["x", "y"], "n": [None, None]})
    assert column(table, "a").other is None
    assert column(table, "b").this is None
    assert column(table, "n").charts == []


def test_slices_share_the_bins_of_the_table(training):
    assert {s.name: (s.this > 0, s.other > 0) for s in training.slices if s.by == "tier"} == {
        "tier=free": (True, True),
        "tier=premium": (False, True),
    }
    chart = column(training, "position").charts[0]
    at = [n for n, s in enumerate(training.slices) if s.by == "tier"]
    assert [sum(c) for c in zip(*(chart.slices[n].other for n in at), strict=True)] == chart.counts.other


def test_distances_and_history_are_those_given(training):
    far = column(training, "tier").apart[0]
    assert (far.measure, far.level) == ("js", "fail")
    assert {m[0] for m in far.moved} == {"free", "premium"}
    assert len(training.days) == len(training.day_rows) == 26
    for line in column(training, "ms_played").history:
        assert len(line.values) == 26
    assert [line.name for line in column(training, "ms_played").history][:4] == ["missing", "uniques", "mean", "median"]


def test_volume_is_by_day_and_counts_every_row(training):
    assert training.volume.step == 24
    assert len(training.volume.at) == 29
    assert sum(training.volume.counts.this) == training.rows
    assert sum(training.volume.counts.other) == training.other_rows


def test_two_hundred_columns_with_slices_and_history_stay_small():
    table = made_up.many()
    content = msgspec.json.encode(table)
    a_day = sum(len(msgspec.json.encode(c.history)) for c in table.columns) / 3
    assert len(table.columns) == 200
    assert len(table.slices) == 12
    assert len(content) + 57 * a_day < LIMIT
    assert msgspec.json.decode(content, type=Table) == table


def test_ten_thousand_columns_are_cut_to_those_that_moved_most():
    frame = pl.DataFrame({f"c{n}": [n, n + 1] for n in range(1200)})
    table = table_of(gather([frame], "wide"))
    assert (len(table.columns), table.left_out) == (1000, 200)


def test_long_names_and_values_are_cut():
    table = made_up.hostile(np.random.default_rng(0))
    assert max(len(c.name) for c in table.columns) == 300
    assert max(len(v) for c in table.columns for chart in c.charts for v in chart.labels) == 80
