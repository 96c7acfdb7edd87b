"""Tracks of a playlist from its title and description alone.

    segue --workspace W import playlist-archive $DATA/playlist-archive
    python benchmarks/titles.py --workspace W

A fifth of the playlists at a time is held out whole: vectors of tracks, points of playlists and the map from words to
points are learned from the others. What is asked for is the tracks of a held-out playlist that stand in one of the
others (the rest cannot be known); recall@100 among all such tracks, intervals over playlists. Beside it: popularity
among the other playlists, and the same map given the words of another held-out playlist, the mean of ten shuffles.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from _titles import map_titles

from segue.core.types import F32, Bools, Interactions, Kind
from segue.evaluation import metrics
from segue.evaluation.intervals import intervals, paired
from segue.evaluation.metrics import F64
from segue.evaluation.ranking import Lists, ranks
from segue.jobs.facts import snapshot_of
from segue.jobs.protocols import rows_of
from segue.jobs.threads import limited
from segue.models._compose import compose, unit_rows
from segue.models.playlist_vectors import PlaylistVectors
from segue.signals.text import text_encoder
from segue.store.workspace import Workspace

K, FOLDS, FEWEST, SHUFFLES, SHRINK = 100, 5, 5, 10, 1.0
PRIOR = 0.1  # weight of popularity beside the cosine, as in the recipe


def recall(scores: F32, truth: Lists) -> F64:
    return metrics.recall(ranks(scores, truth), truth.indptr, K)


def held_out(data: Interactions, texts: F32, out: Bools, rng: np.random.Generator) -> dict[str, F64]:
    """Recalls of the playlists `out` (U,), learned from all others."""
    train = data.only(~out[data.owner_rows()])
    recipe = PlaylistVectors()
    taken = train.matrix()
    popular = np.bincount(taken.indices, minlength=data.shape[1])
    known = popular > 0
    vectors = recipe.vectors(train, rng) * known[:, None]
    mapped = (np.diff(taken.indptr) >= FEWEST) & (np.linalg.norm(texts, axis=1) > 0)
    taken.data[:] = 1
    titles = map_titles(texts[mapped], compose(vectors, taken[mapped], SHRINK))
    hidden = data.matrix()[out]
    wanted = [np.unique(hidden.indices[a:b]) for a, b in zip(hidden.indptr[:-1], hidden.indptr[1:], strict=True)]
    wanted = [w[known[w]] for w in wanted]
    asks = np.array([len(w) > 0 for w in wanted])
    truth = Lists(
        np.cumsum([0, *(len(w) for w in wanted if len(w))]),
        np.concatenate([w for w in wanted if len(w)]).astype(np.int32),
    )
    prior = np.where(known, np.log1p(popular), -np.inf).astype(np.float32)

    def scores(words: F32, weight: float) -> F32:
        point = unit_rows(titles.mean + titles.foretelling({"text": words}))
        return np.asarray(np.where(known, point @ vectors.T, 0) + weight * prior, np.float32)

    words = texts[out][asks]
    shuffled = [recall(scores(rng.permutation(words), PRIOR), truth) for _ in range(SHUFFLES)]
    return {
        "title and description": recall(scores(words, PRIOR), truth),
        "without popularity": recall(np.where(known, scores(words, 0.0), -np.inf).astype(np.float32), truth),
        "another's title": np.mean(shuffled, axis=0),
        "popularity": recall(np.tile(prior, (len(words), 1)), truth),
        "size": np.diff(truth.indptr).astype(np.float64),
    }


def main() -> None:
    given = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    given.add_argument("--workspace", type=Path, default=Path("segue-workspace"))
    asked = given.parse_args()
    with Workspace.open(asked.workspace) as workspace, limited(2):
        snapshot = snapshot_of(workspace, "default")
        data, facts = rows_of(snapshot, Kind.TRACK, "playlist"), snapshot.catalogue
        said = [f"{facts.title(n)}. {facts.description(n)}" for n in data.owners.tolist()]
        encoder = text_encoder()
        texts = encoder.encode(said)
        rng = np.random.default_rng(0)
        fold = rng.permutation(len(data.owners)) % FOLDS
        parts = [held_out(data, texts, fold == f, rng) for f in range(FOLDS)]
    found = {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}
    size = found.pop("size")
    print(f"{len(size)} playlists by words ({encoder.name}), {int(size.sum()):,} tracks, median {np.median(size):.0f}")
    print(f"| by | recall@{K} | 95 % | title and description over it |\n|---|---|---|---|")
    for name, values in found.items():
        mean, low, high = intervals(values[:, None])[0]
        over = paired(found["title and description"], values)
        print(
            f"| {name} | {mean:.4f} | {low:.4f}-{high:.4f} | {over.mean:+.4f} ({over.low:+.4f} to {over.high:+.4f}) |"
        )


if __name__ == "__main__":
    main()
