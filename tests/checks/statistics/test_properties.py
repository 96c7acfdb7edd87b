"""What holds for any table: parts merge into the whole in any order, and errors stay within their bounds."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.checks.statistics import Buckets, TableStatistics, Tops, Uniques, gather, merged_all
from segue.checks.statistics.buckets import keys_of, merged
from segue.checks.statistics.hashing import hashed_numbers
from segue.checks.statistics.tops import merged as merged_tops

finite = st.floats(allow_nan=False, allow_infinity=False)
rows = st.lists(
    st.tuples(
        st.none() | st.integers(-(2**62), 2**62),
        st.none() | st.floats(),
        st.none() | st.sampled_from(["premium", "free", "", "é", "日本", "a much longer name of a tier"]),
        st.none() | st.booleans(),
        st.none() | st.lists(st.integers(0, 3), max_size=3),
        st.none() | st.datetimes(),
    ),
    max_size=40,
)
SCHEMA: dict[str, Any] = {
    "int": pl.Int64, "float": pl.Float64, "tier": pl.String, "shuffle": pl.Boolean, "list": pl.List(pl.Int64),
    "at": pl.Datetime("us"),
}  # fmt: skip


def of(data: Sequence[tuple[object, ...]]) -> TableStatistics:
    return gather([pl.DataFrame(list(data), schema=SCHEMA, orient="row")], "t", slices=[["tier"], ["shuffle", "tier"]])


def exact(found: TableStatistics) -> dict[str, object]:
    """All that merging may not change at all."""
    columns = {
        name: (
            c.type, c.rows, c.missing, c.nans, c.infinite, c.unique, c.top and sorted(c.top.counted().items()), c.times,
            [n and (n.count, n.zeros, n.negatives, n.min, n.max, n.buckets) for n in (c.numbers, c.lengths)],
        )
        for name, c in found.columns.items()
    }  # fmt: skip
    return {"rows": found.rows, "columns": columns, "slices": {n: exact(s) for n, s in found.slices.items()}}


@settings(max_examples=60)
@given(rows, rows, rows)
def test_merging_is_associative_and_commutative(
    a: list[tuple[object, ...]], b: list[tuple[object, ...]], c: list[tuple[object, ...]]
) -> None:
    x, y, z = of(a), of(b), of(c)
    whole = exact(of(a + b + c))
    for grouped in (
        merged_all([x, y, z]), merged_all([z, x, y]), merged_all([merged_all([x, y]), z]),
        merged_all([x, merged_all([z, y])]),
    ):  # fmt: skip
        assert exact(grouped) == whole
        assert TableStatistics.parse(grouped.json()) == grouped


def test_the_comparison_would_notice_a_row_that_is_lost() -> None:
    data = [(n, float(n), "free", True, [n], None) for n in range(10)]
    assert exact(merged_all([of(data[:5]), of(data[5:])])) == exact(of(data))
    assert exact(merged_all([of(data[:5]), of(data[6:])])) != exact(of(data))


@given(st.lists(finite, min_size=1, max_size=200), st.integers(0, 6))
def test_quantiles_are_within_their_error(values: list[float], bits: int) -> None:
    x = np.array(values)
    found = Buckets.of(x, bits=bits)
    shares = np.linspace(0, 1, 11)
    exact = np.quantile(x, shares, method="lower")
    size = np.where(np.abs(exact) < 2.0**-40, 0, np.abs(exact))
    assert np.all(np.abs(found.quantiles(shares) - np.where(size, exact, 0)) <= size * found.error * (1 + 1e-9))


@given(st.lists(finite, max_size=50), st.lists(finite, max_size=50), st.integers(0, 5))
def test_coarser_buckets_are_those_of_fewer_bits(a: list[float], b: list[float], bits: int) -> None:
    x, y = np.array(a), np.array(b)
    both = merged(Buckets.of(x), Buckets.of(y, bits=bits))
    if len(y):
        assert both == Buckets.of(np.concatenate([x, y]), bits=bits)
    assert both.total == len(x) + len(y)


def test_buckets_ascend_and_their_edges_meet() -> None:
    sizes = np.sort(np.exp(np.random.default_rng(1).uniform(-20, 20, 5000)))
    x = np.concatenate([-sizes[::-1], [0.0], sizes])
    keys = keys_of(x)
    assert np.all(np.diff(keys) >= 0)
    near, far = Buckets(np.unique(keys[x > 0]).tolist()).edges()
    assert np.all(near < far)
    assert all(b[0] >= a[1] for a, b in pairwise(zip(near, far)))
    (held,) = (Buckets.of(np.array([sizes[7]])).edges()[0],)
    assert held[0] <= sizes[7]


def test_more_buckets_than_are_kept_are_joined_alike_in_any_order() -> None:
    rng = np.random.default_rng(2)
    x = np.exp(rng.uniform(-25, 600, 40_000)) * rng.choice([-1, 1], 40_000)
    whole = Buckets.of(x)
    parts = [Buckets.of(part) for part in np.array_split(rng.permutation(x), 7)]
    assert whole.bits < 6
    assert len(whole.keys) <= 4096
    for order in (parts, parts[::-1]):
        found = order[0]
        for part in order[1:]:
            found = merged(found, part)
        assert found == whole


@pytest.mark.parametrize("different", [100, 1023, 5_000, 200_000])
def test_different_values_are_within_three_standard_errors(different: int) -> None:
    apart = []
    for seed in range(20):
        hashes = hashed_numbers(np.arange(different, dtype=np.float64) + seed * 1e6)
        found = Uniques.of(np.repeat(hashes, 2)[np.random.default_rng(seed).permutation(2 * different)])
        assert found.repeated == 1
        assert Uniques.of(hashes).repeated == 0
        apart.append(found.count / different - 1)
    assert np.abs(apart).max() <= 3.5 * found.error
    assert abs(float(np.mean(apart))) <= 3 * found.error / np.sqrt(20)  # nor off to one side


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 20)), max_size=60), st.integers(0, 60))
def test_counts_of_frequent_values_keep_their_promise(pairs: list[tuple[int, int]], cut: int) -> None:
    def top(part: list[tuple[int, int]]) -> Tops:
        counts: dict[str, int] = {}
        for value, count in part:
            counts[str(value)] = counts.get(str(value), 0) + count
        return Tops.of(counts.items(), size=8)

    true: dict[str, int] = {}
    for value, count in pairs:
        true[str(value)] = true.get(str(value), 0) + count
    found = merged_tops(top(pairs[:cut]), top(pairs[cut:]))
    for name, count in true.items():
        kept = found.counted().get(name, 0)
        assert kept <= count <= kept + found.error
    if found.complete:
        assert found.counted() == true


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.none() | st.integers(-50, 50), st.none() | st.floats(-1e3, 1e3)), min_size=3, max_size=60),
    st.integers(0, 60),
)
def test_correlations_are_those_of_the_rows_that_have_both(
    data: list[tuple[int | None, float | None]], cut: int
) -> None:
    frame = pl.DataFrame(data, schema={"a": pl.Int64, "b": pl.Float64}, orient="row")
    found = gather([frame], "t").together
    halves = merged_all([gather([frame[:cut]], "t"), gather([frame[cut:]], "t")]).together
    both = frame.drop_nulls()
    assert sum(t.rows for t in found) == sum(t.rows for t in halves) == both.height
    if both.height > 2 and both["a"].std() and (both["b"].std() or 0) > 1e-3:  # type: ignore[operator]
        expected = np.corrcoef(both["a"], both["b"])[0, 1]
        assert found[0].correlation == pytest.approx(expected, abs=1e-6)
        assert halves[0].correlation == pytest.approx(expected, abs=1e-6)


def test_slices_are_what_their_rows_alone_would_be_and_the_rare_ones_are_one() -> None:
    rng = np.random.default_rng(3)
    n = 6000
    frame = pl.DataFrame(
        {
            "country": [f"C{int(c)}" for c in 300 * rng.random(n) ** 3],
            "tier": rng.choice(["free", "premium"], n).tolist(),
            "ms": pl.Series(rng.integers(0, 300_000, n)),
            "share": rng.random(n),
            "gone": [None] * n,
        }
    ).with_columns(tier=pl.when(pl.int_range(pl.len()) % 10 > 0).then("tier"))
    found = gather([frame], "t", slices=[["country"], ["country", "tier"]])
    parts = gather([frame[:1000], frame[1000:]], "t", slices=[["country"], ["country", "tier"]])
    assert exact(found.slices["country=C0"]) == exact(parts.slices["country=C0"])
    one = gather([frame.filter(country="C0")], "t")
    part = found.slices["country=C0"]
    assert (part.rows, part.where) == (one.rows, {"country": "C0"})
    assert "gone" not in part.columns
    assert part.columns["ms"].numbers is not None
    assert one.columns["ms"].numbers is not None
    assert part.columns["ms"].numbers.mean == pytest.approx(one.columns["ms"].numbers.mean)
    assert part.columns["ms"].numbers.buckets == one.columns["ms"].numbers.buckets.coarser(3)
    by_country = {n: s for n, s in found.slices.items() if list(s.where) == ["country"]}
    assert len(by_country) == 65
    assert sum(s.rows for s in by_country.values()) == n
    assert by_country["country=(other)"].rows < n / 2
    pairs = [s for s in found.slices.values() if len(s.where) == 2]
    assert sum(s.rows for s in pairs) == frame["tier"].is_not_null().sum()
