"""What rows of the log say once merges are followed: what was heard, and what was taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from segue.core.events import Event, Follow, Play, PlaylistAdd, Rating, Remove, Save
from segue.core.types import F32, I32, I64, Bools
from segue.store.edge import code
from segue.store.item_columns import Numbers

READ = ("at", "type", "listener", "item", "playlist", "ms_played", "value", "ordered", "country", "reason_end")
"""Columns of the log that it takes."""
HEARD_MS = 30_000
"""A play counts from here on, or from half the known duration; a scrobble (no time, no reason to end) counts."""


@dataclass(frozen=True, slots=True)
class Told:
    """E events by (at, seq)."""

    kind: NDArray[np.uint8]  # (E,)
    listener: I32  # (E,)
    item: I32  # (E,) position in the items that stand after merges; -1 unknown
    playlist: I32  # (E,) number; 0 none
    at: I64  # (E,) UTC ms, or a running number
    value: F32  # (E,) of a rating or a total; 0 where there is none
    ordered: Bools  # (E,) a total that at least kept its order
    heard: Bools  # (E,) of a play
    gone_at: I64  # (E,) when a save, a follow or an add was taken back; -1 where it was not

    def of(self, *types: type[Event]) -> Bools:
        """(E,) which events are of some types."""
        found: Bools = np.isin(self.kind, [code(t) for t in types])
        return found


def told_of(numbers: Numbers, columns: Mapping[str, Any], events: pa.Table) -> Told:
    """`events` have the columns READ; `columns` are those of the items."""
    kind, at = events["type"].to_numpy(), events["at"].to_numpy()
    listener = events["listener"].to_numpy()
    item = numbers.position[events["item"].to_numpy()] if len(events) else np.zeros(0, np.int32)
    playlist = numbers.root[events["playlist"].to_numpy()] if len(events) else np.zeros(0, np.int32)
    ms = filled(events["ms_played"]).astype(np.int64)
    duration = columns["items/duration"][item] if len(columns["items/duration"]) else np.zeros(len(item), np.int64)
    gone_at = np.full(len(kind), -1, np.int64)
    value, ordered = filled(events["value"]).astype(np.float32), filled(events["ordered"]) > 0
    enough = heard(ms, duration, ended(events["reason_end"])) & (kind == code(Play))
    told = Told(kind, listener, item, playlist, at, value, ordered, enough, gone_at)
    removal = told.of(Remove)
    _take_back(gone_at, playlist, item, at, told.of(PlaylistAdd), removal & (playlist > 0))
    _take_back(gone_at, listener, item, at, told.of(Save, Follow), removal & (playlist == 0))
    return told


def heard(ms: I64, duration: I64, ended: Bools) -> Bools:
    """(E,) whether plays of `ms` count, of items of `duration` ms, 0 unknown; `ended`: it is known why they ended."""
    out: Bools = ((ms == 0) & ~ended) | (ms >= HEARD_MS) | ((duration > 0) & (2 * ms >= duration))
    return out


def ended(reasons: pa.ChunkedArray) -> Bools:
    """(E,) whether it is known why a play ended."""
    out: Bools = pc.fill_null(pc.not_equal(reasons, ""), False).to_numpy()
    return out


def last_of_each(listener: I32, item: I32) -> NDArray[np.intp]:
    """(K,) of the events of each listener and item the last, in order."""
    pair = listener.astype(np.int64) * (int(item.max(initial=0)) + 2) + item + 1
    _, first = np.unique(pair[::-1], return_index=True)
    return np.sort(len(pair) - 1 - first)


def ratings(told: Told) -> NDArray[np.intp]:
    """(K,) the ratings of known items that stand: of each listener and item the last."""
    rated = np.flatnonzero(told.of(Rating) & (told.item >= 0))
    return rated[last_of_each(told.listener[rated], told.item[rated])]


def filled(column: pa.ChunkedArray) -> NDArray[Any]:
    """Numbers with 0 for null."""
    whole = column.cast(pa.uint8()) if column.type == pa.bool_() else column
    out: NDArray[Any] = pc.fill_null(whole, 0).to_numpy()
    return out


def _take_back(gone_at: I64, owner: I32, item: I32, at: I64, added: Bools, removal: Bools) -> None:
    """Note for each add when the next removal of the same (owner, item) was."""
    if not removal.any():
        return
    involved = np.flatnonzero(added | removal)
    pair = owner[involved].astype(np.int64) * (int(item.max()) + 2) + item[involved] + 1
    involved = involved[np.argsort(pair, kind="stable")]
    key = owner[involved].astype(np.int64) * (int(item.max()) + 2) + item[involved] + 1
    is_removal = removal[involved]
    # The next removal at or after each place, within the same pair.
    place = np.where(is_removal, np.arange(len(involved)), len(involved))
    following = np.minimum.accumulate(place[::-1])[::-1]
    ok = (following < len(involved)) & ~is_removal
    ok[ok] = key[following[ok]] == key[ok]
    gone_at[involved[ok]] = at[involved[following[ok]]]
