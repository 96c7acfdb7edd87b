"""Data whose right bounds are known, and schemas of any sort."""

from __future__ import annotations

import string
from typing import Any

import numpy as np
import polars as pl
from hypothesis import strategies as st

from segue.checks.schema import ColumnSchema, Drift, SliceSchema, TableSchema

DAY = 86_400_000
T0 = 1_760_054_400_000  # a midnight


def plays(n: int, seed: int = 0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "id": [f"e{seed}-{i}" for i in range(n)],
            "listener": [f"l{i}" for i in rng.integers(0, 150, n)],
            "tier": rng.choice(["free", "premium"], n, p=[0.7, 0.3]),
            "country": rng.choice([*"ABCDEFGHIJ"], n),
            "ms_played": rng.exponential(180_000, n).astype(int),
            "skipped": rng.random(n) < 0.2,
            "propensity": rng.random(n),
            "offset": rng.normal(0, 3, n),
            "title": pl.Series([f"song {i}" if i % 10 else None for i in rng.integers(0, 5000, n)], dtype=pl.String),
            "at": pl.Series(T0 + rng.integers(0, 30 * DAY, n)).cast(pl.Datetime("ms", "UTC")),
        }
    )


NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
SHARES = st.floats(0, 1)
NUMBERS = st.floats(-1e15, 1e15)
PAIRS = st.tuples(NUMBERS, NUMBERS).map(lambda p: (min(p), max(p)))
DRIFTS = st.none() | st.builds(Drift, linf=SHARES, js=SHARES, quantile=SHARES)
ENVIRONMENTS: st.SearchStrategy[Any] = st.none() | st.lists(
    st.sampled_from(["training", "evaluation", "serving"]), unique=True, min_size=1
)


@st.composite
def columns(draw: st.DrawFn) -> ColumnSchema:
    low, high = draw(st.tuples(st.none() | NUMBERS, st.none() | NUMBERS))
    if low is not None and high is not None:
        low, high = min(low, high), max(low, high)
    kind: Any = draw(st.sampled_from(["int", "float", "bool", "text", "time", "list", "null", "other"]))
    return ColumnSchema(
        type=kind, required=draw(st.booleans()), missing=draw(SHARES), outside=draw(SHARES), min=low, max=high,
        values=draw(st.none() | st.lists(st.text(st.characters(exclude_categories=["Cs"])), unique=True)),
        unit=draw(st.sampled_from(["", "ms", "share"])), typical=draw(st.none() | PAIRS), largest=draw(SHARES),
        nonfinite=draw(SHARES), max_length=draw(st.none() | st.integers(0, 10**9)), unique=draw(st.booleans()),
        distinct=draw(st.none() | PAIRS), key=draw(st.sampled_from(["", "items.uri"])), joins=draw(SHARES),
        environments=draw(ENVIRONMENTS), drift=draw(DRIFTS), skew=draw(DRIFTS), note=draw(st.text(string.printable)),
    )  # fmt: skip


@st.composite
def schemas(draw: st.DrawFn) -> TableSchema:
    found = draw(st.dictionaries(NAMES, columns(), max_size=4))
    some = st.lists(st.sampled_from(list(found)), unique=True) if found else st.just([])
    return TableSchema(
        name="t", columns=found, times=draw(some), unique=[by] if (by := draw(some)) else [],
        slices=draw(st.lists(st.builds(SliceSchema, where=st.dictionaries(NAMES, NAMES, min_size=1), share=SHARES,
                                       environments=ENVIRONMENTS), max_size=3, unique_by=lambda s: str(s.where))),
        listener=draw(st.sampled_from(["", *found])), rows=draw(st.none() | st.just((1, 5))),
        extra=draw(st.booleans()), seen=draw(st.integers(0, 10**12)), sliced=draw(st.lists(NAMES)),
    )  # fmt: skip
