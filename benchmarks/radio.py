"""A radio station's next track from its last ten: ours, popularity by program, item neighbours and gensim.

    zcat $DATA/triplej-radio/plays.tsv.gz | awk -F'\\t' 'BEGIN { OFS = FS }
      { if ($8 == "") $8 = "no program"; print $0, NR == 1 ? "id" : $5 " - " $4 }' | gzip > plays.tsv.gz
    segue --workspace W import interactions plays.tsv.gz --listener program --item id --title track --artist artist \\
      --time unix_time
    python benchmarks/radio.py --workspace W [--gensim PYTHON] [--json F]

A title alone does not name a track, so that the table gets a column of artist and title first. The last month judges,
the month before it is the inner split on which all is chosen; then it is fitted again on what came before the last,
and nothing of that month is learned from. All models learn from the 180 days before a month. A question is a play of
it: the ten plays of the station before it, with their times, and the hour; the whole catalogue is ranked but for those
ten tracks, and what was never played before counts as a miss. Plays of a program with gaps under four hours are a
session, and sessions are what is learned from. NDCG@20, intervals by resampling days. Popularity by program is told the
program of the play in question, as a schedule would; ours is not. It is shown as all plays count alike, and with the
half-life that did best.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from _reference import Word2Vec, read

from segue.core.types import F32, I32, I64, Interactions, Kind, Queries
from segue.evaluation.intervals import intervals
from segue.evaluation.metrics import F64, ndcg
from segue.evaluation.ranking import Lists, distinct, ranks
from segue.jobs.facts import snapshot_of
from segue.jobs.threads import limited
from segue.models import RECIPES
from segue.models._folds import Fold, gains
from segue.models._sessions import sessions
from segue.models.blend import Blend
from segue.models.popular import hours
from segue.store.workspace import Workspace

K, LAST, SEEDS = 20, 10, 3
DAY_MS, GAP_MS = 86_400_000, 4 * 3_600_000
COMPONENTS = ("item-knn", "owner-knn", "playlist-vectors", "popular", "transitions")
DAYS = 180  # before a month that are learned from, by all
HALF_LIVES = (0.0, 30.0, 14.0, 7.0, 3.0)  # days; 0: none
START: dict[str, Any] = {"vector_size": 64, "window": 10, "epochs": 10, "ns_exponent": 0.75, "sample": 1e-3}
AXES: dict[str, tuple[Any, ...]] = {"ns_exponent": (0.0,), "epochs": (30,)}


@dataclass(frozen=True)
class Month:
    """Its plays as questions, and all that came before."""

    before: Interactions  # an owner a program
    fold: Fold  # of sessions before it
    program: I32  # (B,) position in `before.owners`
    day: I64  # (B,)


def month(data: Interactions, start: int, stop: int) -> Month:
    """The plays in [start, stop) UTC ms."""
    order = np.argsort(data.at, kind="stable")
    rows, at, program = data.rows[order], data.at[order], data.owner_rows()[order]
    asked = np.flatnonzero((at >= start) & (at < stop) & (np.arange(len(at)) >= LAST))
    heard = (asked[:, None] - LAST + np.arange(LAST)).ravel()
    queries = Queries.of(
        np.arange(len(asked) + 1) * LAST, data.items[rows[heard]], None, at[heard], at[asked],
        hours(at[asked], "UTC").astype(np.int32),
    )  # fmt: skip
    before = data.only((data.at < start) & (data.at >= start - DAYS * DAY_MS))
    truth = Lists(np.arange(len(asked) + 1), rows[asked])
    return Month(before, Fold(sessions(before, GAP_MS)[0], queries, truth), program[asked], at[asked] // DAY_MS)


def months_before(end: int, n: int) -> list[int]:
    """First moments of the last n months that begin before `end`, and `end`, UTC ms."""
    last = datetime.fromtimestamp(end / 1000, UTC)
    out = [end + 1]
    year, number = last.year, last.month
    for _ in range(n):
        out.append(int(datetime(year, number, 1, tzinfo=UTC).timestamp() * 1000))
        year, number = (year - 1, 12) if number == 1 else (year, number - 1)
    return out[::-1]


def by_program(asked: Month, half_life: float) -> F64:
    """(B,) NDCG@20 of what the program of each question plays."""
    data = asked.before
    age = (data.at.max() - data.at) / DAY_MS
    counts = np.exp2(-age / half_life) if half_life else np.ones(len(age))
    per: F32 = sp.csr_array((counts, (data.owner_rows(), data.rows)), shape=data.shape).toarray().astype(np.float32)
    queries, truth = asked.fold.queries, asked.fold.truth
    seen = distinct(data.items, queries.indptr, queries.items)
    out = np.zeros(len(queries))
    for start in range(0, len(queries), 256):
        stop = min(start + 256, len(queries))
        place = ranks(per[asked.program[start:stop]], truth.slice(start, stop), seen.slice(start, stop))
        out[start:stop] = ndcg(place, np.arange(stop - start + 1), K)
    return out


def main() -> None:
    given = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    given.add_argument("--workspace", type=Path, default=Path("segue-workspace"))
    given.add_argument("--gensim", help="Python of an environment that has gensim; without it gensim is left out")
    given.add_argument("--json", type=Path)
    asked = given.parse_args()
    with Workspace.open(asked.workspace) as workspace, limited(2):
        data = snapshot_of(workspace, "default").interactions(Kind.TRACK, "listener")
        may, june, end = months_before(int(data.at.max()), 2)
        inner, outer = month(data, may, june), month(data, june, end)
        print(
            f"{len(inner.day):,} questions of the month before, {len(outer.day):,} of the last; {data.shape[1]:,} items"
        )
        found, facts = compared(inner, outer, asked.gensim, print)
    shown(found, facts, outer)
    if asked.json is not None:
        means = {name: float(v.mean()) for name, v in found.items()}
        asked.json.write_text(json.dumps({"ndcg@20": means, "facts": facts}, indent=1, default=str) + "\n")


def compared(
    inner: Month, outer: Month, gensim: str | None, say: Callable[[str], None]
) -> tuple[dict[str, F64], dict[str, Any]]:  # fmt: skip
    rng = np.random.default_rng(0)
    recipe = Blend(components=COMPONENTS, k=K, tuning_queries=500, weighing_queries=2000, trials=5)
    learned = recipe.choose(outer.fold.train, rng, [inner.fold])
    for name, trials in learned.trials.items():
        say(f"  {name}: {len(trials)} tried, {learned.recipes[name]}")
    found = {"blend": gains(learned.fit(outer.fold.train), outer.fold, K)}
    for name in COMPONENTS:
        found[name] = gains(learned.recipes[name].fit(outer.fold.train, rng), outer.fold, K)
    found["item-knn, as it comes"] = gains(RECIPES["item-knn"]().fit(outer.fold.train, rng), outer.fold, K)
    half_life = max(HALF_LIVES, key=lambda h: float(by_program(inner, h).mean()))
    found["popularity by program"] = by_program(outer, 0.0)
    found[f"popularity by program, half-life {half_life:g} days"] = by_program(outer, half_life)
    facts: dict[str, Any] = {"weights": learned.weights, "inner": learned.inner}
    if gensim is None:
        say("gensim is left out: give --gensim PYTHON of an environment that has it")
        return found, facts
    word2vec = Word2Vec(gensim)
    few = inner.fold.sample(1000, rng)
    settings, decay = word2vec.tuned(
        [inner.fold.train], lambda _, model: float(gains(model, few, K).mean()), say, START, AXES
    )
    train = outer.fold.train
    runs = [read(train, word2vec.vectors(train, settings, seed)[0], decay) for seed in range(1, SEEDS + 1)]
    found["gensim word2vec"] = np.mean([gains(model, outer.fold, K) for model in runs], axis=0)
    return found, facts | {"gensim": settings, "decay": decay}


def shown(found: dict[str, F64], facts: dict[str, Any], outer: Month) -> None:
    new = float((np.bincount(outer.before.rows, minlength=outer.before.shape[1])[outer.fold.truth.rows] == 0).mean())
    print(f"\n{new:.1%} of what is asked for was never played before and counts as a miss")
    print(f"| model | ndcg@{K} | 95 % over days | blend over it |\n|---|---|---|---|")
    day = outer.day.astype(np.int32)
    for name, values in found.items():
        mean, low, high = intervals(values[:, None], owners=day)[0]
        over = intervals((found["blend"] - values)[:, None], owners=day)[0]
        print(
            f"| {name} | {mean:.4f} | {low:.4f}-{high:.4f} | {over.mean:+.4f} ({over.low:+.4f} to {over.high:+.4f}) |"
        )
    for name, fact in facts.items():
        print(f"{name}: {fact}")


if __name__ == "__main__":
    main()
