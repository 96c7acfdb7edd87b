"""Items nobody has played: python benchmarks/cold_items.py [world hetrec words] [--splits 1] [--seed 7]

A fifth of the items is hidden: no play of them, by anybody, is learned from, nor that they stand in a playlist. Three
listeners of ten are asked. Their plays of hidden items are the truth; whatever else they played is their history. All
hidden items, and only these, are ranked by how near they lie to the nearest taste of the listener: NDCG@20.

The warm row is the same space, learned with the plays of hidden items by the seven listeners of ten that are not asked.
Beside it stands EASE learned from the same plays, which is no space. Popularity is that of the artist, or, where the
artist is hidden too, of the genre or tag that the item has most of, among those that listeners played. In the world the
source `new-releases` ranks them, too, with the space and without; on hetrec the asked gave some of the tags it reads.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from segue.candidates import Board, Stock
from segue.candidates.new_releases import suiting
from segue.core.types import F32, Bools, Ids, Interactions, Kind, Queries, Query
from segue.evaluation.intervals import intervals
from segue.evaluation.metrics import ndcg
from segue.fitted._tastes import tastes
from segue.fitted.space import Space
from segue.importers.hetrec_lastfm2k import plugin as HetRec
from segue.jobs.demo import batches
from segue.jobs.ingest import ingest
from segue.jobs.space import learn_space
from segue.jobs.texts import text_vectors
from segue.models.ease import plugin as EASE
from segue.signals.audio.mel import log_mel
from segue.signals.rendering.clip import render_clip
from segue.signals.text import text_encoder
from segue.signals.text.cache import TextCache
from segue.store import snapshot as snapshots
from segue.store.catalogue_view import CatalogueView
from segue.store.snapshot import Owner, Snapshot
from segue.store.workspace import Workspace
from segue.world import WorldSettings, make_world

HIDDEN, ASKED, K = 0.2, 0.3, 20
Rows = Mapping[str, np.ndarray]


class Held(Snapshot):
    """A snapshot of which some plays are not seen: `unseen` says of a population's events (E,) which."""

    def __init__(self, whole: Snapshot, unseen: Callable[[Interactions, Owner], Bools]) -> None:
        super().__init__(whole.folder, json.loads((whole.folder / snapshots.CARD).read_text()))
        self._unseen = unseen

    def interactions(self, kind: Kind, owner: Owner = "listener") -> Interactions:
        data = super().interactions(kind, owner)
        return data.only(~self._unseen(data, owner)) if len(data.rows) else data

    def ever(self, kind: Kind, owner: Owner = "playlist") -> Interactions:
        return self.interactions(kind, owner)


@dataclass(frozen=True)
class Split:
    """What is hidden from whom."""

    hidden: Ids  # (H,) numbers, sorted
    asked: Ids  # (A,) listeners, sorted

    @classmethod
    def draw(cls, data: Interactions, group: Ids, rng: np.random.Generator) -> Split:
        """Whole groups (N,) of items are hidden."""
        names = np.unique(group)
        hidden = np.isin(group, rng.permutation(names)[: int(HIDDEN * len(names))])
        asked = rng.permutation(data.owners)[: int(ASKED * len(data.owners))]
        return cls(data.items[hidden], np.sort(asked))

    def cold(self, data: Interactions, owner: Owner) -> Bools:
        """(E,) every event with a hidden item."""
        return np.isin(data.items, self.hidden)[data.rows]

    def warm(self, data: Interactions, owner: Owner) -> Bools:
        """(E,) those of the asked alone."""
        mine = np.isin(data.owners, self.asked) if owner == "listener" else np.zeros(len(data.owners), np.bool_)
        return self.cold(data, owner) & np.repeat(mine, np.diff(data.indptr))


def judged(split: Split, history: Interactions, whole: Interactions, score: Callable[[Ids, F32], F32]) -> np.ndarray:
    """(A,) NDCG@20 of each asked listener with a truth. `score` takes a history and its weights, and gives (H,)."""
    out = []
    for listener in split.asked.tolist():
        u = int(np.searchsorted(whole.owners, listener))
        took = np.unique(whole.items[whole.rows[whole.indptr[u] : whole.indptr[u + 1]]])
        truth = np.flatnonzero(np.isin(split.hidden, took))
        heard = slice(int(history.indptr[u]), int(history.indptr[u + 1]))
        if not len(truth) or heard.start == heard.stop:
            continue
        scores = score(history.items[history.rows[heard]], history.weights[heard])
        order = np.lexsort((split.hidden, -scores))
        ranks = np.empty(len(order), np.float32)
        ranks[order] = np.arange(1, len(order) + 1)
        out.append(ndcg(ranks[truth], np.array([0, len(truth)]), K)[0])
    return np.array(out)


def nearest_taste(space: Space, hidden: Ids) -> Callable[[Ids, F32], F32]:
    """How near each hidden item lies to the nearest taste; those without a point last."""
    rows = space.rows(hidden)

    def score(items: Ids, weights: F32) -> F32:
        distinct, where = np.unique(items, return_inverse=True)
        strength = np.log1p(np.bincount(where, weights)).astype(np.float32)
        at = space.rows(distinct)
        points, share = tastes(np.asarray(space.vectors[at[at >= 0]]), strength[at >= 0])
        near = (space.vectors[rows] @ points.T + np.log(share) / 8).max(axis=1, initial=-2)
        return np.where(rows >= 0, near, -3).astype(np.float32)

    return score


def as_new_releases(whole: Snapshot, history: Interactions, space: Space | None, hidden: Ids) -> Callable[..., F32]:
    """How the source `new-releases` ranks items that came out at the same time."""
    stock = Stock.make(whole.catalogue, {}, {history.kind: history}, history.kind, space=space)
    of = stock.sections[history.kind].rows(hidden)

    def score(items: Ids, weights: F32) -> F32:
        query = Query("default", 1, items, weights, np.arange(len(items)), kind=history.kind)
        return suiting(Board(stock, {history.kind: query}), history.kind, of)

    return score


def by_group(history: Interactions, split: Split, artist: Ids, tags: sp.csr_array) -> F32:
    """(H,) plays of the artist's other items; where there are none, of the tag of the item that is played most."""
    plays = np.bincount(history.rows, minlength=len(history.items)).astype(np.float32)
    at = np.searchsorted(history.items, split.hidden)
    of_artist = np.bincount(artist, plays)[artist[at]]
    of_tag = np.asarray((tags > 0).T @ plays, np.float32)
    part = tags[at]
    strongest = np.array([part.indices[a:b][np.argmax(part.data[a:b])] if b > a else -1
                          for a, b in zip(part.indptr[:-1], part.indptr[1:])])  # fmt: skip
    tagged = np.where(strongest >= 0, of_tag[strongest], 0)
    return of_artist * 1e6 + tagged


def rows(whole: Snapshot, kind: Kind, split: Split, blocks: Mapping[str, F32], tags: sp.csr_array) -> Rows:
    """Every way of ranking the hidden items → its NDCG@20 of each asked listener."""
    facts, data = whole.catalogue, whole.interactions(kind)
    cold, warm = Held(whole, split.cold), Held(whole, split.warm)
    history = cold.interactions(kind)
    at = facts.rows(data.items)
    out: dict[str, np.ndarray] = {}

    def judge(name: str, score: Callable[[Ids, F32], F32]) -> None:
        out[name] = judged(split, history, data, score)

    chance = np.random.default_rng(0)
    judge("random", lambda items, weights: chance.random(len(split.hidden)).astype(np.float32))
    artist = np.where(facts.artist[at] > 0, facts.artist[at], data.items)
    popular = by_group(history, split, artist, tags[at])
    judge("popularity of artist or tag", lambda items, weights: popular)
    plays = np.bincount(warm.interactions(kind).rows, minlength=len(data.items)).astype(np.float32)
    peeked = plays[np.isin(data.items, split.hidden)]
    judge("popularity with its plays", lambda items, weights: peeked)
    ways: dict[str, Mapping[str, F32]] = {f"{name} only": {name: block} for name, block in blocks.items()}
    if len(blocks) > 1:
        ways[" + ".join(blocks)] = blocks
    for name, some in ways.items():
        space = learn_space(cold, kind, some, "", np.random.default_rng(0))
        judge(name, nearest_taste(space, split.hidden))
        crowding(space, data, split)
    if kind == Kind.TRACK:
        judge("new-releases without the space", as_new_releases(whole, history, None, split.hidden))
        judge("new-releases", as_new_releases(whole, history, space, split.hidden))
    judge("warm", nearest_taste(learn_space(warm, kind, blocks, "", np.random.default_rng(0)), split.hidden))
    if len(data.items) < 20_000:
        model = EASE().fit(warm.interactions(kind), np.random.default_rng(0))
        of = np.searchsorted(model.items, split.hidden)

        def ease(items: Ids, weights: F32) -> F32:
            return model.score(Queries.of(np.array([0, len(items)]), items, weights))[0][of]

        judge("warm EASE", ease)
    return out


def crowding(space: Space, data: Interactions, split: Split) -> None:
    """Whether hidden items push themselves into the neighbourhoods of played ones."""
    at = space.rows(data.items)
    there = data.items[at >= 0]
    vectors = space.vectors[at[at >= 0]]
    new = np.isin(there, split.hidden)
    asked = np.flatnonzero(~new)
    asked = asked[np.random.default_rng(0).permutation(len(asked))[:2000]]
    like = vectors[asked] @ vectors.T
    like[np.arange(len(asked)), asked] = -2
    near = np.argpartition(-like, 20, axis=1)[:, :20]
    share, worst = new[near].mean(), np.bincount(near[new[near]], minlength=len(there)).max()
    print(f"    of the 20 nearest to a played item {share:.1%} are hidden ones ({new.mean():.1%} of all); "
          f"one is near to {worst / len(asked):.1%} at most")  # fmt: skip


def table(found: list[Rows]) -> None:
    names = list(found[0])
    values = np.column_stack([np.concatenate([rows[name] for rows in found]) for name in names])
    warm = values[:, names.index("warm")].mean()
    print(f"    | way | NDCG@20 of {len(values)} listeners | of the warm space |\n    |---|---|---|")
    for name, i in zip(names, intervals(values)):
        print(f"    | {name} | {i.mean:.3f} ({i.low:.3f} to {i.high:.3f}) | {i.mean / warm:.2f} |")


def world_of(folder: Path, seed: int) -> Snapshot:
    made = make_world(WorldSettings(seed=seed, listeners=500, days=60, tracks=3_000))
    print(made.notice)
    with Workspace.create(folder / "world") as workspace:
        for batch in batches(made.items(), 20_000):
            workspace.log.append((), batch, tenant="default")
        workspace.log.append_table(made.events(), tenant="default")
        return snapshots.take(workspace, "default", simulated=True)


def sounds(facts: CatalogueView) -> F32:
    """(N, 128) of length 1: how each track sounds, against the mean of all; zeros for what is no track."""
    tracks = np.flatnonzero(facts.kind == Kind.TRACK)
    out = np.zeros((len(facts.items), 128), np.float32)
    for row in tracks.tolist():
        number = int(facts.items[row])
        tags = facts.tag_words(number)
        genres = facts.genre_words(number)
        moods = [t for t in tags if t not in genres]
        mel = log_mel(render_clip(facts.uri(number), facts.uri(int(facts.artist[row])), genres, moods, 4.0))
        out[row] = np.concatenate([mel.mean(axis=0), mel.std(axis=0)])
    some = out[tracks]
    some = (some - some.mean(axis=0)) / np.maximum(some.std(axis=0), 1e-6)
    out[tracks] = some / np.linalg.norm(some, axis=1, keepdims=True)
    return out


ASKED_FOR = (
    ("calm piano for studying", {"piano", "ambient", "lo-fi beats"}, {"study", "sleep", "slow", "mellow"}),
    ("angry metal to let off steam", {"metalcore", "heavy metal", "doom metal"}, {"angry", "dark", "fast"}),
    ("upbeat pop for a party", {"dance pop", "k-pop", "synth-pop", "house", "funk"}, {"upbeat", "party"}),
    ("musica tranquila para dormir", {"ambient", "piano", "downtempo"}, {"sleep", "slow", "mellow"}),
    ("jazz for late at night", {"jazz", "vocal jazz", "jazz fusion"}, {"late night", "smooth"}),
    ("schneller Techno zum Laufen", {"techno", "trance", "drum and bass", "house"}, {"driving", "cardio", "fast"}),
    ("confident hip hop", {"hip hop", "trap", "boom bap"}, {"confident", "driving", "dark"}),
    ("nostalgic country songs for a drive", {"country", "americana"}, {"warm", "driving", "nostalgic"}),
)
"""Words, the genres and the moods that fit them: either is meant, a track that has one of each fits."""


def words(whole: Snapshot, blocks: Mapping[str, F32]) -> None:
    facts, rng = whole.catalogue, np.random.default_rng(0)
    tracks = facts.of_kind(Kind.TRACK).tolist()
    tags = {n: set(facts.tag_words(n)) for n in tracks}
    name = text_encoder().name
    found = learn_space(whole, Kind.TRACK, {"text": blocks["text"]}, name, np.random.default_rng(0))
    mixed = blocks["text"][rng.permutation(len(facts.items))]
    other = learn_space(whole, Kind.TRACK, {"text": mixed}, name, np.random.default_rng(0))
    print("\n    | words | fit, of 20 | words of other tracks | chance |\n    |---|---|---|---|")
    for text, genres, moods in ASKED_FOR:
        fit = {n for n in tracks if tags[n] & genres and tags[n] & moods}
        shares = []
        for space in (found, other):
            if space.words is None:
                shares.append("places no words")
                continue
            near, _ = space.nearest(space.place(text), 20, Kind.TRACK)
            shares.append(f"{len(fit.intersection(near.tolist()))}")
        print(f"    | {text} | {' | '.join(shares)} | {20 * len(fit) / len(tracks):.1f} |")


def world(whole: Snapshot, blocks: Mapping[str, F32], seed: int, splits: int) -> None:
    data = whole.interactions(Kind.TRACK)
    artist = whole.catalogue.artist[whole.catalogue.rows(data.items)]
    for name, group in (("tracks", data.items), ("artists with all their tracks", artist)):
        print(f"\nworld {seed}: a fifth of the {name} is hidden")
        found = [
            rows(whole, Kind.TRACK, Split.draw(data, group, np.random.default_rng([seed, i])), blocks,
                 whole.catalogue.tags)
            for i in range(splits)
        ]  # fmt: skip
        table(found)


def hetrec(folder: Path, data_folder: Path, seed: int, splits: int) -> None:
    with Workspace.create(folder / "hetrec") as workspace:
        ingest(workspace, "hetrec-lastfm2k", HetRec(), data_folder / "hetrec-lastfm2k", "default")
        whole = snapshots.take(workspace, "default")
    data, facts = whole.interactions(Kind.ARTIST), whole.catalogue
    print("\nhetrec-lastfm2k: a fifth of the artists is hidden, known by their tags; without those that the asked gave")
    found = []
    for i in range(splits):
        split = Split.draw(data, data.items, np.random.default_rng([seed, i]))
        about = data.attributes
        gone = np.isin(data.items[about.tagged.row], split.hidden) & np.isin(about.tagged.listener, split.asked)
        tags = sp.csr_array(about.untagged(gone).tags)
        assert np.array_equal(facts.items, data.items), "artists are all there is"
        found.append(rows(whole, Kind.ARTIST, split, said(whole, tags, folder / "texts"), tags))
    table(found)


def said(whole: Snapshot, tags: sp.csr_array, cache: Path) -> dict[str, F32]:
    return {"text": text_vectors(whole.catalogue, tags, TextCache(cache, text_encoder()), lambda line: None)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", default=["words", "world", "hetrec"])
    parser.add_argument("--splits", type=int, default=1)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("SEGUE_DATA", "../shared/data")))
    asked = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        if {"world", "words"} & set(asked.parts):
            whole = world_of(Path(folder), asked.seed)
            blocks = said(whole, whole.catalogue.tags, Path(folder) / "texts")
            if "words" in asked.parts:
                words(whole, blocks)
            if "world" in asked.parts:
                world(whole, blocks | {"sound": sounds(whole.catalogue)}, asked.seed, asked.splits)
        if "hetrec" in asked.parts:
            hetrec(Path(folder), asked.data, asked.seed, asked.splits)
    print(f"\n{time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
