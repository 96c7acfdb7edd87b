"""What ranks and lists are worth, a figure a listener.

Accuracy is read from ranks over the whole catalogue. A mid-rank may be fractional: an item that ties with others
stands at the mean r of the places they share, is a hit at k when r <= k, and gains 1 / log2(r + 1) or 1 / r there.
So a model that gives everything the same score stands at (N + 1) / 2, where a random order stands on average, and
gains nothing by the order of its columns. Listeners without truth get NaN and count in no mean.

The rest is read from lists (B, k) of columns, -1 where a list ends early.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from segue.core.types import F32, I32, I64, Bools

F64 = NDArray[np.float64]


def _per_list(values: NDArray[np.generic], indptr: I64) -> F64:
    """(B,) sums of (T,) values by list."""
    b = len(indptr) - 1
    owner = np.repeat(np.arange(b), np.diff(indptr))
    return np.asarray(np.bincount(owner, values.astype(np.float64), minlength=b), np.float64)


def _over(numerator: F64, denominator: NDArray[np.generic]) -> F64:
    """A quotient, NaN where there is nothing to divide by."""
    out = np.full(len(numerator), np.nan)
    np.divide(numerator, denominator, out=out, where=np.asarray(denominator) > 0)
    return out


def ndcg(ranks: F32, indptr: I64, k: int) -> F64:
    """(B,) NDCG@k with binary gain: the sum of 1 / log2(rank + 1) of the hits over that of an ideal list.

    Järvelin and Kekäläinen, 2002. The ideal has min(|truth|, k) hits: a perfect list scores 1, however long the truth.
    """
    r = ranks.astype(np.float64)
    gains = np.where(r <= k, 1 / np.log2(np.maximum(r, 1) + 1), 0)
    ideal = np.concatenate([[0.0], np.cumsum(1 / np.log2(np.arange(2, k + 2)))])
    return _over(_per_list(gains, indptr), ideal[np.minimum(np.diff(indptr), k)])


def recall(ranks: F32, indptr: I64, k: int, capped: bool = True) -> F64:
    """(B,) recall@k: hits over min(|truth|, k), so that 1 can be reached; over |truth| where not `capped`."""
    size = np.diff(indptr)
    return _over(_per_list(ranks <= k, indptr), np.minimum(size, k) if capped else size)


def hit_rate(ranks: F32, indptr: I64, k: int) -> F64:
    """(B,) HR@k: 1 where any held-out item is among the first k."""
    hits = np.minimum(_per_list(ranks <= k, indptr), 1)
    return np.where(np.diff(indptr) > 0, hits, np.nan)


def mrr(ranks: F32, indptr: I64, k: int | None = None) -> F64:
    """(B,) reciprocal of the best rank; over the whole catalogue, or 0 beyond `k`."""
    out = np.full(len(indptr) - 1, np.nan)
    some = np.flatnonzero(np.diff(indptr))
    if len(some):
        best = np.minimum.reduceat(ranks.astype(np.float64), indptr[some])
        out[some] = np.where(best <= (np.inf if k is None else k), 1 / best, 0)
    return out


def coverage(lists: I32, n: int) -> float:
    """Share of the catalogue (N items) that stands in anybody's list."""
    return len(np.unique(lists[lists >= 0])) / n if n else float("nan")


def gini(lists: I32, n: int) -> float:
    """Gini index of how often each of N items is shown: 0 all alike, 1 - 1/N always the same one."""
    shown = np.sort(np.bincount(lists[lists >= 0], minlength=n)).astype(np.float64)
    if shown.sum() == 0:
        return float("nan")
    return float(((2 * np.arange(1, n + 1) - n - 1) * shown).sum() / (n * shown.sum()))


def novelty(lists: I32, takers: I64, owners: int) -> F64:
    """(B,) mean self-information of a list in bits, -log2(takers of the item / owners); no taker counts as one.

    Zhou et al., 2010; called mean inverse user frequency elsewhere. `takers` (N,) is how many owners took each item.
    """
    bits = -np.log2(np.maximum(takers, 1) / max(owners, 1))
    return _list_mean(bits, lists)


def popularity(lists: I32, takers: I64) -> F64:
    """(B,) mean number of takers of the items of a list (average recommendation popularity)."""
    return _list_mean(takers.astype(np.float64), lists)


def popularity_lift(lists: I32, history: F64, takers: I64) -> F64:
    """(B,) how much more popular a list is than the listener's own history: 0 alike, 1 twice as popular.

    Abdollahpouri et al., 2019. `history` (B,) is the mean number of takers of what each listener took; NaN: none.
    """
    return _over(popularity(lists, takers), np.nan_to_num(history)) - 1


def diversity(lists: I32, features: sp.csr_array) -> F64:
    """(B,) 1 - mean cosine of the features (N, F) over all pairs of a list; with one-hot features, 1 - share of alike.

    Ziegler et al., 2005. Items without features are left out of the pairs: knowing nothing is not diversity. NaN where
    fewer than two of a list have features.
    """
    n = features.shape[0]
    norm = np.sqrt(np.asarray(features.multiply(features).sum(axis=1)).ravel())
    unit = sp.csr_array(sp.diags_array(1 / np.where(norm > 0, norm, 1)) @ features)
    known: Bools = (lists >= 0) & (norm[lists] > 0)
    count = known.sum(axis=1)
    indptr = np.concatenate([[0], np.cumsum(count)])
    chosen = sp.csr_array((np.ones(int(count.sum())), lists[known], indptr), shape=(len(lists), n))
    total = sp.csr_array(chosen @ unit)  # (B, F): |sum of units|² = items + 2 × the cosines of all pairs
    square = np.asarray(total.multiply(total).sum(axis=1)).ravel()
    pairs = (count * (count - 1)).astype(np.float64)
    return np.clip(1 - _over(square - count, pairs), 0, 1)


def _list_mean(values: F64, lists: I32) -> F64:
    """(B,) mean of an item's value over a list; NaN where the list is empty."""
    known = lists >= 0
    return _over(np.where(known, values[lists], 0).sum(axis=1), known.sum(axis=1))
