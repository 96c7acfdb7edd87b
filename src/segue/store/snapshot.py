"""Snapshots: what was known at one moment, immutable, named by its content, open in milliseconds."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segue.core.errors import NotReady, WorkspaceError
from segue.core.types import F32, I64, NO_IDS, Attributes, Countries, Ids, Interactions, Kind, Tagged, place_of
from segue.store import columns as files
from segue.store.building import DERIVED, columns_of
from segue.store.catalogue_view import CatalogueView
from segue.store.reactions import Reactions
from segue.store.tuning import Counts, Tuner, Tuning, counted
from segue.store.workspace import Workspace

Owner = Literal["listener", "playlist"]
FOLDER = "snapshots"
CARD = "snapshot.json"
FORM = 2
"""Of the files below."""


class Listeners:
    """Everybody of the tenant, sorted by number."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.numbers: Ids = files.mapped(folder / "number")  # (U,) sorted
        self.country: Countries = files.mapped(folder / "country")  # (U,) the last one they were heard from

    def __len__(self) -> int:
        return len(self.numbers)

    @cached_property
    def _ids(self) -> pa.Array:
        return files.mapped_text(self._folder / "id")

    @cached_property
    def _namespaces(self) -> pa.Array:
        return files.mapped_text(self._folder / "namespace")

    def row(self, number: int) -> int:
        """Position of a number; -1 where it is not here."""
        return place_of(number, self.numbers)

    def number(self, id: str) -> int | None:
        row = pc.index(self._ids, id).as_py()
        return int(self.numbers[row]) if row >= 0 else None

    def id(self, number: int) -> str:
        """The id at the edge; "" where the number is not here."""
        row = self.row(number)
        return str(self._ids[row]) if row >= 0 else ""

    def namespace(self, number: int) -> str:
        """The source of the first item they took: whose ids they know."""
        row = self.row(number)
        return str(self._namespaces[row]) if row >= 0 else ""


@dataclass(frozen=True, slots=True)
class Removed:
    """What was added and then taken out again: to a playlist, or to a library (saves and follows)."""

    owners: Ids  # (R,) sorted
    items: Ids  # (R,)
    added: I64  # (R,) UTC ms
    removed: I64  # (R,) UTC ms


class Snapshot:
    """The facts of one tenant, read-only."""

    def __init__(self, folder: Path, card: dict[str, Any]) -> None:
        self.folder = folder
        self.id: str = card["id"]
        self.tenant: str = card["tenant"]
        self.last_seq: int = card["last_seq"]  # events up to here are in it
        self.simulated: bool = card["simulated"]
        self._populations: dict[tuple[Kind, str], dict[str, Any]] = {
            (Kind.parse(p["kind"]), p["owner"]): p for p in card["populations"]
        }
        self._taken: dict[tuple[Kind, str], Interactions] = {}
        self._counted: dict[tuple[Kind, str], Interactions] = {}

    @cached_property
    def catalogue(self) -> CatalogueView:
        return CatalogueView(self.folder / "items")

    @cached_property
    def listeners(self) -> Listeners:
        return Listeners(self.folder / "listeners")

    def populations(self) -> list[tuple[Kind, Owner, int]]:
        """(kind, owner, events) of whoever took something, the largest first."""
        found: list[tuple[Kind, Owner, int]] = [
            (kind, "playlist" if owner == "playlist" else "listener", p["events"])
            for (kind, owner), p in self._populations.items()
        ]
        return sorted(found, key=lambda p: (-p[2], p[0], p[1]))

    def derived(self, kind: Kind, owner: Owner = "listener") -> bool:
        """Nobody took this kind itself: its population comes from what belongs to it (artists from tracks)."""
        return bool(self._populations.get((kind, owner), {}).get("derived", False))

    def interactions(self, kind: Kind, owner: Owner = "listener") -> Interactions:
        """Who took what, positive signals only; without owners where nobody took anything.

        Less what listeners said is no part of their taste, so that nothing is learned from it.
        """
        key = (kind, str(owner))
        if key not in self._counted:
            taken = self.taken(kind, owner)
            self._counted[key] = taken if owner == "playlist" or not self.tuned else self._less(taken)
        return self._counted[key]

    def taken(self, kind: Kind, owner: Owner = "listener") -> Interactions:
        """The same with all that was taken, whether it counts or not."""
        key = (kind, str(owner))
        if key not in self._taken:
            self._taken[key] = self._read(kind, owner)
        return self._taken[key]

    @cached_property
    def reactions(self) -> Reactions:
        """What was left, disliked and saved, and on which devices things were played."""
        return Reactions.read(self.folder)

    @cached_property
    def tuned(self) -> dict[int, Tuning]:
        """What listeners, by number, said of their own taste."""
        folder, out = self.folder / "tuned", dict[int, Tuning]()
        if not folder.is_dir():
            return out
        subjects = files.mapped_text(folder / "subject").to_pylist()
        columns = (files.mapped(folder / name).tolist() for name in ("listener", "item", "value", "at"))
        for subject, listener, item, value, at in zip(subjects, *columns):
            out.setdefault(listener, Tuning()).say(subject, item, value, at)
        return out

    @cached_property
    def tuner(self) -> Tuner:
        """Works out what a tuning does to the items of this snapshot."""
        return Tuner(self.catalogue)

    @cached_property
    def counts(self) -> Counts | None:
        """Which takes are part of a taste; None where all are, since nobody said anything."""
        return Counts(self.tuner, self.tuned) if self.tuned else None

    def _less(self, data: Interactions) -> Interactions:
        """Without the events that are no part of their owner's taste."""
        keep = np.ones(len(data.rows), np.bool_)
        for listener, tuning in self.tuned.items():
            u, tuned = place_of(listener, data.owners), self.tuner(tuning)
            if tuned is None or u < 0:
                continue
            items, _, at = self.history(listener, data.kind)
            if self.derived(data.kind):  # from what belongs to it: that is what the listener took
                items, at = self.lifted_from(listener, data.kind)[:2]
            keep[data.indptr[u] : data.indptr[u + 1]] = counted(tuned, self.catalogue, items, at)
        return data if keep.all() else replace(data.only(keep), id=f"{data.id}:counted")

    def lifted_from(self, listener: int, kind: Kind) -> tuple[Ids, I64, Ids]:
        """(E,), (E,), (E,) the items whose taking made up the history of a derived kind, when, and what each counts
        as."""
        via, column = DERIVED[kind]
        items, _, at = self.history(listener, via)
        facts = self.catalogue
        above: Ids = (facts.artist if column == "artist" else facts.album)[facts.rows(items)]
        ok = (above > 0) & (facts.kind[facts.rows(above)] == kind)
        return items[ok], at[ok], above[ok]

    def _read(self, kind: Kind, owner: Owner) -> Interactions:
        known = self._populations.get((kind, str(owner)))
        folder = self.folder / "taken" / f"{kind.label}-{owner}"
        load = files.mapped
        owners: Ids = load(folder / "owners") if known else NO_IDS
        country: Countries = np.zeros(len(owners), "S2")
        if owner == "listener" and len(owners):
            country = self.listeners.country[np.searchsorted(self.listeners.numbers, owners)]
        return Interactions(
            id=f"{self.id}:{kind.label}:{owner}",
            kind=kind,
            owners=owners,
            items=self.catalogue.of_kind(kind),
            indptr=load(folder / "indptr") if known else np.zeros(1, np.int64),
            rows=load(folder / "rows") if known else np.zeros(0, np.int32),
            at=load(folder / "at") if known else np.zeros(0, np.int64),
            weights=load(folder / "weights") if known else np.zeros(0, np.float32),
            country=country,
            attributes=self._attributes(kind, owner),
            ordered=bool(known and known["ordered"]),
            timed=bool(known and known["timed"]),
        )

    def _attributes(self, kind: Kind, owner: Owner) -> Attributes:
        """For listeners with who said which tags; playlists say none."""
        about = self.catalogue.attributes(kind)
        if owner == "playlist":
            return about
        load, folder = files.mapped, self.folder / "items"
        said = Tagged(*(load(folder / f"tagged_{name}") for name in ("listener", "item", "tag", "at")))
        own = self.catalogue.kind[said.row] == kind
        place = np.cumsum(self.catalogue.kind == kind) - 1
        mine = said.where(own)
        return replace(about, tagged=replace(mine, row=place[mine.row].astype(np.int32)))

    def history(self, listener: int, kind: Kind, owner: Owner = "listener") -> tuple[Ids, F32, I64]:
        """What one owner took, oldest first: (E,) items, (E,) weights, (E,) at. Empty where nobody knows them.

        All of it, also what is no part of their taste.
        """
        data = self.taken(kind, owner)
        u = place_of(listener, data.owners)
        if u < 0:
            return NO_IDS, np.zeros(0, np.float32), np.zeros(0, np.int64)
        lo, hi = int(data.indptr[u]), int(data.indptr[u + 1])
        return data.items[data.rows[lo:hi]], data.weights[lo:hi], data.at[lo:hi]

    def ever(self, kind: Kind, owner: Owner = "playlist") -> Interactions:
        """`interactions` with what was taken out again put back where it was: what ever stood in a playlist."""
        data, out = self.interactions(kind, owner), self.removed(owner)
        of_kind = self.catalogue.kind[self.catalogue.rows(out.items)] == kind
        if not of_kind.any():
            return data
        who = np.concatenate([np.repeat(data.owners, np.diff(data.indptr)), out.owners[of_kind]])
        rows = np.concatenate([data.rows, np.searchsorted(data.items, out.items[of_kind]).astype(np.int32)])
        at = np.concatenate([data.at, out.added[of_kind]])
        weights = np.concatenate([data.weights, np.ones(int(of_kind.sum()), np.float32)])
        order = np.lexsort((at, who))
        owners, counts = np.unique(who, return_counts=True)
        country = np.zeros(len(owners), "S2")
        if owner == "listener":
            country = self.listeners.country[np.searchsorted(self.listeners.numbers, owners)]
        return replace(
            data, id=f"{data.id}:ever", owners=owners, indptr=np.concatenate([[0], np.cumsum(counts)]),
            rows=rows[order], at=at[order], weights=weights[order], country=country,
        )  # fmt: skip

    def removed(self, owner: Owner = "playlist") -> Removed:
        """What owners of this sort took out again; it is in no population."""
        folder = self.folder / "removed"
        return Removed(*(files.mapped(folder / f"{owner}-{name}") for name in ("owner", "item", "added", "removed")))


def take(workspace: Workspace, tenant: str, simulated: bool = False) -> Snapshot:
    """Write down what is known now. The same facts have the same id, and are written once."""
    for attempt in range(5):
        try:
            with workspace.database.read():
                last_seq = workspace.log.last_seq
                columns, populations = columns_of(workspace.database, workspace.log, tenant)
            break
        except WorkspaceError:  # a segment was compacted away while it was read
            if attempt == 4:
                raise
            time.sleep(0.1)
    facts = {"form": FORM, "tenant": tenant, "simulated": simulated, "populations": populations}
    id = files.address(columns, facts)
    folder = workspace.path / FOLDER / id
    if not (folder / CARD).is_file():
        (workspace.path / FOLDER).mkdir(exist_ok=True)
        card = {"id": id, **facts, "last_seq": last_seq, "taken_at": int(time.time() * 1000)}
        files.write(folder, columns, {CARD: json.dumps(card, indent=1) + "\n"})
    else:
        os.utime(folder)  # it is still of use: see `segue.jobs.tidy`
    return open_snapshot(folder)


def open_snapshot(folder: Path) -> Snapshot:
    """The snapshot of a folder, or NotReady where there is none."""
    try:
        card = json.loads((folder / CARD).read_text())
    except OSError:
        raise NotReady(f"there is no snapshot at {folder}: `segue train` takes one") from None
    if card["form"] != FORM:
        raise WorkspaceError(
            f"{folder} is a snapshot of form {card['form']}, this is form {FORM}: run `segue train` again"
        )
    return Snapshot(folder, card)
