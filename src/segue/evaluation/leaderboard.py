"""Several models side by side on the same listeners: who is best, by how much, and how surely."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from segue.core.errors import UnknownName, UsageError
from segue.core.protocols import Scores
from segue.core.types import I64, Bools
from segue.evaluation.evaluate import Cold, Protocol, Result, Seen, evaluate, mean
from segue.evaluation.intervals import Interval, intervals
from segue.evaluation.ranking import Ties
from segue.store.splits import Split

BASELINES = ("popular", "item-knn", "ease")
LENGTHS = (0, 1, 3, 5, 10, 20, 50, 100, 200, 500, 1000)  # where buckets of history length begin


@dataclass(frozen=True, slots=True)
class Row:
    """One model's place."""

    name: str
    result: Result
    baseline: bool
    interval: Interval  # of the main metric
    difference: Interval | None  # to the best baseline, over the same listeners; None for it and where there is none


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """Rows by the main metric, best first; ties by name."""

    protocol: Protocol
    main: str  # "ndcg@10"
    rows: tuple[Row, ...]
    best_baseline: str  # "" where no baseline was among the models
    level: float  # of the intervals
    resamples: int
    seed: int

    @property
    def history(self) -> I64:
        """(B,) how many different items each listener has."""
        return self.rows[0].result.history

    def by_history(self) -> tuple[tuple[str, int, tuple[float, ...]], ...]:
        """The main metric by length of history: (label, listeners, mean of each row).

        A span holds at least 20 listeners and one in twenty of all, or is the only one.
        """
        out = []
        for low, high, inside in _spans(self.history):
            label = str(low) if low == high else f"{low}+" if high is None else f"{low}–{high}"
            means = tuple(mean(r.result.per_owner[self.main][inside]) for r in self.rows)
            out.append((label, int(inside.sum()), means))
        return tuple(out)


def leaderboard(
    models: Mapping[str, Scores], split: Split, main: str = "", k: Sequence[int] = (10, 20, 100), seen: Seen = "drop",
    ties: Ties = "mid", cold: Cold = "count", baselines: Collection[str] = BASELINES, level: float = 0.95,
    resamples: int = 1000, seed: int = 0, block: int | None = None,
) -> Leaderboard:  # fmt: skip
    """Evaluate every model on one split; `main` is NDCG at the first cut-off unless another metric is named."""
    results = {name: evaluate(model, split, k, seen, ties, cold, block) for name, model in models.items()}
    return compare(results, main, baselines, level, resamples, seed)


def compare(
    results: Mapping[str, Result], main: str = "", baselines: Collection[str] = BASELINES, level: float = 0.95,
    resamples: int = 1000, seed: int = 0,
) -> Leaderboard:  # fmt: skip
    """A leaderboard of results that were made before, under one protocol."""
    if not results:
        raise UsageError("a leaderboard of no models; give at least one")
    first = next(iter(results.values()))
    for name, result in results.items():
        if result.protocol != first.protocol or not np.array_equal(result.owners, first.owners):
            raise UsageError(f"{name!r} was evaluated otherwise: {result.protocol}; the others: {first.protocol}")
    main = main or f"ndcg@{first.k[0]}"
    if main not in first.per_owner:
        raise UnknownName("metric", main, first.per_owner)
    names = sorted(results, key=lambda name: (-results[name].metrics[main], name))
    best = next((name for name in names if name in baselines), "")
    values = np.stack([results[name].per_owner[main] for name in names], axis=1)
    own = intervals(values, level, resamples, seed, first.owners)
    gaps: list[Interval] | None = None
    if best:
        gaps = intervals(values - values[:, [names.index(best)]], level, resamples, seed, first.owners)
    rows = tuple(
        Row(name, results[name], name in baselines, own[i], None if gaps is None or name == best else gaps[i])
        for i, name in enumerate(names)
    )
    return Leaderboard(first.protocol, main, rows, best, level, resamples, seed)


def _spans(history: I64) -> list[tuple[int, int | None, Bools]]:
    """Spans of history length (first, last or open, who), each with enough listeners to average."""
    enough = max(20, len(history) / 20)
    starts, above = [max(edge for edge in LENGTHS if edge <= history.min())], len(history)
    for edge in (edge for edge in LENGTHS if edge > starts[0]):
        inside = int(((history >= starts[-1]) & (history < edge)).sum())
        if above - inside < enough:
            break
        if inside >= enough:
            starts.append(edge)
            above -= inside
    ends = [start - 1 for start in starts[1:]]
    return [
        (low, high, (history >= low) if high is None else (history >= low) & (history <= high))
        for low, high in zip(starts, [*ends, None])
    ]
