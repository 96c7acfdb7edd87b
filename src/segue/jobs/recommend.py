"""Recommendations for everybody at once: a line of JSON a listener or playlist."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal, Self

import msgspec
import numpy as np

from segue.core.errors import NotReady, UnknownName
from segue.core.protocols import Scores
from segue.core.types import F32, I32, I64, Bools, Ids, Interactions, Kind, Queries
from segue.evaluation.ranking import distinct, positions, top_k
from segue.fitted import load_model
from segue.fitted.crossing import FEW
from segue.fitted.moods import Moods
from segue.jobs.facts import snapshot_of
from segue.jobs.protocols import rows_of
from segue.runs.files import DRAFT
from segue.runs.releases import Population, Release, current_release
from segue.store.snapshot import Snapshot, open_snapshot
from segue.store.workspace import Workspace

Owner = Literal["listener", "playlist"]
CELLS = 6_000_000  # scores held at a time (24 MB)


@dataclass(frozen=True, slots=True)
class Written:
    """What was written."""

    owner: Owner
    kind: str
    owners: int
    items: int
    out: Path


def pick_population(release: Release, owner: Owner, kind: Kind | None) -> Population:
    """The population asked for, or the one with the most events; UnknownName with those there are."""
    there = [p for p in release.manifest.populations if p.owner == owner]
    if kind is None and there:
        return max(there, key=lambda p: p.events)
    for population in there:
        if kind is not None and population.kind == kind.label:
            return population
    if not there:
        raise NotReady(f"release {release.id} has no model for {owner}s: there were none to learn from")
    raise UnknownName(f"model for kind in release {release.id}", kind.label if kind else "", [p.kind for p in there])


def recommend_all(
    workspace: Workspace,
    tenant: str,
    out: Path,
    *,
    owner: Owner = "listener",
    kind: Kind | None = None,
    n: int = 100,
    seen: Literal["drop", "keep"] = "drop",
    only: Sequence[str] | None = None,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Written:
    """Write `{"listener": id, "items": [...], "scores": [...]}` for everybody, ids as imported, best first.

    Histories are those of the log as it stands now, which may be newer than the release. `only` names the owners
    wanted; one that is unknown gets what a newcomer gets, or what suits their taste in another kind where the release
    crosses to this one. The file appears whole or not at all.
    """
    release = current_release(workspace.path, tenant)
    population = pick_population(release, owner, kind)
    item_kind = Kind.parse(population.kind)
    snapshot = open_snapshot(release.snapshot_folder)
    if workspace.log.last_seq > snapshot.last_seq:
        snapshot = snapshot_of(workspace, tenant)
    model = load_model(release.folder / population.model)
    data = rows_of(snapshot, item_kind, owner)
    names = (
        [str(snapshot.catalogue.source_id(int(o))) for o in data.owners]
        if owner == "playlist"
        else [snapshot.listeners.id(int(o)) for o in data.owners]
    )
    namespaces = (
        [""] * len(names) if owner == "playlist" else [snapshot.listeners.namespace(int(o)) for o in data.owners]
    )
    crossing = _Crossing.of(release, snapshot, item_kind, model.items) if owner == "listener" else None
    moods = Moods.load(release.moods_folder) if release.moods_folder and snapshot.tuned else None
    wanted = _rows(names, only)
    draft = out.with_name(f"{DRAFT}{out.name}")
    block = max(1, CELLS // max(1, len(model.items)))
    ids: dict[str, list[str]] = {}
    encode = msgspec.json.Encoder().encode
    with draft.open("wb") as file:
        for start in range(0, len(wanted), block):
            rows = wanted[start : start + block]
            queries = _queries(data, rows)
            scores = model.score(queries)
            if crossing is not None:
                crossing.fill(scores, queries, [only[start + b] if only else names[r] for b, r in enumerate(rows)])
            if owner == "listener" and snapshot.tuned:
                who = np.where(rows >= 0, data.owners[np.maximum(rows, 0)], 0)
                _leave_out(scores, snapshot, moods, model.items, who)
            drop = distinct(model.items, queries.indptr, queries.items) if seen == "drop" else None
            best, values = top_k(scores, n, drop)
            for b, row in enumerate(rows):
                name, namespace = (only[start + b], "") if row < 0 and only else (names[row], namespaces[row])
                label = ids.get(namespace) or ids.setdefault(namespace, _labels(snapshot, model.items, namespace))
                found = best[b][best[b] >= 0]
                line = {
                    owner: name,
                    "items": [label[i] for i in found.tolist()],
                    "scores": [round(v, 5) for v in values[b, : len(found)].tolist()],
                }
                file.write(encode(line) + b"\n")
            progress(start + len(rows), len(wanted))
    draft.replace(out)
    return Written(owner, population.kind, len(wanted), n, out)


@dataclass(frozen=True, slots=True)
class _Crossing:
    """Scores of a kind for listeners who hardly took any of it, by what they took of another."""

    model: Scores
    columns: I32  # (K,) of the items it knows, in the scores to fill
    known: Bools  # (N,) items of the model that stand in the scores
    data: Interactions  # of the kind heard
    names: Mapping[str, int]  # rows of `data` by the listener's id

    @classmethod
    def of(cls, release: Release, snapshot: Snapshot, kind: Kind, items: Ids) -> Self | None:
        card = release.crossing(kind)
        if card is None:
            return None
        model, data = load_model(release.folder / card.folder), rows_of(snapshot, Kind.parse(card.by), "listener")
        at = positions(items, model.items)
        names = {snapshot.listeners.id(int(o)): row for row, o in enumerate(data.owners)}
        return cls(model, at[at >= 0], at >= 0, data, names)

    def fill(self, scores: F32, queries: Queries, listeners: Sequence[str]) -> None:
        """Replace the rows of those with fewer than FEW items of the kind and some of the other; in place."""
        taken = [len(np.unique(queries.items[a:b])) for a, b in pairwise(queries.indptr.tolist())]
        rows = np.array([self.names.get(n, -1) if t < FEW else -1 for n, t in zip(listeners, taken)], np.int64)
        rows[rows >= 0] = np.where(np.diff(self.data.indptr)[rows[rows >= 0]] > 0, rows[rows >= 0], -1)
        if (rows >= 0).any():
            new = np.full((int((rows >= 0).sum()), scores.shape[1]), -np.inf, np.float32)
            new[:, self.columns] = self.model.score(_queries(self.data, rows[rows >= 0]))[:, self.known]
            scores[rows >= 0] = new


def _rows(names: Sequence[str], only: Sequence[str] | None) -> I64:
    """(B,) positions of the owners asked for, -1 for one that nobody knows."""
    if only is None:
        return np.arange(len(names), dtype=np.int64)
    place = {name: i for i, name in enumerate(names)}
    return np.array([place.get(name, -1) for name in only], np.int64)


def _queries(data: Interactions, rows: I64) -> Queries:
    """Histories of some owners; -1 is an empty one."""
    known = np.maximum(rows, 0)
    counts = np.where(rows >= 0, data.indptr[known + 1] - data.indptr[known], 0)
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    events = np.repeat(data.indptr[known] - indptr[:-1], counts) + np.arange(indptr[-1])
    country = np.where(rows >= 0, data.country[known], b"") if len(data.country) else None
    now = np.full(len(rows), int(data.at.max()) if data.timed and len(data.at) else 0, np.int64)
    items = data.items[data.rows[events]]
    return Queries.of(indptr, items, data.weights[events], data.at[events], now=now, country=country)


def _leave_out(scores: F32, snapshot: Snapshot, moods: Moods | None, items: Ids, listeners: Ids) -> None:
    """No score (B, N) for what a listener wants none of."""
    rows = snapshot.catalogue.rows(items)
    for b, listener in enumerate(listeners.tolist()):
        tuning = snapshot.tuned.get(listener)
        tuned = snapshot.tuner(tuning, moods) if tuning is not None else None
        if tuned is not None:
            scores[b, tuned.never[rows]] = np.nan


def _labels(snapshot: Snapshot, items: Ids, namespace: str) -> list[str]:
    """(N,) the items' ids as the listener's own source wrote them."""
    return [snapshot.catalogue.source_id(int(i), namespace or None) for i in items]
