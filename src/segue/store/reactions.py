"""What a snapshot keeps beside what was taken: what was left or disliked lately, what is saved, what was played on.

A server that starts takes it from here, whatever the length of the log.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from segue.core.events import Play, Save, Skip
from segue.core.types import I32, I64, Bools, Ids, span_of
from segue.store import columns as files
from segue.store.columns import Column
from segue.store.item_columns import Numbers, text_of
from segue.store.log import EventLog
from segue.store.told import Told, last_of_each, ratings
from segue.store.tuning import NEVER

LATELY_MS = 30 * 86_400_000
"""Before the newest event: what was left or disliked earlier than that says nothing any more."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Items that some listeners marked, by listener and time."""

    who: Ids  # (M,) ascending
    items: Ids  # (M,)
    at: I64  # (M,) UTC ms

    def of(self, listener: int) -> tuple[Ids, I64]:
        """Items of one listener and when."""
        mine = span_of(listener, self.who)
        return self.items[mine], self.at[mine]


@dataclass(frozen=True, slots=True)
class Reactions:
    left: Marks  # skipped, or played for a moment only
    disliked: Marks  # rated below 0 last, and not taken back
    saved: Marks  # and not removed since
    who: Ids  # (P,) ascending: who played
    at: I64  # (P,) when, UTC ms
    device: I32  # (P,) on which of the devices, from 1
    devices: tuple[str, ...]

    @classmethod
    def read(cls, folder: Path) -> Reactions:
        """Of a snapshot's folder; nothing where it is of a time before they were kept."""
        if not (folder / "played").is_dir():
            none, no_times = np.zeros(0, np.int32), np.zeros(0, np.int64)
            marks = Marks(none, none, no_times)
            return cls(marks, marks, marks, none, no_times, none, ())
        left, disliked, saved = (
            Marks(*(files.mapped(folder / name / column) for column in ("who", "item", "at")))
            for name in ("left", "disliked", "saved")
        )
        who, at, device = (files.mapped(folder / "played" / column) for column in ("who", "at", "device"))
        names = files.mapped_text(folder / "played" / "name").to_pylist()
        return cls(left, disliked, saved, who, at, device, tuple(names))


def reaction_columns(
    log: EventLog, tenant: str, numbers: Numbers, told: Told, tuned: Mapping[str, Column]
) -> dict[str, Column]:
    """`tuned`: the columns of what listeners said of their own taste."""
    since = min(int(told.at.max(initial=0)), int(time.time() * 1000)) - LATELY_MS  # a clock may have been ahead
    skips = log.read(tenant, since=max(0, since), types=[Skip], columns=["listener", "item", "at"])
    brief = told.of(Play) & ~told.heard & (told.at >= since)
    position = numbers.position[skips["item"].to_numpy()] if len(skips) else np.zeros(0, np.int32)
    who, at = (np.concatenate([skips[n].to_numpy(), getattr(told, n)[brief]]) for n in ("listener", "at"))
    out = _marks("left", numbers, who, np.concatenate([position, told.item[brief]]), at)
    rated = ratings(told)
    rated = rated[(told.value[rated] < 0) & (told.at[rated] >= since)]
    rated = rated[~_taken_back(numbers, told, rated, tuned)]
    out |= _marks("disliked", numbers, told.listener[rated], told.item[rated], told.at[rated])
    saved = np.flatnonzero(told.of(Save) & (told.gone_at < 0))
    saved = saved[last_of_each(told.listener[saved], told.item[saved])]
    out |= _marks("saved", numbers, told.listener[saved], told.item[saved], told.at[saved])
    return out | _devices(log, tenant)


def _marks(name: str, numbers: Numbers, who: I32, position: I32, at: I64) -> dict[str, Column]:
    known = np.flatnonzero(position >= 0)
    order = known[np.lexsort((at[known], who[known]))]
    return {
        f"{name}/who": who[order].astype(np.int32),
        f"{name}/item": numbers.items[position[order]],
        f"{name}/at": at[order].astype(np.int64),
    }


def _taken_back(numbers: Numbers, told: Told, rated: NDArray[np.intp], tuned: Mapping[str, Column]) -> Bools:
    """(K,) dislikes after which the listener said that they want the item."""
    out = np.zeros(len(rated), np.bool_)
    if not tuned or not len(rated):
        return out
    of_item = pc.starts_with(tuned["tuned/subject"], "item:").to_numpy(zero_copy_only=False)
    wanted = np.flatnonzero(of_item & (tuned["tuned/value"] > NEVER))
    last: dict[tuple[int, int], int] = {}
    for listener, item, at in zip(*(tuned[f"tuned/{name}"][wanted].tolist() for name in ("listener", "item", "at"))):
        last[listener, item] = max(at, last.get((listener, item), 0))
    who, items, when = told.listener[rated].tolist(), numbers.items[told.item[rated]].tolist(), told.at[rated].tolist()
    out[:] = [last.get((listener, item), -1) > at for listener, item, at in zip(who, items, when)]
    return out


def _devices(log: EventLog, tenant: str) -> dict[str, Column]:
    """Of plays that name one."""
    plays = log.read(tenant, types=[Play], columns=["listener", "at", "device"], having="device", ordered=False)
    plays = plays.filter(pc.greater(pc.utf8_length(plays["device"]), 0))
    device = pc.dictionary_encode(plays["device"].combine_chunks())
    if isinstance(device, pa.ChunkedArray):
        device = device.combine_chunks()
    names = device.dictionary.to_pylist()
    rank = np.argsort(np.argsort(np.array(names, np.str_), kind="stable"), kind="stable").astype(np.int32)
    codes = 1 + rank[device.indices.to_numpy()] if names else np.zeros(0, np.int32)
    who, at = plays["listener"].to_numpy(), plays["at"].to_numpy()
    order = np.lexsort((codes, at, who))
    return {
        "played/who": who[order].astype(np.int32), "played/at": at[order].astype(np.int64),
        "played/device": codes[order], "played/name": text_of(sorted(names)),
    }  # fmt: skip
