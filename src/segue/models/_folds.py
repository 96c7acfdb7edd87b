"""Inner splits: what a tuner may look at. Never the rows that a model is judged on."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from segue.core.protocols import Scores
from segue.core.types import I64, Bools, Interactions, Queries
from segue.evaluation.metrics import F64, ndcg
from segue.evaluation.ranking import Lists, distinct, positions, ranks

CHUNK = 256  # queries scored at a time


@dataclass(frozen=True, slots=True)
class Fold:
    """Fit on `train`; then every query's `truth` should rank high among all that its history lacks."""

    train: Interactions
    queries: Queries  # B histories
    truth: Lists  # (B) lists of positions in train.items

    def sample(self, n: int, rng: np.random.Generator) -> Fold:
        """At most n of the queries."""
        if n >= len(self.queries):
            return self
        keep = np.zeros(len(self.queries), bool)
        keep[rng.choice(len(self.queries), n, replace=False)] = True
        return Fold(self.train, _chosen(self.queries, keep), _chosen_lists(self.truth, keep))


def measure(model: Scores, fold: Fold, k: int = 10) -> float:
    """Mean NDCG@k over the fold's queries, whole catalogue, history filtered, ties by mid-rank."""
    return float(gains(model, fold, k).sum() / max(len(fold.queries), 1))


def gains(model: Scores, fold: Fold, k: int = 10) -> F64:
    """(B,) the same for each query."""
    out = np.zeros(len(fold.queries))
    for start in range(0, len(fold.queries), CHUNK):
        queries = fold.queries.slice(start, min(start + CHUNK, len(fold.queries)))
        truth = fold.truth.slice(start, start + len(queries))
        seen = distinct(model.items, queries.indptr, queries.items)
        rows = positions(model.items, fold.train.items[truth.rows])
        place = ranks(model.score(queries), Lists(truth.indptr, rows), seen)
        out[start : start + len(queries)] = ndcg(place, truth.indptr, k)
    return out


def last_out(data: Interactions, back: int = 1) -> Fold:
    """Every owner's event `back` places from the end is the truth, what stands before it is train and history.

    Owners too short to keep two events of history, and those whose truth was heard before, stay whole and ask nothing.
    """
    owner = data.owner_rows()
    place = np.arange(len(owner)) - data.indptr[owner]
    at = np.diff(data.indptr) - back  # (U,) place of the truth
    pair = owner.astype(np.int64) * len(data.items) + data.rows
    _, first = np.unique(pair, return_index=True)
    is_new = np.zeros(len(owner), bool)
    is_new[first] = True
    asks = at >= 2
    asks[asks] = is_new[(data.indptr[:-1] + at)[asks]]
    return _fold(data, asks, train=~asks[owner] | (place < at[owner]), truth=asks[owner] & (place == at[owner]))


def part_out(data: Interactions, rng: np.random.Generator, owners: float = 0.2, share: float = 0.3) -> Fold:
    """A share of the items of some owners is the truth; what is left of them is train and history."""
    u, n = data.shape
    chosen = rng.random(u) < owners
    owner = data.owner_rows()
    pair = owner.astype(np.int64) * n + data.rows
    distinct_pairs, where = np.unique(pair, return_inverse=True)
    hidden = (rng.random(len(distinct_pairs)) < share)[where] & chosen[owner]
    asks = np.bincount(owner[hidden], minlength=u) > 0
    return _fold(data, asks, train=~hidden, truth=hidden)


def after(data: Interactions, moment: int, until: int | None = None) -> Fold:
    """What owners took first in [`moment`, `until`) (UTC ms) is the truth; all that came before is train and history.

    The catalogue is the one of that day: items that nobody had taken by then are neither ranked nor asked for, because
    what a source says of an item (its artists, its album) came with the first row that names it.
    """
    if until is not None:
        data = data.only(data.at < until)
    late = data.at >= moment
    known = np.zeros(len(data.items), bool)
    known[data.rows[~late]] = True
    data = _of_items(data, known)
    late = data.at >= moment
    owner = data.owner_rows()
    pair = owner.astype(np.int64) * len(data.items) + data.rows
    fresh = late & ~np.isin(pair, pair[~late])
    asks = (np.bincount(owner[fresh], minlength=data.shape[0]) > 0) & (
        np.bincount(owner[~late], minlength=data.shape[0]) > 0
    )
    return _fold(data, asks, train=~late, truth=fresh & asks[owner])


def _of_items(data: Interactions, keep: Bools) -> Interactions:
    """The items where `keep` (N,) is true, with their events and attributes."""
    data = data.only(keep[data.rows])
    place = (np.cumsum(keep) - 1).astype(np.int32)
    return replace(data, items=data.items[keep], rows=place[data.rows], attributes=data.attributes.where(keep))


def _fold(data: Interactions, asks: Bools, train: Bools, truth: Bools) -> Fold:
    kept, hidden = data.only(train), data.only(truth)
    queries = Queries.of(
        kept.indptr, data.items[kept.rows], kept.weights, kept.at,
        now=np.array([kept.at[i - 1] if i else 0 for i in kept.indptr[1:]], np.int64), country=data.country,
    )  # fmt: skip
    pairs = distinct(data.items, hidden.indptr, data.items[hidden.rows])
    return Fold(kept, _chosen(queries, asks), _chosen_lists(pairs, asks))


def _chosen(queries: Queries, keep: Bools) -> Queries:
    """The queries where `keep` (B,) is true."""
    counts = np.diff(queries.indptr)
    events = np.repeat(keep, counts)
    return Queries(
        _starts(counts[keep]), queries.items[events], queries.weights[events], queries.at[events],
        queries.now[keep], queries.hour[keep], queries.country[keep],
    )  # fmt: skip


def _chosen_lists(lists: Lists, keep: Bools) -> Lists:
    counts = np.diff(lists.indptr)
    return Lists(_starts(counts[keep]), lists.rows[np.repeat(keep, counts)])


def _starts(counts: I64) -> I64:
    """(B+1,) from (B,)."""
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
