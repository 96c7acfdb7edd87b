"""The tables that Segue keeps, as people read them: names for numbers, times for milliseconds, one column a fact."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from segue.core.errors import UnknownName
from segue.jobs.tables.events import read_events
from segue.jobs.tables.features import read_replayed, read_served
from segue.jobs.tables.items import read_items, read_listeners
from segue.jobs.tables.splits import read_evaluation, read_training
from segue.store.workspace import Workspace

Read = Callable[[Workspace, str, int | None, int | None], Iterator[pl.DataFrame]]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a workspace. `read(workspace, tenant, since, until)` yields rows of since <= at < until (UTC ms)."""

    read: Read
    about: str
    slices: Sequence[Sequence[str]] = ()  # what its statistics are sliced by
    listener: str = ""  # the column that says who
    time: str = ""  # the column that says when
    keys: Sequence[str] = ()  # columns without duplicates, which others may point to


PLAYED_BY = (("tier",), ("country",), ("kind",), ("client",), ("device",), ("shuffle", "tier"))

TABLES: dict[str, Table] = {
    "events": Table(read_events, "every event of the log", (("type",), *PLAYED_BY), "listener", "at", ("id",)),
    "items": Table(
        lambda w, t, *_: read_items(w, t), "every item of the catalogue", (("kind",), ("source",)), keys=("uri",)
    ),
    "listeners": Table(read_listeners, "everybody who was ever heard of", (("country",),), keys=("listener",)),
    "training": Table(read_training, "what models are learned from when they are judged", PLAYED_BY, "listener", "at"),
    "evaluation": Table(read_evaluation, "what they are then judged by", PLAYED_BY, "listener", "at"),
    "served": Table(read_served, "features of cards as serving knew them", (("shelf",),), "listener", "at"),
    "replayed": Table(read_replayed, "the same features as training sees them", (("shelf",),), "listener", "at"),
}


def table(name: str) -> Table:
    """A table by name, or UnknownName."""
    if name not in TABLES:
        raise UnknownName("table", name, TABLES)
    return TABLES[name]


def frames(
    workspace: Workspace, tenant: str, name: str, since: int | None = None, until: int | None = None
) -> Iterator[pl.DataFrame]:
    """The rows of a table, some hundred thousand at a time. Tables without times are always whole."""
    return table(name).read(workspace, tenant, since, until)
