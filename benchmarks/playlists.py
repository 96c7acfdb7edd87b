"""Playlist vectors against gensim's word2vec: what was added to playlists after a date, and the time it takes.

    segue --workspace W import playlist-archive $DATA/playlist-archive
    python benchmarks/playlists.py --workspace W [--gensim PYTHON] [--sgns] [--since 2020-10-01] [--json F]

Everything is chosen on the inner split of what was there before the date, by mean recall@100; then fitted on all of it
and judged once: the whole catalogue as it stood is ranked, what a playlist ever had is dropped, intervals are over
playlists (1,000 resamples). What is trained by gradient has three seeds. gensim (skip-gram, PYTHON is that of an
environment that has it) gets one pass of coordinate search over exponent and epochs. It is also
shown with our prior of what is taken of late, and ours without it, to tell the vectors from the prior. Times are from
lists of tokens in memory to vectors, both on two threads.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from _reference import Word2Vec, read

from segue.core.protocols import Scores
from segue.core.types import F32, F64, Interactions, Kind
from segue.evaluation import metrics
from segue.evaluation.intervals import intervals, paired
from segue.evaluation.ranking import Lists, distinct, ranks
from segue.fitted.taste_points import TastePoints
from segue.jobs.facts import snapshot_of
from segue.jobs.protocols import inner, outer, rows_of
from segue.jobs.threads import limited
from segue.models.playlist_vectors import PlaylistVectors
from segue.store.splits import Split
from segue.store.workspace import Workspace

K, SEEDS, ROUNDS = 100, 3, 3
PRIORS = (0.0, 0.05, 0.1, 0.15)
SGNS_AXES: dict[str, tuple[Any, ...]] = {"exponent": (0.0, -0.5)}
PPMI_AXES: dict[str, tuple[Any, ...]] = {"exponent": (0.5,)}


def recall(model: Scores, split: Split) -> F64:
    """(B,) recall@100 of every playlist asked; the model knows the whole catalogue of the split."""
    queries, truth = split.queries, Lists(split.truth_indptr, split.truth_rows)
    seen = distinct(model.items, queries.indptr, queries.items)
    return metrics.recall(ranks(model.score(queries), truth, seen), truth.indptr, K)


def with_prior(splits: Sequence[Split], models: Sequence[TastePoints]) -> float:
    """The weight of the prior that does best for given points on the inner splits."""
    means = {
        w: np.mean([recall(replace(m, prior_weight=w), s).mean() for m, s in zip(models, splits, strict=True)])
        for w in PRIORS
    }
    return max(means, key=lambda w: means[w])


def tuned(
    start: PlaylistVectors, axes: dict[str, tuple[Any, ...]], splits: Sequence[Split], say: Callable[[str], None]
) -> PlaylistVectors:
    """One pass of coordinate search by mean recall; the prior's weight is tried at every step."""

    def tried(recipe: PlaylistVectors) -> tuple[float, PlaylistVectors]:
        models = [recipe.fit(s.train, np.random.default_rng(0)) for s in splits]
        weight = with_prior(splits, models)
        mean = float(
            np.mean([recall(replace(m, prior_weight=weight), s).mean() for m, s in zip(models, splits, strict=True)])
        )
        say(f"  ours {recipe} prior_weight={weight}: {mean:.4f}")
        return mean, replace(recipe, prior_weight=weight)

    top, best = tried(start)
    for name, values in axes.items():
        for value in values:
            found, other = tried(replace(best, **{name: value}))
            if found > top:
                top, best = found, other
    return best


def seconds_to_vectors(recipe: PlaylistVectors, data: Interactions) -> tuple[float, float]:
    """By the clock and of processors, the quickest of a few rounds, from lists of tokens."""
    histories = [data.rows[a:b].astype(str).tolist() for a, b in pairwise(data.indptr)]
    times = []
    for _ in range(ROUNDS):
        started, used = time.perf_counter(), time.process_time()
        np.unique([token for history in histories for token in history], return_inverse=True)  # as the importer did
        recipe.vectors(data, np.random.default_rng(0))
        times.append((time.perf_counter() - started, time.process_time() - used))
    return min(times)


def main() -> None:
    given = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    given.add_argument("--workspace", type=Path, default=Path("segue-workspace"))
    given.add_argument("--gensim", help="Python of an environment that has gensim; without it gensim is left out")
    given.add_argument("--since", default="2020-10-01")
    given.add_argument("--sgns", action="store_true", help="our skip-gram too, which takes ten times as long")
    given.add_argument("--json", type=Path)
    asked = given.parse_args()
    with Workspace.open(asked.workspace) as workspace, limited(2):
        data = rows_of(snapshot_of(workspace, "default"), Kind.TRACK, "playlist")
        compared(outer(data, since=asked.since), asked.gensim, asked.sgns, asked.json)


def compared(split: Split, gensim: str | None, with_sgns: bool, report: Path | None) -> None:
    splits = inner(split.train, 0)[:1]
    print(
        f"chosen on {splits[0].protocol}, {len(splits[0])} playlists; judged {split.protocol}, {len(split)} playlists"
    )
    found: dict[str, F64] = {}
    facts: dict[str, Any] = {}
    ppmi = tuned(PlaylistVectors(), PPMI_AXES, splits, print)
    ways = [("ppmi", ppmi, 1)]
    if with_sgns:
        ways.append(("sgns", tuned(PlaylistVectors(method="sgns"), SGNS_AXES, splits, print), SEEDS))
    for name, recipe, seeds in ways:
        models = [recipe.fit(split.train, np.random.default_rng(s)) for s in range(seeds)]
        found[f"playlist vectors, {name}"] = np.mean([recall(m, split) for m in models], axis=0)
        alone = [recall(replace(m, prior_weight=0.0), split) for m in models]
        found[f"playlist vectors, {name}, no prior"] = np.mean(alone, axis=0)
        facts[name] = {"recipe": str(recipe), "seconds, processor seconds": seconds_to_vectors(recipe, split.train)}
    own = replace(ppmi, parts=0.0)
    facts["ppmi, tracks alone"] = {"seconds, processor seconds": seconds_to_vectors(own, split.train)}
    found["tracks alone, ppmi, no prior"] = recall(
        replace(own.fit(split.train, np.random.default_rng(0)), prior_weight=0.0), split
    )
    if gensim is None:
        print("gensim is left out: give --gensim PYTHON of an environment that has it")
    else:
        facts["gensim"] = against(Word2Vec(gensim), split, splits, found, ppmi)
    shown(found, facts)
    if report is not None:
        means = {name: float(v.mean()) for name, v in found.items()}
        report.write_text(json.dumps({"recall@100": means, "facts": facts}, indent=1) + "\n")


def against(
    gensim: Word2Vec, split: Split, splits: Sequence[Split], found: dict[str, F64], ours: PlaylistVectors
) -> dict[str, Any]:  # fmt: skip
    """gensim's recalls into `found`; its settings and seconds."""
    settings, decay = gensim.tuned(
        [s.train for s in splits], lambda p, model: float(recall(model, splits[p]).mean()), print
    )

    def prior_of(data: Interactions) -> F32:
        return ours.prior(data)

    made = [gensim.vectors(s.train, settings)[0] for s in splits]
    inner_models = [
        replace(read(s.train, v, decay), prior=prior_of(s.train)) for s, v in zip(splits, made, strict=True)
    ]
    weight = with_prior(splits, inner_models)
    runs = [gensim.vectors(split.train, settings, seed) for seed in range(1, SEEDS + 1)]
    models = [read(split.train, v, decay) for v, _ in runs]
    found["gensim word2vec"] = np.mean([recall(m, split) for m in models], axis=0)
    helped = [replace(m, prior=prior_of(split.train), prior_weight=weight) for m in models]
    found["gensim word2vec with our prior"] = np.mean([recall(m, split) for m in helped], axis=0)
    return {
        "settings": settings,
        "decay": decay,
        "prior": weight,
        "seconds, processor seconds": min(s for _, s in runs),
    }


def shown(found: dict[str, F64], facts: dict[str, Any]) -> None:
    print(f"\n| vectors | recall@{K} | 95 % |\n|---|---|---|")
    for name, values in found.items():
        mean, low, high = intervals(values[:, None])[0]
        print(f"| {name} | {mean:.4f} | {low:.4f}-{high:.4f} |")
    theirs = found.get("gensim word2vec")
    if theirs is not None:
        for name, values in found.items():
            if "gensim" not in name:
                print(f"{name} over gensim: {paired(values, theirs)}")
    for name, fact in facts.items():
        print(f"{name}: {fact}")


if __name__ == "__main__":
    main()
