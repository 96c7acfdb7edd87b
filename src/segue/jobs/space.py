"""The taste space of a snapshot: points of what was heard, and of what is made of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from segue.core.types import F32, Bools, Ids, Kind
from segue.fitted.space import Origin, Space
from segue.jobs.protocols import rows_of
from segue.models.pmi_vectors import PmiVectors
from segue.runs.step import run_step
from segue.store.snapshot import Owner, Snapshot

Say = Callable[[str], None]
DIMENSIONS = 128


def make_space(root: Path, snapshot: Snapshot, seed: int, say: Say) -> Path | None:
    """Folder of the space; None where nobody took anything. Done once for a snapshot."""
    found = [(kind, owner) for kind, owner, _ in snapshot.populations() if not snapshot.derived(kind, owner)]
    if not found:
        return None
    kind, owner = found[0]

    def work(folder: Path) -> None:
        say("the taste space")
        learn_space(snapshot, kind, owner, np.random.default_rng(seed)).indexed(seed).save(folder)

    folder, _ = run_step(
        root, "space", work, inputs=[snapshot.id], params={"kind": kind.label, "owner": owner}, seed=seed,
        code=[learn_space],
    )  # fmt: skip
    return folder


def learn_space(snapshot: Snapshot, kind: Kind, owner: Owner, rng: np.random.Generator) -> Space:
    """Items of one kind by what stands near them, everything else from the items that belong to it."""
    facts, data = snapshot.catalogue, rows_of(snapshot, kind, owner)
    n = len(facts.items)
    heard = PmiVectors(dimensions=DIMENSIONS).fit(data, rng)
    vectors = np.zeros((n, heard.source.shape[1]), np.float32)
    origin = np.zeros(n, np.uint8)
    at = facts.rows(heard.items)
    vectors[at], known = _unit(heard.source)
    origin[at[known]] = Origin.HEARD
    for members in (_by(facts.rows(facts.album), n), _by(facts.rows(facts.artist), n), _playlists(snapshot, kind)):
        middle, some = _unit(np.asarray(members @ vectors, np.float32))
        new = some & (origin == 0)
        vectors[new], origin[new] = middle[new], Origin.MEMBERS
    keep = np.flatnonzero(origin)
    return Space(facts.items[keep], np.asarray(facts.kind[keep], np.uint8), origin[keep], vectors[keep])


def _unit(vectors: F32) -> tuple[F32, Bools]:
    """Vectors (N, D) made 1 long, and which of them (N,) are not nothing."""
    length = np.linalg.norm(vectors, axis=1)
    some = length > 1e-6
    return (vectors / np.where(some, length, 1)[:, None]).astype(np.float32), np.asarray(some, np.bool_)


def _by(owner: np.ndarray, n: int) -> sp.csr_array:
    """(n, n) which items belong to which, given the row of each one's owner (n,), -1 for none."""
    rows = np.flatnonzero(owner >= 0)
    return sp.csr_array((np.ones(len(rows), np.float32), (owner[rows], rows)), shape=(n, n))


def _playlists(snapshot: Snapshot, kind: Kind) -> sp.csr_array:
    """(n, n) which items of a kind stand in which playlist."""
    facts = snapshot.catalogue
    n = len(facts.items)
    data = snapshot.interactions(kind, "playlist")
    owners: Ids = np.repeat(data.owners, np.diff(data.indptr))
    row, column = facts.rows(owners), facts.rows(data.items[data.rows])
    ok = (row >= 0) & (column >= 0)
    return sp.csr_array((np.ones(int(ok.sum()), np.float32), (row[ok], column[ok])), shape=(n, n))
