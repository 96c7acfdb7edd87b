"""Splits of interactions into what may be learned from and what is to be guessed. All are vectorised and repeatable."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from segue.core.errors import UsageError
from segue.core.types import I32, I64, Bools, Ids, Interactions, Queries

FEWEST = 3
"""Events of an owner below which leave-last-out leaves them in training alone."""


@dataclass(frozen=True, slots=True)
class Split:
    """Train on `train`, ask `queries`, compare with the truth."""

    train: Interactions  # the owners and items of the whole; their events less what is hidden
    owners: Ids  # (B,) who is asked about, sorted
    queries: Queries  # (B,) the training history of each
    truth_indptr: I64  # (B+1,)
    truth_rows: I32  # positions in train.items, distinct within an owner
    protocol: str

    def __len__(self) -> int:
        return len(self.owners)


def leave_last_out(data: Interactions, back: int = 0) -> Split:
    """The last event of each owner is the truth; with `back` = n, the one n before it, and what follows is dropped.

    Owners with fewer than 3 events (or than back + 2) stay in training alone. Ties in time: the order of arrival.
    """
    if not data.ordered:
        raise UsageError(f"leave-last-out needs an order, and {data.id} has none; leave-part-out does not")
    counts = np.diff(data.indptr)
    asked = np.flatnonzero(counts >= max(FEWEST, back + 2))
    truth = data.indptr[asked + 1] - 1 - back
    keep = np.ones(len(data.rows), np.bool_)
    for n in range(back + 1):
        keep[truth + n] = False
    name = "leave-last-out" if back == 0 else f"leave-last-out, {back} back"
    now = data.at[truth] if data.timed else None
    return _split(data, keep, asked, np.arange(len(asked) + 1), data.rows[truth], name, now)


def leave_part_out(
    data: Interactions, owners: float = 0.2, items: float = 0.3, rng: np.random.Generator | None = None
) -> Split:
    """Of a share of the owners, a share of their different items is hidden, with all events on them.

    At least one item is hidden and one left; owners with a single item are not chosen. Without `rng`: seed 0.
    """
    rng = np.random.default_rng(0) if rng is None else rng
    u, n = data.shape
    pairs, which = np.unique(data.owner_rows().astype(np.int64) * max(1, n) + data.rows, return_inverse=True)
    owner_of = pairs // max(1, n)
    distinct = np.bincount(owner_of, minlength=u)
    eligible = np.flatnonzero(distinct >= 2)
    size = min(len(eligible), max(1, round(owners * len(eligible)))) if len(eligible) else 0
    asked = np.sort(rng.choice(eligible, size, replace=False))
    hide = np.zeros(u, np.int64)
    hide[asked] = np.clip(np.rint(items * distinct[asked]).astype(np.int64), 1, distinct[asked] - 1)
    order = np.lexsort((rng.random(len(pairs)), owner_of))  # within each owner at random
    first = np.concatenate([[0], np.cumsum(distinct)])[:-1]
    hidden = np.zeros(len(pairs), np.bool_)
    hidden[order] = np.arange(len(pairs)) - first[owner_of[order]] < hide[owner_of[order]]
    indptr = np.concatenate([[0], np.cumsum(hide[asked])])
    rows = (pairs[hidden] % max(1, n)).astype(np.int32)
    return _split(data, ~hidden[which], asked, indptr, rows, f"leave-part-out, {items:g} of {owners:g}", None)


def by_date(data: Interactions, cut: int, new_only: bool = True) -> Split:
    """Train on what was taken before `cut` (as `at` is: UTC ms, or a running order); the truth is what came after.

    The truth is different items, in the order first taken after the cut; with `new_only` without those of the owner's
    history. Owners without a history or without a truth are not asked about.
    """
    before: Bools = data.at < cut
    n = max(1, data.shape[1])
    pair = data.owner_rows().astype(np.int64) * n + data.rows
    after = np.flatnonzero(~before)
    after = after[np.sort(np.unique(pair[after], return_index=True)[1])]
    if new_only:
        after = after[~np.isin(pair[after], pair[before])]
    owner = pair[after] // n
    has = np.bincount(data.owner_rows()[before], minlength=len(data.owners)) > 0
    after, owner = after[has[owner]], owner[has[owner]]
    asked, counts = np.unique(owner, return_counts=True)
    now = np.full(len(asked), cut, np.int64) if data.timed else None
    indptr = np.concatenate([[0], np.cumsum(counts)])
    protocol = f"by date, from {_moment(cut) if data.timed else cut}"
    return _split(data, before, asked, indptr, data.rows[after], protocol, now, data.attributes.tagged.at >= cut)


def _telling(data: Interactions, keep: Bools) -> Bools:
    """(S,) words said by an owner of an item that the split hides from them altogether."""
    said = data.attributes.tagged
    n = max(1, data.shape[1])
    owner = np.searchsorted(data.owners, said.listener)
    pair = owner.astype(np.int64) * n + said.row
    events = data.owner_rows().astype(np.int64) * n + data.rows
    hidden = np.setdiff1d(events[~keep], events[keep])
    known = owner < len(data.owners)
    known[known] = data.owners[owner[known]] == said.listener[known]
    return known & np.isin(pair, hidden)


def _moment(at: int) -> str:
    """UTC ms as people write it."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M")


def _split(
    data: Interactions, keep: Bools, asked: NDArray[np.intp], indptr: NDArray[np.int64], truth: I32, protocol: str,
    now: I64 | None, telling: Bools | None = None,
) -> Split:  # fmt: skip
    told = _telling(data, keep)
    about = data.attributes.untagged(told if telling is None else told | telling)
    train = replace(data.only(keep), id=f"{data.id}:{protocol}", attributes=about)
    counts = np.diff(train.indptr)[asked]
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    events = np.repeat(train.indptr[asked] - starts[:-1], counts) + np.arange(starts[-1])
    queries = Queries.of(
        starts, data.items[train.rows[events]], train.weights[events], train.at[events], now,
        country=data.country[asked],
    )  # fmt: skip
    owners = data.owners[asked].astype(np.int32)
    return Split(train, owners, queries, indptr.astype(np.int64), truth.astype(np.int32), protocol)


def standing(split: Split) -> Split:
    """The same with the catalogue as it stood: only items that somebody has in `train` are ranked and asked for.

    A source names an item with the first row about it, so one that nobody had taken was not there to be recommended.
    Owners who are left without a truth are not asked about.
    """
    known = np.zeros(split.train.shape[1], np.bool_)
    known[split.train.rows] = True
    place = (np.cumsum(known) - 1).astype(np.int32)
    about = split.train.attributes.where(known)
    train = replace(split.train, items=split.train.items[known], rows=place[split.train.rows], attributes=about)
    reachable = known[split.truth_rows]
    row = np.repeat(np.arange(len(split)), np.diff(split.truth_indptr))[reachable]
    counts = np.bincount(row, minlength=len(split))
    asks = counts > 0
    q, lengths = split.queries, np.diff(split.queries.indptr)
    events = np.repeat(asks, lengths)
    queries = Queries(
        _ends(lengths[asks]),
        q.items[events],
        q.weights[events],
        q.at[events],
        q.now[asks],
        q.hour[asks],
        q.country[asks],
    )
    return Split(
        train, split.owners[asks], queries, _ends(counts[asks]), place[split.truth_rows[reachable]],
        f"{split.protocol}, items known by then",
    )  # fmt: skip


def _ends(counts: NDArray[np.int64]) -> I64:
    """(B+1,) from (B,)."""
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
