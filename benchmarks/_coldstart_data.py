"""People who took two kinds of items: books and music of douban, spoken words and music of a simulated world."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from segue.candidates import SOURCES, Board, Stock
from segue.core.protocols import Facts
from segue.core.types import F32, Attributes, Interactions, Kind, Queries, Query
from segue.importers import IMPORTERS
from segue.jobs.demo import import_world
from segue.jobs.facts import snapshot_of
from segue.jobs.ingest import ingest
from segue.store.workspace import Workspace

DATA = Path(os.environ.get("SEGUE_DATA", "../shared/data"))
LISTENERS, DAYS = 1_500, 30  # of the world
Pair = tuple[Interactions, Interactions]


def douban() -> Pair:
    """Books and music."""
    return rated("book.dat", Kind.AUDIOBOOK, 1_000_000), rated("music.dat", Kind.ALBUM, 1)


def rated(file: str, kind: Kind, first: int) -> Interactions:
    """A table of user, item and rating; item numbers from `first` on."""
    table = np.loadtxt(DATA / "douban" / file, dtype=np.int64, delimiter="\t")
    table = table[np.argsort(table[:, 0], kind="stable")]
    owners, counts = np.unique(table[:, 0], return_counts=True)
    items, rows = np.unique(table[:, 1], return_inverse=True)
    return Interactions(
        id=file, kind=kind, owners=owners.astype(np.int32), items=(first + np.arange(len(items))).astype(np.int32),
        indptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), rows=rows.astype(np.int32),
        at=np.arange(len(table), dtype=np.int64), weights=table[:, 2].astype(np.float32),
        country=np.zeros(len(owners), "S2"), attributes=bare(len(items)), ordered=False, timed=False,
    )  # fmt: skip


def bare(n: int) -> Attributes:
    """Items of which nothing is known."""
    none, zeros = np.zeros(n, np.int32), np.zeros(n, np.int64)
    empty = sp.csr_array((n, 1), dtype=np.bool_)
    return Attributes(none, none, empty, sp.csr_array((n, 0), dtype=np.float32), zeros, zeros, np.zeros(n, np.bool_))


def world(seed: int, folder: Path) -> tuple[Facts, list[Pair]]:
    """The catalogue of a world, made in a folder, and its shows and audiobooks, each with its tracks."""
    with Workspace.create(folder / f"world-{seed}") as workspace:
        import_world(workspace, "default", listeners=LISTENERS, days=DAYS, seed=seed)
        snapshot = snapshot_of(workspace, "default")
        tracks = snapshot.interactions(Kind.TRACK)
        return snapshot.catalogue, [(snapshot.interactions(k), tracks) for k in (Kind.SHOW, Kind.AUDIOBOOK)]


def hetrec(folder: Path) -> Interactions:
    """Artists of Last.fm listeners, with play counts."""
    with Workspace.create(folder / "hetrec") as workspace:
        ingest(workspace, "hetrec-lastfm2k", IMPORTERS["hetrec-lastfm2k"](), DATA / "hetrec-lastfm2k", "default")
        return snapshot_of(workspace, "default").interactions(Kind.ARTIST)


def same_taste(facts: Facts, of: Interactions, by: Interactions, asked: Queries) -> F32:
    """(B, N) what listeners of the same genres took to: what serves where nothing crosses."""
    stock = Stock.make(facts, {}, {of.kind: of, by.kind: by}, by.kind)
    out = np.full((len(asked), len(of.items)), -1, np.float32)
    for b in range(len(asked)):
        part = slice(int(asked.indptr[b]), int(asked.indptr[b + 1]))
        heard = Query("default", 1, asked.items[part], asked.weights[part], asked.at[part], kind=by.kind)
        board = Board(stock, {by.kind: heard})
        found = SOURCES["same-taste"](board)(board.query(of.kind), len(of.items))
        inside = np.isin(found.items, of.items)
        out[b, np.searchsorted(of.items, found.items[inside])] = found.scores[inside]
    return out
