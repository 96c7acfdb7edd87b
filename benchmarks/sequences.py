"""The next item of a sequence: python benchmarks/sequences.py [Beauty | LastFM | playlists | FILE] [NAME=VALUE …]

The recipe `transformer`, trained once a seed, beside the popular items, item neighbours, EASE and transitions at their
default settings. The last item of every listener is the truth (with `--inner` the one before it, and the last is not
looked at); the whole catalogue is ranked, what a listener had is dropped, ties count at their mean place, and items
that nobody took in training count as misses. NAME=VALUE sets a hyper-parameter of the transformer; `--without` leaves
the baselines out; `--blend` adds what `segue train` makes of these recipes, tuned and weighed on the training rows,
with each of the transformers; with `--chosen learned.json`, as a run of it wrote it, nothing is chosen anew.
FILE: lines `listener item item …`, oldest first. `--serving` times requests instead, on a network as it starts.

playlists: the public playlists of playlist-archive as sequences, by the day a track was added; what is added from
2020-10-01 on is the truth, the protocol of `segue evaluate --since` (with `--inner` the last fifth of what was there
before). Beside it neighbours of playlists and tracks by the same artists.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import numpy as np
import scipy.sparse as sp
from rich.console import Console

from segue.core.protocols import Scores
from segue.core.types import Attributes, Interactions, Kind, Queries
from segue.evaluation.evaluate import Result, evaluate
from segue.evaluation.intervals import interval
from segue.evaluation.leaderboard import compare
from segue.evaluation.ranking import Lists
from segue.evaluation.report import as_table
from segue.importers import IMPORTERS
from segue.jobs.ingest import ingest
from segue.jobs.learn import recipe_of
from segue.jobs.protocols import inner, outer, rows_of
from segue.models import RECIPES
from segue.models._folds import Fold
from segue.models.blend import Blend, Choice, assembled
from segue.store.snapshot import take
from segue.store.splits import leave_last_out
from segue.store.workspace import Workspace

DATA = Path(os.environ.get("SEGUE_DATA", "../shared/data"))
BASELINES = ("popular", "item-knn", "ease", "transitions")
COMPONENTS = (*BASELINES, "ials", "pmi-vectors", "transformer")
MAIN = "ndcg@10"
OF_PLAYLISTS = (*BASELINES, "owner-knn", "same-artist")
SINCE = "2020-10-01"


def sequences(path: Path) -> Interactions:
    """Of a text file; items in the order they first occur."""
    numbers: dict[str, int] = {}
    lines = [[numbers.setdefault(i, len(numbers)) for i in line.split()[1:]] for line in path.open()]
    n, u = len(numbers), len(lines)
    rows = np.array([i for line in lines for i in line], np.int32)
    none = np.zeros(n, np.int32)
    attributes = Attributes(
        none, none, sp.csr_array((n, 1), dtype=bool), sp.csr_array((n, 0), dtype=np.float32),
        none.astype(np.int64), none.astype(np.int64), none.astype(bool),
    )  # fmt: skip
    return Interactions(
        id=path.name, kind=Kind.TRACK, owners=np.arange(1, u + 1, dtype=np.int32),
        items=np.arange(1, n + 1, dtype=np.int32), indptr=np.cumsum([0, *map(len, lines)]).astype(np.int64), rows=rows,
        at=np.arange(len(rows), dtype=np.int64), weights=np.ones(len(rows), np.float32), country=np.zeros(u, "S2"),
        attributes=attributes, ordered=True, timed=False,
    )  # fmt: skip


def playlists() -> Interactions:
    """Tracks of playlists, oldest first, all that ever stood in them."""
    with TemporaryDirectory() as folder, Workspace.create(Path(folder) / "w") as workspace:
        source = DATA / "playlist-archive"
        ingest(workspace, source.name, IMPORTERS[source.name](), source, "default")
        return rows_of(take(workspace, "default"), Kind.TRACK, "playlist")


def chosen(data: Interactions) -> Choice:
    """What `segue train` learns with the transformer among the recipes, chosen on the last item of the rows given."""
    held = leave_last_out(data)
    fold = Fold(held.train, held.queries, Lists(held.truth_indptr, held.truth_rows))
    return Blend(components=COMPONENTS).choose(data, np.random.default_rng(0), [fold])


def chosen_before(path: Path) -> Choice:
    """The same as `segue train` wrote it down."""
    found = json.loads(path.read_text())
    recipes = {name: recipe_of(name, params) for name, params in found["recipes"].items()}
    return Choice(recipes, found["weights"], found["inner"], {}, found["seed"])


def blends(choice: Choice, data: Interactions, networks: Sequence[Scores]) -> Iterator[Scores]:
    """The blend with each of some fitted networks; all else is fitted once."""
    for name, weight in choice.weights.items():
        print(f"  blend: {name} {weight:.3f}, inner {MAIN} {choice.inner[name]:.4f}")
    print(f"  blend: inner {MAIN} {choice.inner['blend']:.4f}", flush=True)
    kept = {name: weight for name, weight in choice.weights.items() if weight}
    fitted = {n: choice.recipes[n].fit(data, np.random.default_rng(choice.seed)) for n in kept if n != "transformer"}
    for network in networks:
        models = {name: fitted.get(name, network) for name in kept}
        yield assembled(models, np.array(list(kept.values()), np.float32))


def serving(data: Interactions, recipe: Any) -> None:
    """Median processor time of 200 requests: a window but one event read whole, that event more, the same again."""
    model = replace(recipe, epochs=0).fit(data, np.random.default_rng(0))
    rng, times = np.random.default_rng(1), np.empty((200, 3))
    for line in times:
        history = data.items[rng.integers(0, len(data.items), recipe.window)]
        asked = [Queries.of(np.array([0, n]), history[:n]) for n in (len(history) - 1, len(history), len(history))]
        for i, queries in enumerate(asked):
            start = time.thread_time()
            model.score(queries)
            line[i] = time.thread_time() - start
    whole, step, again = 1e3 * np.median(times, axis=0)
    print(
        f"{recipe.window} events, {len(data.items):,} items, {recipe.layers} layers of {recipe.dimensions}, one thread"
    )
    print(f"read whole {whole:.2f} ms, one event more {step:.2f} ms, asked again {again:.2f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", default="Beauty")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--inner", action="store_true")
    parser.add_argument("--without", action="store_true")
    parser.add_argument("--blend", action="store_true")
    parser.add_argument("--chosen", type=Path, metavar="LEARNED.JSON")
    parser.add_argument("--serving", action="store_true")
    args, rest = parser.parse_known_args()
    changes = dict(setting.split("=", 1) for setting in rest)
    path = Path(args.data)
    main, baselines = MAIN, BASELINES
    if args.data == "playlists":
        data, main, baselines = playlists(), "recall@100", OF_PLAYLISTS
        split = outer(data, since=SINCE)
        split = inner(split.train, 0)[0] if args.inner else split
    else:
        data = sequences(path if path.suffix else DATA / "sequences" / f"{args.data}.txt")
        split = leave_last_out(data, back=1 if args.inner else 0)
    kind: Any = RECIPES["transformer"]
    recipe = msgspec.convert(changes, kind, strict=False)
    if args.serving:
        return serving(data, recipe)
    print(f"{args.data}, {split.protocol}: {recipe}", flush=True)
    results: dict[str, Result] = {}

    def judge(name: str, model: Scores) -> None:
        results[name] = evaluate(model, split)
        print(f"{name}: {main} {results[name].metrics[main]:.5f}", flush=True)

    networks: list[Scores] = []
    seeds = [f"transformer, seed {s}" for s in range(args.seeds)]
    for seed, name in enumerate(seeds):
        start = time.monotonic()
        model = recipe.fit(split.train, np.random.default_rng(seed))
        print(f"{name}: fitted in {time.monotonic() - start:.0f} s", flush=True)
        networks.append(model)
        judge(name, model)
    if args.blend:
        choice = chosen_before(args.chosen) if args.chosen else chosen(split.train)
        for seed, mixed in enumerate(blends(choice, split.train, networks)):
            judge(f"blend, seed {seed}", mixed)
    for name in () if args.without else baselines:
        judge(name, RECIPES[name]().fit(split.train, np.random.default_rng(0)))
    Console(width=140).print(as_table(compare(results, main, baselines), 140))
    for name in ("transformer", "blend"):
        found = [
            results[f"{name}, seed {s}"].per_owner[main] for s in range(args.seeds) if f"{name}, seed {s}" in results
        ]
        if found:
            mean = interval(np.mean(found, axis=0))
            print(f"{name}, mean of {len(found)} seeds: {main} {mean.mean:.4f} ({mean.low:.4f}–{mean.high:.4f})")


if __name__ == "__main__":
    main()
