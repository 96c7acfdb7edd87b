"""Statistics of a Parquet file by hand, as a careful user of polars writes them: python _statistics_polars.py FILE.

Per column: missing values, different values and the top 20 from one count of values; of numbers and of lengths of texts
the least, greatest, mean, deviation and seven quantiles; of numbers a histogram of 100 bins; of times rows an hour.
"""

from __future__ import annotations

import json
import sys
import time

import polars as pl
from _memory import most_megabytes

QUANTILES = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]


def describe(frame: pl.DataFrame, name: str) -> dict[str, object]:
    column, c = frame[name], pl.col(name)
    numbers = [c.min().alias("min"), c.max().alias("max"), c.mean().alias("mean"), c.std().alias("std"),
               c.quantile(QUANTILES).alias("quantiles")]  # fmt: skip
    counts = column.value_counts(sort=False)
    found: dict[str, object] = {
        "missing": column.null_count(), "different": counts.height, "top": counts.top_k(20, by="count").rows()
    }  # fmt: skip
    if column.dtype.is_numeric():
        found |= frame.select(numbers).row(0, named=True)
        found["histogram"] = column.hist(bin_count=100).rows()
    elif column.dtype == pl.String:
        found |= frame.select(c.str.len_chars()).select(numbers).row(0, named=True)
    elif column.dtype.is_temporal():
        found |= frame.select(c.min().alias("min"), c.max().alias("max")).row(0, named=True)
        found["hours"] = frame.select(c.cast(pl.Datetime("ms")).dt.truncate("1h")).to_series().value_counts().rows()
    return found


if __name__ == "__main__":
    started = time.perf_counter()
    table = pl.read_parquet(sys.argv[1])
    report = {name: describe(table, name) for name in table.columns}
    took, peak = time.perf_counter() - started, most_megabytes()
    print(json.dumps({"seconds": took, "processor": time.process_time(), "megabytes": peak}))
