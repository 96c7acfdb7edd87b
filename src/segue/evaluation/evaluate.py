"""One model against what a split holds back: figures a listener, over the whole catalogue."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from segue.core.errors import UsageError
from segue.core.protocols import Scores
from segue.core.types import F32, I32, I64, Bools, Ids, Interactions, Kind, Queries
from segue.evaluation import metrics
from segue.evaluation.ranking import Lists, Ties, distinct, positions, ranks, top_k
from segue.store.splits import Split

Seen = Literal["drop", "keep"]
Cold = Literal["count", "leave"]
F64 = NDArray[np.float64]

CELLS = 2**24  # scores held at a time where no block is given: 64 MB


@dataclass(frozen=True, slots=True)
class Protocol:
    """How figures came about: two sets of figures may be compared where these are equal."""

    split: str  # how the split was made, in words
    seen: Seen  # what a listener has already is dropped before ranking, or kept
    ties: Ties
    cold: Cold  # held-out items that nobody took in training count as misses, or are left out
    data: str  # content address of the training data
    kind: Kind  # of the items
    listeners: int  # with something to find
    items: int  # of the catalogue, all ranked
    events: int  # of the training data
    truths: int  # held-out pairs
    cold_truths: int  # pairs whose item nobody took in training, counted before any is left out
    seen_truths: int  # pairs that stand in the listener's own history: out of reach where seen is dropped

    def __str__(self) -> str:
        seen = "seen items dropped" if self.seen == "drop" else "seen items kept"
        ties = {"mid": "ties at their mean place", "low": "ties by item number", "high": "ties by number, last first"}
        cold = "items new to everybody count as misses" if self.cold == "count" else "items new to everybody left out"
        return f"{self.split}; whole catalogue ranked; {seen}; {ties[self.ties]}; {cold}"


@dataclass(frozen=True, slots=True)
class Result:
    """The figures of one model."""

    protocol: Protocol
    k: tuple[int, ...]  # cut-offs; the first is the length of the lists that coverage … gini are read from
    metrics: Mapping[str, float]  # "ndcg@10", "mrr", … means over listeners; "coverage@10", "gini@10" of the catalogue
    per_owner: Mapping[str, F64]  # (B,) each, NaN where it means nothing for a listener
    owners: Ids  # (B,) who was asked
    history: I64  # (B,) how many different items each has
    seconds: float  # of scoring and ranking


def evaluate(
    model: Scores, split: Split, k: Sequence[int] = (10, 20, 100), seen: Seen = "drop", ties: Ties = "mid",
    cold: Cold = "count", block: int | None = None,
) -> Result:  # fmt: skip
    """Rank the whole catalogue for every listener with held-out items and measure where those come.

    Listeners with nothing held out are left out. `block` listeners are scored at a time (by default as many as make
    64 MB of scores). Held-out items the model does not know, or that the filter drops, are misses: never silently
    skipped, and counted in the protocol. With `cold="leave"`, held-out items that nobody took in training, and
    listeners who have no others, are left out, as some published protocols do.
    """
    cuts = tuple(dict.fromkeys(int(c) for c in k))
    if not cuts or min(cuts) < 1:
        raise UsageError(f"cut-offs {tuple(k)}; give one or more, each 1 or more")
    train = split.train
    takers = _takers(train)
    protocol, asked, truth, queries = _ask(split, takers, seen, ties, cold)
    had = distinct(train.items, queries.indptr, queries.items)

    started = time.perf_counter()
    columns = positions(train.items, model.items)  # of the catalogue, -1 where the model knows what it does not have
    known, b = columns >= 0, len(queries)
    to_model = np.full(len(train.items), -1, np.int32)
    to_model[columns[known]] = np.arange(known.sum(), dtype=np.int32)
    step = block or max(1, min(2048, CELLS // max(1, len(model.items))))
    at, shown = np.empty(len(truth.rows), np.float32), np.full((b, cuts[0]), -1, np.int32)
    for start in range(0, b, step):
        stop = min(start + step, b)
        scores = _scores(model, queries.slice(start, stop), known)
        drop = _mapped(had.slice(start, stop), to_model) if seen == "drop" else None
        wanted = truth.slice(start, stop)
        lo, hi = int(truth.indptr[start]), int(truth.indptr[stop])
        at[lo:hi] = ranks(scores, Lists(wanted.indptr, to_model[wanted.rows]), drop, ties)
        rows, _ = top_k(scores, cuts[0], drop)
        shown[start:stop] = np.where(rows >= 0, columns[known][rows], -1)
    seconds = time.perf_counter() - started

    per_owner = _accuracy(at, truth.indptr, cuts) | _beyond(shown, had, takers, train)
    of_all = {f"coverage@{cuts[0]}": metrics.coverage(shown, len(train.items)),
              f"gini@{cuts[0]}": metrics.gini(shown, len(train.items))}  # fmt: skip
    means = {name: mean(values) for name, values in per_owner.items()}
    return Result(protocol, cuts, means | of_all, per_owner, split.owners[asked], np.diff(had.indptr), seconds)


def _ask(
    split: Split, takers: I64, seen: Seen, ties: Ties, cold: Cold
) -> tuple[Protocol, NDArray[np.intp], Lists, Queries]:
    """Who is asked, and for what: the protocol, positions of the listeners, their truth and their queries."""
    train, truth = split.train, Lists(split.truth_indptr, split.truth_rows)
    new = takers[truth.rows] == 0
    if cold == "leave":
        truth = _where(truth, ~new)
    asked = np.flatnonzero(np.diff(truth.indptr))
    if len(asked) == 0:
        raise UsageError(f"nothing to evaluate: no listener has an item held back ({split.protocol})")
    truth = Lists(np.concatenate([[0], np.cumsum(np.diff(truth.indptr)[asked])]), truth.rows)
    queries = _pick(split.queries, asked)
    had = distinct(train.items, queries.indptr, queries.items)
    n = len(train.items)
    both = np.isin(truth.owner() * n + truth.rows, had.owner() * n + had.rows)
    protocol = Protocol(
        split.protocol, seen, ties, cold, train.id, train.kind, len(asked), n, len(train.rows), len(truth.rows),
        int(new.sum()), int(both.sum()),
    )  # fmt: skip
    return protocol, asked, truth, queries


def _scores(model: Scores, queries: Queries, known: Bools) -> F32:
    scores = model.score(queries)
    if scores.shape != (len(queries), len(known)):
        raise ValueError(f"{type(model).__name__}.score gave {scores.shape}, not {(len(queries), len(known))}")
    return scores if known.all() else scores[:, known]


def _accuracy(at: F32, indptr: I64, cuts: tuple[int, ...]) -> dict[str, F64]:
    out: dict[str, F64] = {}
    for cut in cuts:
        out[f"ndcg@{cut}"] = metrics.ndcg(at, indptr, cut)
        out[f"recall@{cut}"] = metrics.recall(at, indptr, cut)
        out[f"hr@{cut}"] = metrics.hit_rate(at, indptr, cut)
    return out | {"mrr": metrics.mrr(at, indptr)}


def _beyond(shown: I32, had: Lists, takers: I64, train: Interactions) -> dict[str, F64]:
    k, size = shown.shape[1], np.diff(had.indptr)
    weight = np.bincount(had.owner(), takers[had.rows].astype(np.float64), minlength=len(size))
    usual = np.divide(weight, size, out=np.full(len(size), np.nan), where=size > 0)
    out = {
        f"novelty@{k}": metrics.novelty(shown, takers, len(train.owners)),
        f"popularity@{k}": metrics.popularity(shown, takers),
        f"popularity-lift@{k}": metrics.popularity_lift(shown, usual, takers),
    }
    tags, artist = train.attributes.tags, train.attributes.artist
    if tags.nnz:
        out[f"tag-diversity@{k}"] = metrics.diversity(shown, tags)
    if artist.any():
        some = np.flatnonzero(artist)
        _, column = np.unique(artist[some], return_inverse=True)
        one_hot = sp.csr_array((np.ones(len(some)), (some, column)), shape=(len(artist), int(column.max()) + 1))
        out[f"artist-diversity@{k}"] = metrics.diversity(shown, one_hot)
    return out


def _takers(data: Interactions) -> I64:
    """(N,) how many different owners took each item."""
    keys = np.unique(data.owner_rows().astype(np.int64) * len(data.items) + data.rows)
    return np.bincount(keys % max(1, len(data.items)), minlength=len(data.items)).astype(np.int64)


def _where(lists: Lists, keep: Bools) -> Lists:
    counts = np.bincount(lists.owner()[keep], minlength=len(lists.indptr) - 1)
    return Lists(np.concatenate([[0], np.cumsum(counts)]), lists.rows[keep])


def _mapped(lists: Lists, to: I32) -> Lists:
    """The same lists in other columns; what has none there is left out."""
    moved = Lists(lists.indptr, to[lists.rows])
    return _where(moved, moved.rows >= 0)


def _pick(queries: Queries, rows: NDArray[np.intp]) -> Queries:
    """Some queries of a batch, in the order given."""
    if len(rows) == len(queries):
        return queries
    size = np.diff(queries.indptr)[rows]
    indptr = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    at = np.repeat(queries.indptr[rows] - indptr[:-1], size) + np.arange(indptr[-1])
    return replace(
        queries, indptr=indptr, items=queries.items[at], weights=queries.weights[at], at=queries.at[at],
        now=queries.now[rows], hour=queries.hour[rows], country=queries.country[rows],
    )  # fmt: skip


def mean(values: F64) -> float:
    """Of those that mean something; NaN where none does."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")
