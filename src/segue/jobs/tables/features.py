"""The features that cards were ranked by: as serving knew them, and as training works them out from the log."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import numpy as np
import polars as pl

from segue.core.events import Decided
from segue.core.types import F64
from segue.features import Book
from segue.jobs.examples import Replay
from segue.jobs.facts import snapshot_of
from segue.jobs.tables.events import Names
from segue.store.decisions import READ, Written, slates
from segue.store.workspace import Workspace

KEYS: dict[str, pl.DataType | type[pl.DataType]] = {
    "page": pl.String, "row": pl.Int32, "position": pl.Int32, "listener": pl.String, "item": pl.String,
    "shelf": pl.String, "at": pl.Datetime("ms", "UTC"),
}  # fmt: skip


def read_served(
    workspace: Workspace, tenant: str, since: int | None = None, until: int | None = None
) -> Iterator[pl.DataFrame]:
    """The cards of the pages that were logged with their features, a column for each, as they were at that moment."""
    yield from _read(workspace, tenant, since, until, None)


def read_replayed(
    workspace: Workspace, tenant: str, since: int | None = None, until: int | None = None
) -> Iterator[pl.DataFrame]:
    """The same cards with the features that rankers are trained on: those that the log gives when it is read again."""
    snapshot = snapshot_of(workspace, tenant)
    replay = Replay(Book(snapshot.catalogue, counts=snapshot.counts))
    replay.read(workspace.log, tenant)
    yield from _read(workspace, tenant, since, until, replay)


def _read(
    workspace: Workspace, tenant: str, since: int | None, until: int | None, replay: Replay | None
) -> Iterator[pl.DataFrame]:
    table = workspace.log.read(tenant, since, until, types=(Decided,), columns=READ)
    decode = msgspec.json.Decoder(Written).decode
    told = [decode(text or "{}").features for text in table["attrs"].to_pylist()]
    some = np.flatnonzero([bool(features) for features in told])
    if not len(some):
        return
    shown, told = slates(table.take(some)), [told[i] for i in some.tolist()]
    row, items = shown.chosen_row, shown.items
    names = Names(workspace, tenant)
    known = [_values(replay, shown.page[r], int(shown.row[r]), features) for r, features in enumerate(told)]
    columns: dict[str, list[float | None]] = {name: [] for name in sorted({n for k in known for n in k})}
    for r, features in enumerate(known):
        for name, values in columns.items():
            values += features[name].tolist() if name in features else [None] * int((row == r).sum())
    frame = pl.DataFrame(
        {
            "page": np.array(shown.page, np.object_)[row], "row": shown.row[row],
            "position": np.arange(len(row)) - shown.chosen_ptr[row], "_listener": shown.listener[row],
            "_item": items, "shelf": [shown.shelf[r].partition(":")[0] for r in row.tolist()], "at": shown.at[row],
            **columns,
        },
        schema_overrides={"page": pl.String},
    ).with_columns(pl.col("at").cast(pl.Datetime("ms", "UTC")))  # fmt: skip
    frame = frame.join(names.listeners, left_on="_listener", right_on="number", how="left", maintain_order="left")
    frame = frame.join(
        names.items.select("number", "item"), left_on="_item", right_on="number", how="left", maintain_order="left"
    )
    yield frame.select(*(pl.col(name).cast(dtype) for name, dtype in KEYS.items()), *columns)


def _values(replay: Replay | None, page: str, row: int, served: dict[str, tuple[float, ...]]) -> dict[str, F64]:
    """(K,) of each feature."""
    if replay is None:
        return {name: np.array(values, np.float64) for name, values in served.items()}
    known = replay.known(page, row)
    return {} if known is None else dict(zip(replay.names, known.T.astype(np.float64)))
