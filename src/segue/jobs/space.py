"""The taste space of a snapshot: points of what was heard, of what is made of it, and of what nobody knows yet."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from segue.core.types import F32, Bools, Ids, Interactions, Kind
from segue.fitted._reading import positions
from segue.fitted.space import Origin, Space
from segue.fitted.space.words import FAMILIES, Words, family_of
from segue.jobs.protocols import rows_of
from segue.jobs.texts import TEXTS, tag_weights, text_vectors
from segue.models._compose import unit_rows
from segue.models.pmi_vectors import PmiVectors
from segue.models.space.content import Known, differing, drawn, fit_maps, foretell
from segue.models.space.draft import Draft
from segue.models.space.joined import joined
from segue.models.space.takers import leaning, taste_of_owners
from segue.runs.step import run_step
from segue.signals.text import text_encoder
from segue.signals.text.cache import TextCache
from segue.store.catalogue_view import CatalogueView
from segue.store.snapshot import Snapshot

Say = Callable[[str], None]
Sound = tuple[Ids, F32]
"""(K,) items and (K, S) how each sounds, of length 1."""
DIMENSIONS = 128
COMPANY = 2.0  # known items of an artist that weigh as much as what is foretold
RARE = 2.0  # the same of the owners who took an item


def make_space(root: Path, snapshot: Snapshot, seed: int, say: Say, sound: Sound | None = None) -> Path | None:
    """Folder of the space; None where nobody took anything. Done once for a snapshot.

    Texts are encoded once a workspace: beside the folder `root` of its steps.
    """
    found = [(kind, owner) for kind, owner, _ in snapshot.populations() if not snapshot.derived(kind, owner)]
    if not found:
        return None
    kind, encoder, facts = found[0][0], text_encoder(), snapshot.catalogue

    def work(folder: Path) -> None:
        say("the taste space")
        blocks = {"text": text_vectors(facts, facts.tags, TextCache(root.parent / TEXTS, encoder), say)}
        if sound is not None:
            blocks["sound"] = laid_out(sound, facts)
        learn_space(snapshot, kind, blocks, encoder.name, np.random.default_rng(seed), say).save(folder)

    folder, _ = run_step(
        root, "space", work, inputs=[snapshot.id],
        params={"kind": kind.label, "encoder": encoder.name, "sound": _digest(sound)}, seed=seed,
        code=[learn_space, text_vectors],
    )  # fmt: skip
    return folder


def learn_space(
    snapshot: Snapshot, kind: Kind, blocks: Mapping[str, F32], encoder: str, rng: np.random.Generator,
    say: Say = lambda _: None,
) -> Space:  # fmt: skip
    """Points for the whole catalogue: `kind` is what most is taken of, `blocks` (N, F) what is known of every item.

    1. Items of the kind by what stands near them in sessions and in playlists.
    2. Albums, artists and playlists by what belongs to them.
    3. Items of other kinds by who took them: shows, episodes and audiobooks where the kind is music.
    4. What nobody took by a map fitted on all these, together with what its artist, or its show, is known for; what few
       took is drawn there.
    """
    facts = snapshot.catalogue
    taken = [rows_of(snapshot, k, owner) for k, owner, _ in snapshot.populations() if k == kind]
    heard = PmiVectors(dimensions=DIMENSIONS).fit(joined(taken), rng)
    draft = Draft.empty(len(facts.items), heard.source.shape[1])
    draft.put(facts.rows(heard.items), heard.source, Origin.HEARD, _takers(taken))
    album, artist = _by(facts.rows(facts.album)), _by(facts.rows(facts.artist))
    containers = (album, artist, _playlists(snapshot, kind))
    for members in containers:
        draft.compose(members)
    known = _known(snapshot, kind, draft)
    maps = fit_maps(known, blocks, kind, rng, say)
    if maps:
        foretold = foretell(maps, facts.kind, blocks)
        mine = np.isin(facts.kind, FAMILIES[family_of(kind)])
        _settle(draft, known, foretold, (album, artist), mine)
    for members in containers:
        draft.compose(members)
    return _space(draft, facts, Words(encoder, maps) if maps else None)


def _known(snapshot: Snapshot, kind: Kind, draft: Draft) -> Known:
    """What sets every item apart: where it lies, or, of another family of kinds, whose taste it was."""
    facts = snapshot.catalogue
    differs, takers = differing(draft.vectors, draft.known, draft.mean), draft.takers.copy()
    others = [k for k, o, _ in snapshot.populations() if o == "listener" and family_of(k) != family_of(kind)]
    listeners = snapshot.interactions(kind, "listener")
    if others and len(listeners.owners):
        tastes = taste_of_owners(draft.vectors[facts.rows(listeners.items)], listeners.matrix())
        lean, who = leaning(tastes, _took(snapshot, others, listeners.owners))
        differs, takers = differs + lean, takers + who
    group = np.where(facts.artist > 0, facts.artist, facts.items).astype(np.int64)
    return Known(facts.items, facts.kind, differs, takers, group)


def _took(snapshot: Snapshot, kinds: Sequence[Kind], owners: Ids) -> sp.csr_array:
    """(U, N) which of the owners took which items of some kinds; who took an episode took the show."""
    facts = snapshot.catalogue
    rows: list[np.ndarray] = []
    columns: list[np.ndarray] = []
    for data in (snapshot.interactions(k, "listener") for k in kinds if not snapshot.derived(k)):
        here = positions(data.owners, owners)[data.owner_rows()]
        item = facts.rows(data.items)[data.rows]
        show = facts.rows(facts.album[item]) if data.kind == Kind.EPISODE else np.full(len(item), -1)
        for what in (item, show):
            ok = (here >= 0) & (what >= 0)
            rows.append(here[ok])
            columns.append(what[ok])
    row, column = (np.concatenate([np.zeros(0, np.int64), *parts]) for parts in (rows, columns))
    return sp.csr_array((np.ones(len(row), np.float32), (row, column)), shape=(len(owners), len(facts.items)))


def _settle(draft: Draft, known: Known, foretold: F32, groups: Sequence[sp.csr_array], mine: Bools) -> None:
    """Puts what is foretold where nothing is known, and draws to it what is known from a few."""
    heard = np.flatnonzero(mine & (draft.origin == Origin.HEARD) & np.any(foretold != 0, axis=1))
    draft.vectors[heard] = unit_rows(drawn(draft.vectors[heard], draft.takers[heard], foretold[heard], RARE))
    taken = np.flatnonzero(~mine & (known.takers > 0))
    point = drawn(known.differs[taken], known.takers[taken], foretold[taken])
    draft.put(taken, point, Origin.HEARD, known.takers[taken])
    some = (known.takers > 0).astype(np.float32)
    sums, count = np.zeros_like(draft.vectors), np.zeros(len(some), np.float32)
    for group in groups:
        sums += group.T @ (group @ known.differs)
        count += group.T @ (group @ some)
    rest = np.flatnonzero(~draft.known)
    company = np.asarray(sums[rest] / np.maximum(count[rest], 1)[:, None], np.float32)
    draft.put(rest, drawn(company, count[rest], foretold[rest], COMPANY), Origin.CONTENT, count[rest])


def _space(draft: Draft, facts: CatalogueView, words: Words | None) -> Space:
    """What has a point; and genres and tags from the items that have them."""
    heard = np.flatnonzero(draft.origin == Origin.HEARD)
    tags = tag_weights(facts.tags)[heard]
    of_items = differing(draft.vectors[heard], draft.known[heard], draft.mean)
    points = np.asarray(tags.T @ of_items, np.float32)
    points = unit_rows(points * (np.linalg.norm(points, axis=1) > 1e-6)[:, None])
    named = {name: t for t, name in enumerate(facts.tag_names)}
    for row in np.flatnonzero((facts.kind == Kind.GENRE) & ~draft.known).tolist():
        t = named.get(facts.title(int(facts.items[row])).casefold())
        if t is not None:
            draft.put(np.array([row]), points[t : t + 1], Origin.MEMBERS, np.ones(1, np.float32))
    keep = np.flatnonzero(draft.known)
    kind = np.asarray(facts.kind[keep], np.uint8)
    return Space(facts.items[keep], kind, draft.origin[keep], draft.vectors[keep], tags=points, words=words)


def laid_out(sound: Sound, facts: CatalogueView) -> F32:
    """(N, S) how each item of the catalogue sounds; zeros where nobody heard."""
    items, vectors = sound
    out = np.zeros((len(facts.items), vectors.shape[1]), np.float32)
    at = facts.rows(items)
    out[at[at >= 0]] = vectors[at >= 0]
    return out


def _digest(sound: Sound | None) -> str:
    return hashlib.sha256(sound[0].tobytes() + sound[1].tobytes()).hexdigest()[:16] if sound else ""


def _takers(taken: Sequence[Interactions]) -> F32:
    """(n,) how many owners took each item."""
    counts = [np.bincount(data.matrix().indices, minlength=len(data.items)) for data in taken]
    return np.asarray(np.sum(counts, axis=0), np.float32)


def _by(owner: np.ndarray) -> sp.csr_array:
    """(N, N) which items belong to which, given the row of each one's owner (N,), -1 for none."""
    rows = np.flatnonzero(owner >= 0)
    return sp.csr_array((np.ones(len(rows), np.float32), (owner[rows], rows)), shape=(len(owner), len(owner)))


def _playlists(snapshot: Snapshot, kind: Kind) -> sp.csr_array:
    """(N, N) which items of a kind stand in which playlist."""
    facts = snapshot.catalogue
    n = len(facts.items)
    data = snapshot.interactions(kind, "playlist")
    owners: Ids = np.repeat(data.owners, np.diff(data.indptr))
    row, column = facts.rows(owners), facts.rows(data.items[data.rows])
    ok = (row >= 0) & (column >= 0)
    return sp.csr_array((np.ones(int(ok.sum()), np.float32), (row[ok], column[ok])), shape=(n, n))
