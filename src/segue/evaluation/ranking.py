"""The one ranking kernel: best K of every row, and the rank of every held-out item, over the whole catalogue.

Both walk the rows one by one, because a row of a catalogue fits a processor's cache and the whole matrix does not;
beyond the scores themselves they hold a few rows, whatever B is. A score of NaN or -inf means "never recommend".
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from segue.core.errors import UsageError
from segue.core.types import F32, I32, I64, Ids

Ties = Literal["mid", "low", "high"]
"""What equal scores mean to a rank: the mean of their positions, lower item number first, higher number first."""

MANY = 10  # held-out items of one listener from which on one sort is quicker than a pass for each


class Lists(NamedTuple):
    """B lists of columns, one after the other: list b is `rows[indptr[b]:indptr[b+1]]`."""

    indptr: I64  # (B+1,)
    rows: I32  # (E,) positions in the items that the scores are of

    def slice(self, start: int, stop: int) -> Lists:
        """Lists start:stop."""
        lo, hi = int(self.indptr[start]), int(self.indptr[stop])
        return Lists(self.indptr[start : stop + 1] - lo, self.rows[lo:hi])

    def owner(self) -> I64:
        """(E,) which list each row belongs to."""
        return np.repeat(np.arange(len(self.indptr) - 1, dtype=np.int64), np.diff(self.indptr))


def positions(items: Ids, numbers: Ids) -> I32:
    """(E,) where each number stands in the sorted `items` (N,), -1 where it does not."""
    if len(items) == 0:
        return np.full(len(numbers), -1, np.int32)
    at = np.minimum(np.searchsorted(items, numbers), len(items) - 1)
    return np.where(items[at] == numbers, at, -1).astype(np.int32)


def distinct(items: Ids, indptr: I64, numbers: Ids) -> Lists:
    """Histories of catalogue numbers as lists of columns: each once, ascending, what `items` lacks left out."""
    rows, b, n = positions(items, numbers), len(indptr) - 1, max(len(items), 1)
    owner = np.repeat(np.arange(b, dtype=np.int64), np.diff(indptr))
    keys = np.unique(owner[rows >= 0] * n + rows[rows >= 0])
    counts = np.bincount(keys // n, minlength=b)
    return Lists(np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), (keys % n).astype(np.int32))


def top_k(scores: F32, k: int, drop: Lists | None = None) -> tuple[I32, F32]:
    """The best `k` columns of every row, best first, ties by lower column.

    `scores` (B, N) is left as it is; `drop` holds B lists of columns that may not appear. Returns columns (B, k) and
    their scores (B, k); where a row has fewer than `k` to give, the rest is -1 and NaN.
    """
    if k < 1:
        raise UsageError(f"a list of {k} items; it must be 1 or more")
    b, n = _checked(scores, drop)
    rows, best = np.full((b, k), -1, np.int32), np.full((b, k), np.nan, np.float32)
    line = np.empty(n, np.float32)
    for i in range(b):
        np.fmax(scores[i], -np.inf, out=line)  # a copy in which NaN is -inf
        if drop is not None:
            line[drop.rows[drop.indptr[i] : drop.indptr[i + 1]]] = -np.inf
        chosen = _best(line, min(k, n))
        rows[i, : len(chosen)], best[i, : len(chosen)] = chosen, line[chosen]
    return rows, best


def _best(line: F32, k: int) -> NDArray[np.intp]:
    """Positions of the `k` largest of (N,), ties by position, -inf left out. `line` has no NaN."""
    n = len(line)
    if k == 0:
        return np.zeros(0, np.intp)
    width = 4 * k
    # The k-th largest of `width` stripe maxima is a floor: at least k values reach it, and few do unless they tie.
    heads = line[: n // width * width].reshape(-1, width).max(axis=0) if n >= 4 * width else line
    floor = np.partition(heads, len(heads) - k)[len(heads) - k]
    above = np.flatnonzero(line > floor)
    above = above[np.argsort(-line[above], kind="stable")]
    if len(above) >= k or floor == -np.inf:
        return above[:k]
    return np.concatenate([above, np.flatnonzero(line == floor)[: k - len(above)]])


def ranks(scores: F32, truth: Lists, drop: Lists | None = None, ties: Ties = "mid") -> F32:
    """(T,) the rank of every item of `truth` among all columns of its row that may be recommended, from 1.

    Ties share the mean of their positions, (best + worst) / 2, unless `ties` says otherwise. An item that can never
    be recommended (dropped, unknown: -1, or scored NaN or -inf) has rank inf. `drop` must hold no column twice in a
    list, as `distinct` makes it. `scores` (B, N) is left as it is.
    """
    _, n = _checked(scores, drop)
    b, _ = _checked(scores, truth)
    out = np.full(len(truth.rows), np.inf, np.float32)
    owner = truth.owner()
    alive = (truth.rows >= 0) & (scores[owner, truth.rows] > -np.inf)
    if drop is not None:
        alive &= ~np.isin(owner * n + truth.rows, drop.owner() * n + drop.rows)
    bounds, none = truth.indptr.tolist(), np.zeros(0, np.int32)
    for i in range(b):
        lo, hi = bounds[i], bounds[i + 1]
        if not alive[lo:hi].any():
            continue
        line, wanted = scores[i], truth.rows[lo:hi]
        gone = none if drop is None else drop.rows[drop.indptr[i] : drop.indptr[i + 1]]
        if ties == "mid" and hi - lo > MANY:
            before, same = _sorted_counts(line, wanted, gone)
        else:
            before, same = _scanned_counts(line, wanted, gone, ties)
        out[lo:hi] = 1 + before + (same - 1) / 2
    out[~alive] = np.inf
    return out


def _scanned_counts(line: F32, wanted: I32, gone: I32, ties: Ties) -> tuple[I64, I64]:
    """How many allowed columns stand before each wanted one, and how many share its place (itself among them).

    One pass a wanted item. NaN compares false, so it counts nowhere; what is gone is counted and taken off again.
    """
    before, same = np.zeros(len(wanted), np.int64), np.ones(len(wanted), np.int64)
    lost = line[gone]
    for j, column in enumerate(wanted):
        own = line[column]
        before[j] = np.count_nonzero(line > own) - np.count_nonzero(lost > own)
        if ties == "mid":
            same[j] = np.count_nonzero(line == own) - np.count_nonzero(lost == own)
        elif ties == "low":
            before[j] += np.count_nonzero(line[:column] == own) - np.count_nonzero(lost[gone < column] == own)
        else:
            before[j] += np.count_nonzero(line[column + 1 :] == own) - np.count_nonzero(lost[gone > column] == own)
    return before, same


def _sorted_counts(line: F32, wanted: I32, gone: I32) -> tuple[I64, I64]:
    """The same for many wanted items: sort once, look each up."""
    allowed = np.sort(np.delete(line, gone) if len(gone) else line)
    allowed = allowed[: len(allowed) - np.count_nonzero(np.isnan(allowed))]  # NaN sorts last
    low, high = (np.searchsorted(allowed, line[wanted], side) for side in ("left", "right"))
    return len(allowed) - high, high - low


def _checked(scores: F32, lists: Lists | None) -> tuple[int, int]:
    if scores.ndim != 2 or (lists is not None and len(lists.indptr) != len(scores) + 1):
        shape = None if lists is None else len(lists.indptr) - 1
        raise ValueError(f"scores must be (B, N) with a list a row: {scores.shape=}, lists={shape}")
    return scores.shape
