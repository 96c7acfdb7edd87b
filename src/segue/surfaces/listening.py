"""What each listener took, up to this second: the snapshot's history and the events that came after it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segue.core.events import (
    EVENT_TYPES,
    Counted,
    Follow,
    Play,
    PlaylistAdd,
    Rating,
    Remove,
    Save,
    Skip,
    Tune,
)
from segue.core.types import F32, I64, NO_IDS, Context, Ids, Kind, Query, Tuned
from segue.store.building import DERIVED
from segue.store.snapshot import Snapshot
from segue.store.told import HEARD_MS, ended, filled, heard
from segue.store.tuning import NEVER, Fits, Tuning, counted
from segue.surfaces.devices import Devices
from segue.surfaces.home.kept import Kept
from segue.surfaces.trails import Trail, Trails

CODE = {kind: code for code, kind in enumerate(EVENT_TYPES, start=1)}
COUNTS = (Play, Skip, Save, Remove, Follow, PlaylistAdd, Rating, Counted, Tune)
"""Events that change what a listener is offered; impressions, clicks, tags and searches do not yet."""
COUNTED_CODES = np.array([CODE[kind] for kind in COUNTS])
ONE_BY_ONE = np.array([CODE[kind] for kind in (Save, Remove, Rating, Tune)])
"""Events that take back what others said, or say more than that a thing was taken or not."""
MANY = 5_000
"""Events from which on the others are taken in as columns."""
NEEDED = ("seq", "type", "listener", "item", "at", "ms_played", "value", "device", "words", "playlist", "reason_end")
"""Columns of the log that are read for it."""
LONGEST = 4_000  # newest events of a history that a query carries
TUNED = 256  # listeners for whom it is kept what their tuning does


class Listening:
    """Histories of one release's snapshot and of the events since. Appends and reads may run in different threads."""

    def __init__(self, snapshot: Snapshot, kinds: Iterable[Kind], moods: Fits | None = None) -> None:
        self.snapshot, self._moods = snapshot, moods
        self.seen = snapshot.last_seq  # events up to here are taken in
        played = {kind for kind, owner, _ in snapshot.populations() if owner == "listener"}
        self.kinds = tuple(k for k in kinds if k in played) or tuple(kinds)[:1]
        self._via = {k: DERIVED[k] for k in self.kinds if k in DERIVED and snapshot.derived(k)}
        self.devices = Devices(snapshot.reactions)
        self._trails = Trails(snapshot.reactions)
        self._tunings = {listener: deepcopy(tuning) for listener, tuning in snapshot.tuned.items()}
        self._tuned: Kept[tuple[int, Tuned | None]] = Kept(TUNED)

    # --- taking in --------------------------------------------------------------------------------------------------

    def absorb(self, table: pa.Table) -> int:
        """Take in rows of the log that follow those taken in already; how many of them count."""
        types = table["type"].to_numpy()
        rows = table.filter(pa.array(np.isin(types, COUNTED_CODES))) if len(table) else table
        if len(rows) < MANY:
            self._take_rows(rows)
        else:
            alone = pa.array(np.isin(rows["type"].to_numpy(), ONE_BY_ONE))
            self._take_rows(rows.filter(alone))
            self._take_columns(rows.filter(pc.invert(alone)))
        if len(table):
            self.seen = max(self.seen, int(table["seq"].to_numpy().max()))
        return len(rows)

    def _take_rows(self, rows: pa.Table) -> None:
        for values in zip(*(rows[name].to_pylist() for name in NEEDED[1:])):
            self._take(*values)

    def _take_columns(self, rows: pa.Table) -> None:
        """Rows of which each says that a thing was taken, or was not wanted."""
        facts = self.snapshot.catalogue
        place = facts.rows(rows["item"].to_numpy())
        known = place >= 0  # others are newer than the snapshot: no model knows them yet
        rows, place = rows.filter(pa.array(known)), place[known]
        who, at, code = rows["listener"].to_numpy(), rows["at"].to_numpy(), rows["type"].to_numpy()
        ms, value = filled(rows["ms_played"]), filled(rows["value"])
        enough = heard(ms, facts.duration[place], ended(rows["reason_end"]))
        skipped = (code == CODE[Skip]) | ((code == CODE[Play]) & ~enough)
        weights = np.where((code == CODE[Counted]) & (value != 0), value, 1.0).astype(np.float32)
        self.devices.add_all(who, at, rows["device"])
        self._trails.add(who, facts.items[place], weights, at, skipped)

    def absorb_rows(self, rows: Sequence[tuple[Any, ...]], current: Callable[[int], int]) -> None:
        """The same for a few rows of NEEDED; `current` says which item one newer than the snapshot stands for."""
        if not rows:
            return
        known = self.snapshot.catalogue.rows(np.array([row[3] for row in rows], np.int32)) >= 0
        for (_, code, listener, item, *rest), there in zip(rows, known.tolist()):
            self._take(code, listener, item if there or not item else current(item), *rest)
        self.seen = max(self.seen, rows[-1][0])

    @property
    def taken(self) -> tuple[Kind, ...]:
        """Kinds that are taken themselves, not with what belongs to them."""
        return tuple(k for k in self.kinds if k not in self._via)

    def lately(self, since: int) -> Ids:
        """(L,) whoever took something at or after that time (UTC ms), who did so last first."""
        who, at = self._trails.times()
        for kind in self.taken:
            data = self.snapshot.taken(kind)
            some = np.diff(data.indptr) > 0
            who = np.concatenate([who, data.owners[some]])
            at = np.concatenate([at, data.at[data.indptr[1:][some] - 1]])
        who, at = who[at >= since], at[at >= since]
        _, first = np.unique(who[order := np.argsort(-at, kind="stable")], return_index=True)
        return who[order][np.sort(first)]

    def version(self, listener: int) -> int:
        """How many events of a listener were taken in: while it is the same, so is what is known of them."""
        return self._trails.version(listener)

    def _take(
        self, code: int, listener: int, item: int, at: int, ms: int | None, value: float | None,
        device: str | None, words: str | None, playlist: int, reason_end: str | None,
    ) -> None:  # fmt: skip
        facts = self.snapshot.catalogue
        if code == CODE[Tune]:
            known = int(facts.current(np.array([item]))[0])
            self._tunings.setdefault(listener, Tuning()).say(words or "", known, value or 0.0, at)
            if known and (words or "").startswith("item:") and (value or 0.0) > NEVER:
                self._trails.trail(listener).disliked.pop(known, None)  # a dislike is taken back with what it led to
            self._trails.told(listener)
            return
        row = int(facts.rows(np.array([item]))[0])
        if row < 0:  # newer than the snapshot: no model knows it yet
            return
        number, kind = int(facts.items[row]), EVENT_TYPES[code - 1]
        self.devices.add(listener, at, device or "")
        trail = self._trails.trail(listener)
        if kind is Skip or (kind is Play and not _heard(ms or 0, int(facts.duration[row]), bool(reason_end))):
            trail.skip(number, at)
        elif kind is Rating and (value or 0) <= 0:
            self._rated(listener, trail, number, value or 0.0, at)
        elif kind is Remove:
            if not playlist:  # else it is in the library as it was
                trail.saved -= {number}
        else:
            if kind is Save:
                trail.saved |= {number}
            if kind is Rating:
                self._rated(listener, trail, number, value or 0.0, at)
            weight = value if kind in (Rating, Counted) and value else 1.0
            trail.take(number, weight, at)
        self._trails.told(listener)

    def _rated(self, listener: int, trail: Trail, item: int, value: float, at: int) -> None:
        """A dislike counts as two skips until it is taken back; the worst rating says not to show the item at all."""
        trail.disliked.pop(item, None)
        if value < 0:
            trail.disliked[item] = at
        tuning = self._tunings.get(listener)
        if value <= NEVER:
            tuning = self._tunings.setdefault(listener, Tuning())
        if tuning is not None and (value <= NEVER or tuning.value(("item", item, 0)) <= NEVER):
            tuning.say("item:", item, value if value <= NEVER else 0.0, at)

    # --- asking -----------------------------------------------------------------------------------------------------

    def saved(self, listener: int) -> frozenset[int]:
        return self._trails.get(listener).saved

    def tuning(self, listener: int) -> Tuning:
        """What a listener said of their own taste so far."""
        return self._tunings.get(listener) or Tuning()

    def tuned(self, listener: int) -> Tuned | None:
        """What that does; None where all is as it is."""
        tuning = self._tunings.get(listener)
        if tuning is None:
            return None
        version = self.version(listener)
        found = self._tuned.get(listener)
        if found is None or found[0] != version:
            found = (version, self.snapshot.tuner(tuning, self._moods))
            self._tuned.put(listener, found)
        return found[1]

    def skips(self, listener: int) -> tuple[Ids, I64]:
        """(S,), (S,) what was skipped and when, oldest first, less what does not count against it."""
        items, at = self._trails.skips(listener)
        tuned = self.tuned(listener)
        if tuned is None or not len(items):
            return items, at
        keep = ~tuned.forgiven[self.snapshot.catalogue.rows(items)]
        return items[keep], at[keep]

    def history(self, listener: int, kind: Kind) -> tuple[Ids, F32, I64]:
        """(E,), (E,), (E,) items, weights and times, oldest first, the newest LONGEST of them.

        What makes up the listener's taste: less what they said does not count, and by how much more of it they want.
        """
        tuned = self.tuned(listener)
        if tuned is None:
            items, weights, at = self.heard(listener, kind)
        else:
            items, weights, at = self._counted(tuned, listener, kind)
        return items[-LONGEST:], weights[-LONGEST:], at[-LONGEST:]

    def _counted(self, tuned: Tuned, listener: int, kind: Kind) -> tuple[Ids, F32, I64]:
        facts = self.snapshot.catalogue
        items, weights, at = self.heard(listener, self._via[kind][0] if kind in self._via else kind)
        keep = counted(tuned, facts, items, at)
        leaning = tuned.leaning[facts.rows(items)]
        weights = (weights * np.exp(leaning)).astype(np.float32) if leaning.any() else weights
        if kind in self._via:  # what it is derived from is what they took, and said something of
            items = self._of_kind(items, kind)
            keep &= items > 0
        return items[keep], weights[keep], at[keep]

    def heard(self, listener: int, kind: Kind) -> tuple[Ids, F32, I64]:
        """The same of all that they took, whether it counts or not."""
        items, weights, at = self.snapshot.history(listener, kind)
        later, more, when = self._trails.taken(listener)
        if len(later):
            later = self._of_kind(later, kind)
            keep = later > 0
            items, weights = np.concatenate([items, later[keep]]), np.concatenate([weights, more[keep]])
            at = np.concatenate([at, when[keep]])
            if keep.any() and len(at) > 1:
                order = np.argsort(at, kind="stable")
                items, weights, at = items[order], weights[order], at[order]
        return items, weights, at

    def _of_kind(self, numbers: Ids, kind: Kind) -> Ids:
        """(K,) the numbers that are of a kind, or what of the kind they belong to; 0 for the others."""
        facts = self.snapshot.catalogue
        rows = facts.rows(numbers)
        if kind in self._via:
            via, column = self._via[kind]
            above: Ids = facts.artist[rows] if column == "artist" else facts.album[rows]
            return np.where(facts.kind[rows] == via, above, 0).astype(np.int32)
        return np.where(facts.kind[rows] == kind, numbers, 0).astype(np.int32)

    def queries(self, tenant: str, listener: int, context: Context, hour: int) -> Mapping[Kind, Query]:
        """A query for each kind that anybody takes."""
        skipped, skipped_at = self.skips(listener)
        tuned = self.tuned(listener)
        out = {}
        for kind in self.kinds:
            items, weights, at = self.history(listener, kind) if listener else (NO_IDS, _f32([]), np.zeros(0, np.int64))
            out[kind] = Query(tenant, listener, items, weights, at, context, hour, kind, skipped, skipped_at, tuned)
        return out


def _heard(ms: int, duration: int, ended: bool) -> bool:
    """`segue.store.told.heard` of one, without the cost of arrays."""
    return (ms == 0 and not ended) or ms >= HEARD_MS or (duration > 0 and 2 * ms >= duration)


def _f32(values: Sequence[float]) -> F32:
    return np.array(values, np.float32)
