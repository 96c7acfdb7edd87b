from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from segue.checks.statistics import TableStatistics, gather
from segue.checks.statistics.buckets import ERROR

rows = st.lists(
    st.tuples(
        st.none() | st.integers(-(2**40), 2**40),
        st.none() | st.floats(allow_nan=True, allow_infinity=True, width=32),
        st.none() | st.sampled_from(["premium", "free", "", "é"]),
        st.booleans(),
    ),
    max_size=60,
)
SCHEMA = {"int": pl.Int64, "float": pl.Float64, "tier": pl.String, "shuffle": pl.Boolean}
SLICES = (("tier",), ("tier", "shuffle"))


def frame(data: list[tuple[object, ...]]) -> pl.DataFrame:
    return pl.DataFrame(data, schema=SCHEMA, orient="row")


@given(rows, st.integers(0, 60))
def test_two_halves_merge_into_the_whole(data: list[tuple[object, ...]], cut: int) -> None:
    whole = gather([frame(data)], "t", slices=SLICES)
    halves = gather([frame(data[:cut]), frame(data[cut:])], "t", slices=SLICES)
    assert halves.rows == whole.rows == len(data)
    assert set(halves.slices) == set(whole.slices)
    for a, b in zip(halves.columns.values(), whole.columns.values(), strict=True):
        assert (a.missing, a.nans, a.infinite, a.unique, a.top) == (b.missing, b.nans, b.infinite, b.unique, b.top)
        if b.numbers and b.numbers.count:
            assert a.numbers is not None
            assert a.numbers.buckets == b.numbers.buckets
            assert np.isclose(a.numbers.mean, b.numbers.mean, rtol=1e-9, atol=1e-6)
            assert np.isclose(a.numbers.squares, b.numbers.squares, rtol=1e-6, atol=1e-3)


def test_quantiles_and_uniques_keep_their_error() -> None:
    rng = np.random.default_rng(7)
    x = rng.lognormal(3, 2, 50_000) * rng.choice([-1, 1], 50_000)
    found = gather([pl.DataFrame({"x": x})], "t").columns["x"]
    assert found.numbers is not None
    shares = np.array([0.01, 0.1, 0.25, 0.75, 0.9, 0.999])
    exact = np.quantile(x, shares, method="lower")
    assert np.all(np.abs(found.numbers.buckets.quantiles(shares) - exact) <= 1.001 * ERROR * np.abs(exact))
    assert abs(found.unique.count / 50_000 - 1) < 4 * found.unique.error


def test_statistics_survive_their_file() -> None:
    found = gather([frame([(1, 2.5, "free", True), (None, None, None, False)])], "t", slices=SLICES)
    assert TableStatistics.parse(found.json()) == found
