"""The columns of a snapshot, from the catalogue and the log of one tenant: merges followed, facts put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from segue.core.events import Counted, Follow, Play, PlaylistAdd, Rating, Remove, Save, Tag, Tune
from segue.core.types import I32, I64, Bools, Kind
from segue.store.columns import Column
from segue.store.database import Database
from segue.store.edge import code
from segue.store.item_columns import Numbers, catalogue_columns, indptr_of, tag_columns, text_of
from segue.store.log import EventLog
from segue.store.reactions import reaction_columns
from segue.store.told import READ, Told, filled, told_of

REAL_TIME = 10_000_000_000
"""Below it (April 1970) `at` is taken for a running number."""
DERIVED = {Kind.ARTIST: (Kind.TRACK, "artist"), Kind.SHOW: (Kind.EPISODE, "album")}
"""Where nobody takes a kind directly, it is taken with the items that belong to it."""
_TAKES = (Play, Save, Follow, PlaylistAdd, Rating, Counted)


@dataclass(frozen=True, slots=True)
class Taken:
    """Positive events, by (at, seq)."""

    owner: I32  # (E,)
    item: I32  # (E,) position in `items`
    at: I64
    weight: NDArray[np.float32]
    counted: Bools
    running: Bools  # a total that at least kept its order

    def where(self, keep: Bools) -> Taken:
        return Taken(
            self.owner[keep], self.item[keep], self.at[keep], self.weight[keep], self.counted[keep], self.running[keep]
        )


def columns_of(database: Database, log: EventLog, tenant: str) -> tuple[dict[str, Column], list[dict[str, Any]]]:
    """Every column of a snapshot by name, and what is to be known of each population."""
    number = database.tenant(tenant)
    numbers, columns = catalogue_columns(database, number)
    events = log.read(tenant, types=[*_TAKES, Remove, Tag], columns=READ)
    said = log.read(tenant, types=[Tag, Tune], columns=["type", "item", "words", "listener", "at", "value"])
    tunes = said["type"].to_numpy() == code(Tune)
    columns |= tag_columns(database, number, numbers, said.filter(pa.array(~tunes)))
    tuned = _tuned(numbers, said.filter(pa.array(tunes)), _hidden(events))
    columns |= tuned | _listeners(database, number, numbers, events)
    told = told_of(numbers, columns, events)
    columns |= reaction_columns(log, tenant, numbers, told, tuned)
    populations: list[dict[str, Any]] = []
    for owner, taken, removed in _takes(numbers, told):
        columns |= {f"removed/{owner}-{name}": column for name, column in removed.items()}
        for kind, own, derived in _by_kind(taken, columns):
            population, found = _population(kind, owner, own, columns)
            columns |= found
            populations.append(population | {"derived": derived})
    return columns, populations


# --- listeners and what they took ---


def _listeners(database: Database, tenant: int, numbers: Numbers, events: pa.Table) -> dict[str, Column]:
    with database.asking() as connection:
        rows = connection.execute(
            "SELECT number, id FROM listeners WHERE tenant = ? ORDER BY number", (tenant,)
        ).fetchall()
    number = np.array([n for n, _ in rows], np.int32)
    who = np.searchsorted(number, events["listener"].to_numpy())
    country = np.zeros(len(number), "S2")
    known = events["country"].is_valid().to_numpy()
    if known.any():
        said = np.array(events["country"].drop_null().to_pylist(), "S2")
        country[who[known]] = np.char.upper(said)  # by time: the last said stays
    space = np.full(len(number), -1, np.int32)
    of_item = numbers.space[events["item"].to_numpy()] if len(events) else np.zeros(0, np.int32)
    space[who[::-1]] = of_item[::-1]  # the first stays
    names = [*numbers.spaces, ""]
    return {
        "listeners/number": number,
        "listeners/country": country,
        "listeners/id": text_of(id for _, id in rows),
        "listeners/namespace": text_of(names[i] for i in space.tolist()),
    }


def _tuned(numbers: Numbers, tunes: pa.Table, hidden: pa.Table) -> dict[str, Column]:
    """What listeners said of their own taste, each in order of time; nothing where nobody did."""
    said = pa.concat_tables([tunes.select(hidden.column_names), hidden])
    if not len(said):
        return {}
    said = said.take(pa.array(np.argsort(said["at"].to_numpy(), kind="stable")))
    return {
        "tuned/listener": said["listener"].to_numpy().astype(np.int32),
        "tuned/item": numbers.root[said["item"].to_numpy()],
        "tuned/at": said["at"].to_numpy().astype(np.int64),
        "tuned/value": said["value"].to_numpy().astype(np.float32),
        "tuned/subject": said["words"].combine_chunks(),
    }


def _hidden(events: pa.Table) -> pa.Table:
    """The worst ratings, and those of the same listeners and items that may take them back, as if they were tunes."""
    value, ratings = filled(events["value"]), events["type"].to_numpy() == code(Rating)
    listener, item = events["listener"].to_numpy().astype(np.int64), events["item"].to_numpy()
    pair = listener * (int(item.max(initial=0)) + 1) + item
    worst = ratings & (value <= -1)
    mine = ratings & np.isin(pair, pair[worst]) if worst.any() else worst
    found = events.filter(pa.array(mine)).select(["listener", "item", "at"])
    found = found.append_column("value", pa.array(np.where(value[mine] <= -1, -1, 0), pa.float32()))
    return found.append_column("words", pa.array(["item:"] * len(found), pa.string()))


def _takes(numbers: Numbers, told: Told) -> Iterable[tuple[str, Taken, dict[str, Column]]]:
    """By kind of owner: what was taken and still is, and what was removed again."""
    rated, counted, added = told.of(Rating), told.of(Counted), told.of(PlaylistAdd)
    taken = told.heard | (rated & (told.value > 0)) | counted | told.of(Save, Follow, PlaylistAdd)
    weight = np.where(rated | counted, told.value, np.float32(1)).astype(np.float32)
    everything = Taken(told.listener, told.item, told.at, weight, counted, counted & told.ordered)
    known, lost = told.item >= 0, told.gone_at >= 0
    for owner, numbers_of, mine in (
        ("listener", told.listener, taken & known),
        ("playlist", told.playlist, added & (told.playlist > 0) & known),
    ):
        out = mine & lost
        if owner == "listener":
            out &= ~added
        order = np.flatnonzero(out)[np.argsort(numbers_of[out], kind="stable")]
        removed: dict[str, Column] = {
            "owner": numbers_of[order].astype(np.int32),
            "item": numbers.items[told.item[order]],
            "added": told.at[order],
            "removed": told.gone_at[order],
        }
        yield owner, replace(everything, owner=numbers_of).where(mine & ~lost), removed


def _by_kind(taken: Taken, columns: Mapping[str, Any]) -> Iterable[tuple[Kind, Taken, bool]]:
    kinds = columns["items/kind"][taken.item] if len(taken.item) else np.zeros(0, np.uint8)
    present = {Kind(int(k)) for k in np.unique(kinds)}
    for kind in sorted(present):
        yield kind, taken.where(kinds == kind), False
    for kind, (via, column) in DERIVED.items():
        if kind in present or via not in present:
            continue
        belongs = columns[f"items/{column}"][taken.item]
        ok = (kinds == via) & (belongs > 0)
        lifted = taken.where(ok)
        target = columns["items/position"][belongs[ok]]
        right = columns["items/kind"][target] == kind
        if right.any():
            yield kind, replace(lifted, item=target).where(right), True


def _population(
    kind: Kind, owner: str, taken: Taken, columns: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Column]]:
    order = np.argsort(taken.owner, kind="stable")
    owners, counts = np.unique(taken.owner, return_counts=True)
    of_kind = np.cumsum(columns["items/kind"] == kind) - 1  # position among items of the kind
    events = len(order)
    timed = 2 * int((~taken.counted & (taken.at >= REAL_TIME)).sum()) > events
    loose = taken.counted & ~taken.running
    constant = events > 1 and bool((taken.at == taken.at[0]).all())
    name = f"taken/{kind.label}-{owner}"
    facts = {"kind": kind.label, "owner": owner, "events": events, "timed": timed}
    return facts | {"ordered": 2 * int(loose.sum()) <= events and not constant}, {
        f"{name}/owners": owners.astype(np.int32),
        f"{name}/indptr": indptr_of(counts).astype(np.int64),
        f"{name}/rows": of_kind[taken.item[order]].astype(np.int32),
        f"{name}/at": taken.at[order].astype(np.int64),
        f"{name}/weights": taken.weight[order],
    }
