"""Does the hour help? What is played next, ranked with and without the time of day, in a simulated world.

    python benchmarks/hours.py [--listeners 600] [--split outer]

A world of 60 days; the last week is judged (`--split inner`: the week before). What `segue.candidates._habits` says of
hours was chosen on the week before the last of another world. All is fitted on what came before the week. Of each
listener with FEWEST plays, up to SITTINGS sittings of the week are drawn; at the start of each all tracks are ranked,
those heard before too, since people come back to them, and the truth is what the sitting plays. NDCG@20 with 95 %
bootstrap intervals over listeners. The control moves every past sitting to an hour drawn by chance: what still gains
does not gain by the hour. Prints Markdown.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from segue.candidates import SOURCES, Board, Section, Stock, sittings
from segue.core.clock import HOUR_MS
from segue.core.types import F32, I64, Context, Ids, Kind, Query
from segue.evaluation.intervals import intervals
from segue.evaluation.metrics import ndcg
from segue.jobs.moods import learn_moods
from segue.models.ease import Ease
from segue.store import snapshot
from segue.store.workspace import Workspace
from segue.world import WorldSettings, make_world

WEEK, K, FEWEST, SITTINGS = 7 * 86_400_000, 20, 20, 4
WAYS = ("popular", "popular at this hour", "own taste", "own taste and the hour", "the same, hours shuffled")


def world(folder: Path, listeners: int) -> snapshot.Snapshot:
    made = make_world(WorldSettings(listeners=listeners, days=60, tracks=3_000, seed=0))
    with Workspace.create(folder) as workspace:
        workspace.log.append((), list(made.items()))
        workspace.log.append_table(made.events())
        return snapshot.take(workspace, "default", simulated=True)


def shuffled(at: I64, rng: np.random.Generator) -> I64:
    """(E,) the same sittings, each at an hour of the day drawn by chance."""
    sitting = sittings(at)
    return np.asarray(at + rng.integers(-12, 12, int(sitting.max()) + 1)[sitting] * HOUR_MS, np.int64)


def worth(section: Section, items: Ids, scores: F32, truth: Ids) -> float:
    """NDCG@20 of a ranking of a whole section; items without a score stand last, ties at the mean of their places."""
    full = np.full(len(section), -np.inf)
    full[section.rows(items)] = scores
    own = full[section.rows(truth)][:, None]
    ranks = 0.5 + (full > own).sum(1) + (full == own).sum(1) / 2
    return float(ndcg(ranks.astype(np.float32), np.array([0, len(truth)]), K)[0])


def judge(taken: snapshot.Snapshot, cut: int) -> tuple[np.ndarray, Ids]:
    """(S, ways) NDCG of every sitting of the week after the cut, and (S,) whose it is."""
    data = taken.interactions(Kind.TRACK)
    train = data.only(data.at < cut)
    model, moods = Ease().fit(train, np.random.default_rng(0)), learn_moods(taken, None)
    stock = Stock.make(taken.catalogue, {Kind.TRACK: model}, {Kind.TRACK: train}, Kind.TRACK, moods=moods)
    section, rng = stock.sections[Kind.TRACK], np.random.default_rng(0)
    values, owners = [], []
    for u in range(len(data.owners)):
        mine = slice(*data.indptr[u : u + 2])
        at, items = data.at[mine], data.items[data.rows[mine]]
        before, after = at < cut, (at >= cut) & (at < cut + WEEK)
        if before.sum() < FEWEST or not after.any():
            continue
        sitting = sittings(at)
        found = np.unique(sitting[after])
        for s in rng.choice(found, min(SITTINGS, len(found)), replace=False):
            those = after & (sitting == s)
            now, truth = int(at[those][0]), np.unique(items[those]).astype(np.int32)
            query = Query(
                "", 1, items[before].astype(np.int32), np.ones(int(before.sum()), np.float32), at[before],
                Context(now=now), now // HOUR_MS % 24, Kind.TRACK,
            )  # fmt: skip
            mixed = replace(query, at=shuffled(query.at, rng))
            values.append([worth(section, *way(stock, q), truth) for way, q in _ways(query, mixed)])
            owners.append(u)
    return np.array(values), np.array(owners, np.int32)


def _ways(query: Query, mixed: Query) -> list[tuple[Callable[[Stock, Query], tuple[Ids, F32]], Query]]:
    def source(name: str) -> Callable[[Stock, Query], tuple[Ids, F32]]:
        def ranked(stock: Stock, q: Query) -> tuple[Ids, F32]:
            found = SOURCES[name](Board(stock, {Kind.TRACK: q}))(q, len(stock.sections[Kind.TRACK]))
            return found.items, found.scores

        return ranked

    timeless = replace(query, context=Context(), hour=-1)
    return [
        (source("popular"), timeless), (source("popular"), query), (source("model"), query),
        (source("for-now"), query), (source("for-now"), mixed),
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description="What the time of day tells of what is played next.")
    parser.add_argument("--listeners", type=int, default=600)
    parser.add_argument("--split", choices=("inner", "outer"), default="outer")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        taken = world(Path(scratch) / "world", given.listeners)
        end = int(taken.interactions(Kind.TRACK).at.max())
        values, owners = judge(taken, end - (2 if given.split == "inner" else 1) * WEEK)
    taste, hour, control = 2, 3, 4
    print(f"{len(values):,} sittings of {len(np.unique(owners)):,} listeners; nothing heard is filtered\n")
    print("| ranked by | NDCG@20 | 95 % | against own taste | 95 % |\n|---|---|---|---|---|")
    gains = intervals(values - values[:, taste : taste + 1], owners=owners)
    for name, value, gain in zip(WAYS, intervals(values, owners=owners), gains):
        print(f"| {name} | {value.mean:.4f} | {value.low:.4f}–{value.high:.4f} | {gain.mean:+.4f} "
              f"| {gain.low:+.4f} to {gain.high:+.4f} |")  # fmt: skip
    (real,) = intervals(values[:, [hour]] - values[:, [control]], owners=owners)
    print(f"\nof the hour itself, against shuffled hours: {real.mean:+.4f} ({real.low:+.4f} to {real.high:+.4f})")


if __name__ == "__main__":
    main()
