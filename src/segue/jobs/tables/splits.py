"""What models are learned from and judged by, as rows with all that is known of each event."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from segue.core.types import I64, Bools, Ids, Interactions
from segue.jobs.facts import snapshot_of
from segue.jobs.protocols import enough, outer, populations_of, rows_of
from segue.jobs.tables.events import Names, attributes_of, readable
from segue.store.splits import Split
from segue.store.workspace import Workspace

_NOT_SAID = ("seq", "id", "page", "shelf", "row", "position", "policy", "release", "propensity", "words")


def read_training(
    workspace: Workspace, tenant: str, since: int | None = None, until: int | None = None
) -> Iterator[pl.DataFrame]:
    """What `segue evaluate` learns from: the events of each population of listeners that its split does not hide."""
    return _rows(workspace, tenant, since, until, training=True)


def read_evaluation(
    workspace: Workspace, tenant: str, since: int | None = None, until: int | None = None
) -> Iterator[pl.DataFrame]:
    """What `segue evaluate` judges by: the event by which a listener took each item that is to be guessed."""
    return _rows(workspace, tenant, since, until, training=False)


def _rows(
    workspace: Workspace, tenant: str, since: int | None, until: int | None, *, training: bool
) -> Iterator[pl.DataFrame]:
    snapshot = snapshot_of(workspace, tenant)
    names, log, attributes = Names(workspace, tenant), None, []
    for kind, owner, _ in populations_of(snapshot.populations(), None, "listener"):
        if snapshot.derived(kind, owner):
            continue
        data = rows_of(snapshot, kind, owner)
        split = outer(data, seed=workspace.settings.seed)
        if not enough(split):
            continue
        if log is None:
            table = workspace.log.read(tenant, since, until)
            attributes = attributes_of(table)
            log = readable(table, names, attributes)
            log = log.select(c for c in log.columns if c not in _NOT_SAID)
        keep = kept(data, split) if training else asked(data, split)
        yield _told(data, keep, names, log, since, until)


def kept(data: Interactions, split: Split) -> Bools:
    """(E,) the events that may be learned from."""
    pairs, hidden = _pairs(data), _truth(split)
    if data.timed:
        last = split.train.at.max() if len(split.train.at) else np.iinfo(np.int64).min
        return np.asarray(data.at <= last, np.bool_)
    return ~np.isin(pairs, hidden)


def asked(data: Interactions, split: Split) -> Bools:
    """(E,) of each item that is to be guessed the event by which it was taken."""
    return np.isin(_pairs(data), _truth(split)) & ~kept(data, split) & first(data)


def first(data: Interactions) -> Bools:
    """(E,) the events by which an owner took an item for the first time."""
    found = np.zeros(len(data.rows), np.bool_)
    found[np.unique(_pairs(data), return_index=True)[1]] = True
    return found


def _pairs(data: Interactions) -> I64:
    """(E,) owner and item of each event as one number."""
    return data.owners[data.owner_rows()].astype(np.int64) << 32 | data.items[data.rows].astype(np.int64)


def _truth(split: Split) -> I64:
    owners: Ids = np.repeat(split.owners, np.diff(split.truth_indptr))
    return owners.astype(np.int64) << 32 | split.train.items[split.truth_rows].astype(np.int64)


def _told(
    data: Interactions, keep: Bools, names: Names, log: pl.DataFrame, since: int | None, until: int | None
) -> pl.DataFrame:
    """The events with what the log says of each, by listener, item and time."""
    at = data.at[keep]
    rows = pl.DataFrame(
        {"_listener": data.owners[data.owner_rows()[keep]], "_item": data.items[data.rows[keep]], "_at": at,
         "weight": data.weights[keep], "first": first(data)[keep]}
    )  # fmt: skip
    if data.timed:
        rows = rows.filter(pl.col("_at").is_between(since or 0, until if until is not None else 1 << 62, closed="left"))
    rows = rows.join(names.listeners, left_on="_listener", right_on="number", how="left", maintain_order="left")
    rows = rows.join(names.items, left_on="_item", right_on="number", how="left", maintain_order="left")
    rows = rows.with_columns(at=pl.when(data.timed).then(pl.col("_at")).cast(pl.Datetime("ms", "UTC")))
    keys = ["listener", "item", "at"]
    once = log.drop("kind").unique(keys, keep="first", maintain_order=True)
    found = rows.join(once, on=keys, how="left", maintain_order="left", nulls_equal=True)
    return found.select(
        "listener", "item", "kind", "at", "weight", "first", *(c for c in once.columns if c not in keys)
    )
