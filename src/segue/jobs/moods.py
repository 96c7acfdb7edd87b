"""The moods of a snapshot's items: from their words, their playlists, their artists, and what lies near them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from segue.core.types import F32, Kind
from segue.fitted.moods import Moods
from segue.fitted.space import Space
from segue.jobs.sound import Heard
from segue.jobs.texts import TEXTS, text_vectors
from segue.runs.step import run_step
from segue.signals.audio import Features
from segue.signals.moods import NAMES, SENTENCES, read_all, sounding, suiting, with_sentences
from segue.signals.text import Hashed, text_encoder
from segue.signals.text.cache import TextCache
from segue.signals.text.document import shortened
from segue.store.catalogue_view import CatalogueView
from segue.store.snapshot import Snapshot

Say = Callable[[str], None]
OF_ARTIST = 0.7
"""What an artist's tags say of a track that has none of its own: less, for tracks differ."""
OF_NEIGHBOURS = 0.7
RIDGE = 30.0
"""Items of no mood at all that each direction of the space starts with."""
FEWEST = 20  # items with moods that neighbours can be told from
MUSIC = (Kind.TRACK, Kind.ALBUM, Kind.ARTIST, Kind.PLAYLIST)
Told = tuple[F32, F32]
"""(N, E) what is said of each item, of length 1, and (M, E) the sentence of each mood, by one encoder."""


def make_moods(root: Path, snapshot: Snapshot, space: Path | None, say: Say, heard: Heard | None = None) -> Path:
    """Folder of the moods. Done once for a snapshot, its space and what was heard of it.

    Texts are read by the encoder that the space has used, from the same cache; where there is none that knows what
    words mean, by the vocabulary alone.
    """
    encoder = text_encoder()

    def work(folder: Path) -> None:
        say("moods and activities")
        told = None
        if not isinstance(encoder, Hashed):
            told = told_by(snapshot.catalogue, TextCache(root.parent / TEXTS, encoder), say)
        learn_moods(snapshot, Space.load(space) if space else None, heard, told).save(folder)

    sound = hashlib.sha256(heard.items.tobytes() + heard.features.tobytes()).hexdigest() if heard else ""
    params = {"names": NAMES, "encoder": encoder.name}
    inputs = [snapshot.id, space.name if space else "", sound]
    folder, _ = run_step(root, "moods", work, inputs=inputs, params=params, seed=0, code=[learn_moods, text_vectors])
    return folder


def learn_moods(
    snapshot: Snapshot, space: Space | None, heard: Heard | None = None, told: Told | None = None
) -> Moods:  # fmt: skip
    """What is said of each item itself; where nothing is, of its artist, and else of what lies near it in the space.

    An encoder, where there is one, moves what the words of the vocabulary say; where an item was heard, its sound moves
    the activities.
    """
    facts = snapshot.catalogue
    said = np.maximum(np.maximum(tagged(facts), described(facts)), listed(snapshot))
    silent = ~said.any(axis=1)
    artist = facts.rows(facts.artist)
    said[silent & (artist >= 0)] = OF_ARTIST * said[artist[silent & (artist >= 0)]]
    out = suiting(said)
    if space is not None:
        out = spread(out, facts, space)
    if told is not None:
        out = with_sentences(out, *told)
    if heard is not None and len(heard.items):
        rows, column = facts.rows(heard.items), {name: i for i, name in enumerate(Features._fields)}
        told_by_sound = (heard.features[rows >= 0, column[n]] for n in ("tempo", "energy", "loudness", "pulse"))
        out[rows[rows >= 0]] = sounding(out[rows[rows >= 0]], *told_by_sound)
    return Moods(np.asarray(facts.items, np.int32), NAMES, out.astype(np.float32))


def told_by(facts: CatalogueView, cache: TextCache, say: Say = lambda _: None) -> Told:
    """What is said of each item and the sentences of the moods as vectors; music alone, of other kinds zeros."""
    texts = text_vectors(facts, facts.tags, cache, say)
    texts[~np.isin(facts.kind, MUSIC)] = 0
    return texts, cache.encode(SENTENCES)


def described(facts: CatalogueView) -> F32:
    """(N, M) by what is said of music in a sentence or two."""
    out = np.zeros((len(facts), len(NAMES)), np.float32)
    rows = np.flatnonzero(np.isin(facts.kind, MUSIC))
    texts = [shortened(facts.description(n)) for n in facts.items[rows].tolist()]
    some = [i for i, text in enumerate(texts) if text]
    out[rows[some]] = read_all([texts[i] for i in some])
    return out


def tagged(facts: CatalogueView) -> F32:
    """(N, M) by tags: as strong as the strongest tag that says it, against the strongest that the item has."""
    tags = sp.csr_array(facts.tags.astype(np.float32))
    tags.data = np.log1p(np.maximum(tags.data, 0))
    strongest = np.asarray(tags.max(axis=1).todense(), np.float32).ravel() if tags.shape[1] else np.zeros(len(facts))
    tags.data /= np.maximum(np.repeat(strongest, np.diff(tags.indptr)), 1e-9)
    says, columns = read_all(facts.tag_names), sp.csc_array(tags)
    out = np.zeros((len(facts), len(NAMES)), np.float32)
    for m in np.flatnonzero(says.any(axis=0)):
        out[:, m] = columns[:, np.flatnonzero(says[:, m])].max(axis=1).todense()
    return out


def listed(snapshot: Snapshot) -> F32:
    """(N, M) by the playlists an item stands in: the share whose titles say it, as if in one more that does not."""
    facts = snapshot.catalogue
    out = np.zeros((len(facts), len(NAMES)), np.float32)
    numbers = facts.of_kind(Kind.PLAYLIST)
    says = read_all([facts.title(int(n)) for n in numbers])
    if not says.any():
        return out
    out[facts.rows(numbers)] = says
    for kind, owner, _ in snapshot.populations():
        if owner != "playlist":
            continue
        data = snapshot.interactions(kind, "playlist")
        of = np.searchsorted(numbers, data.owners)
        ok = (of < len(numbers)) & (numbers[np.minimum(of, len(numbers) - 1)] == data.owners)
        stands = data.matrix()[ok]
        stands.data = np.ones_like(stands.data)
        lists = np.asarray(stands.sum(axis=0)).ravel()
        rows = facts.rows(data.items)
        out[rows] = np.maximum(out[rows], (stands.T @ says[of[ok]]) / (lists + 1)[:, None])
    return out


def spread(known: F32, facts: CatalogueView, space: Space) -> F32:
    """(N, M) with those of silent items foretold from where they lie, by a ridge regression on the others' points."""
    rows = facts.rows(space.items)
    telling = known[rows].any(axis=1)
    if telling.sum() < FEWEST or telling.all():
        return known
    x, y = np.asarray(space.vectors, np.float32), known[rows]
    mean = y[telling].mean(axis=0)
    seen = x[telling]
    weights = np.linalg.solve(
        seen.T @ seen + RIDGE * np.eye(seen.shape[1], dtype=np.float32), seen.T @ (y[telling] - mean)
    )
    out = known.copy()
    out[rows[~telling]] = OF_NEIGHBOURS * np.clip(mean + x[~telling] @ weights, 0, 1)
    return out
