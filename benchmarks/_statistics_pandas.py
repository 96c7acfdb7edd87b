"""pandas' describe and value counts of a Parquet file: PYTHON _statistics_pandas.py FILE, where there is pandas."""

from __future__ import annotations

import json
import sys
import time

import pandas as pd
from _memory import most_megabytes

started = time.perf_counter()
table = pd.read_parquet(sys.argv[1])
described = table.describe(include="all")
counts = {name: table[name].value_counts() for name in table.columns}
took, peak = time.perf_counter() - started, most_megabytes()
print(json.dumps({"seconds": took, "processor": time.process_time(), "megabytes": peak}))
