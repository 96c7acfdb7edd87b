"""The event log as people read it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import polars as pl
import pyarrow as pa

from segue.core.events import LOCAL, Decided, Uri
from segue.core.types import Kind
from segue.store import listing
from segue.store.building import REAL_TIME
from segue.store.edge import CODES, TYPE_NAMES
from segue.store.schema import STORED
from segue.store.workspace import Workspace

AT_ONCE = 500_000
ATTRIBUTES = 24
"""Attributes of events that become columns, the most frequent ones."""
DECIDED = CODES[Decided]
SAMPLE = 20_000  # events looked at to find them
_TYPES = {i + 1: name for i, name in enumerate(TYPE_NAMES)}
_LEFT_OUT = ("tenant", "v", "playlist")


def read_events(
    workspace: Workspace, tenant: str, since: int | None = None, until: int | None = None
) -> Iterator[pl.DataFrame]:
    """Every event by time: ids, uris and names for numbers, `at` null where the source knew no time, and a column for
    each attribute that events carry besides (`tier`, `client` …), those of decisions left out."""
    names = Names(workspace, tenant)
    attributes: list[str] | None = None
    for lo, hi in spans(workspace, tenant, since, until):
        table = workspace.log.read(tenant, lo, hi)
        if attributes is None:
            attributes = attributes_of(table)
        yield readable(table, names, attributes)


class Names:
    """What listeners and items are called, by number."""

    def __init__(self, workspace: Workspace, tenant: str) -> None:
        self.listeners = frame_of(listing.listeners(workspace.database, tenant)).rename({"id": "listener"})
        items = frame_of(listing.names(workspace.database, tenant))
        self.items = items.select("number", "kind", uris(items).alias("item"))


def uris(items: pl.DataFrame) -> pl.Series:
    """(N,) the uri of each item by `kind`, `namespace` and `id`; see `segue.core.events.Uri`."""
    odd = pl.col("id").str.contains_any([":", "%"])
    plain = pl.when(~odd).then(pl.col("id")).otherwise(pl.col("id").map_batches(_escaped, return_dtype=pl.String))
    local = pl.format("segue:{}:{}", "kind", plain)
    return items.select(
        uri=pl.when(pl.col("namespace") == LOCAL)
        .then(local)
        .otherwise(pl.format("segue:{}:{}:{}", "kind", "namespace", plain))
    ).to_series()


def _escaped(ids: pl.Series) -> pl.Series:
    return pl.Series([str(Uri(Kind.TRACK, LOCAL, i)).split(":", 2)[2] if ":" in i or "%" in i else i for i in ids])


def frame_of(table: pa.Table) -> pl.DataFrame:
    """A table as a frame."""
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame


def readable(table: pa.Table, names: Names, attributes: Sequence[str]) -> pl.DataFrame:
    """(E,) rows of the log, or of fewer columns of it, with names for numbers."""
    frame = frame_of(table.drop_columns([c for c in _LEFT_OUT if c in table.column_names]))
    found = frame.with_columns(
        pl.col("type").replace_strict(_TYPES, return_dtype=pl.String),
        pl.when(pl.col("at") >= REAL_TIME).then(pl.col("at")).cast(pl.Datetime("ms", "UTC")).alias("at"),
        *(_attribute(name) for name in attributes),
    )
    found = found.rename({"listener": "_listener", "item": "_item"})
    found = found.join(names.listeners, left_on="_listener", right_on="number", how="left", maintain_order="left")
    found = found.join(names.items, left_on="_item", right_on="number", how="left", maintain_order="left")
    first = [c for c in ("seq", "id", "type", "listener", "item", "kind", "at") if c in found.columns]
    rest = [c for c in found.columns if c not in first and not c.startswith("_") and c != "attrs"]
    return found.select(*first, *rest)


def attributes_of(table: pa.Table) -> list[str]:
    """The attributes of these rows that become columns: those with one value, and a name that no column has."""
    plain = table.filter(pa.array(table["type"].to_numpy() != DECIDED))["attrs"].drop_null()
    step = max(1, len(plain) // SAMPLE)
    counts: dict[str, int] = {}
    for text in plain.take(pa.array(np.arange(0, len(plain), step))).to_pylist():
        for name, value in json.loads(text).items():
            if not isinstance(value, dict | list) and name not in STORED.names and name.isidentifier():
                counts[name] = counts.get(name, 0) + 1
    return sorted(sorted(counts, key=lambda n: (-counts[n], n))[:ATTRIBUTES])


def _attribute(name: str) -> pl.Expr:
    return pl.when(pl.col("type") != DECIDED).then(pl.col("attrs").str.json_path_match(f"$.{name}")).alias(name)


def spans(workspace: Workspace, tenant: str, since: int | None, until: int | None) -> Iterator[tuple[int, int]]:
    """Stretches of time of some AT_ONCE events each, whole milliseconds."""
    at = np.sort(workspace.log.read(tenant, since, until, columns=["at"])["at"].to_numpy())
    if not len(at):
        return
    cuts = np.unique(at[AT_ONCE::AT_ONCE])
    edges = [int(at[0]), *(int(c) for c in cuts if c > at[0]), int(at[-1]) + 1]
    yield from pairwise(edges)
