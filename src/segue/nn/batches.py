"""Sequences of uneven length as tables of about one length."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from segue.core.types import I64


def windows(indptr: I64, size: int) -> tuple[I64, I64]:
    """(W,), (W,) start and end of every stretch of at most `size` events, from the newest back.

    Neighbours share one event, so that every event but the first is foretold once. A sequence of one event has none.
    """
    starts, ends = [], []
    for first, end in zip(indptr[:-1].tolist(), indptr[1:].tolist()):
        while end - first > 1:
            starts.append(max(first, end - size))
            ends.append(end)
            end = starts[-1] + 1
    return np.array(starts, np.int64), np.array(ends, np.int64)


def groups(lengths: I64, size: int, places: int) -> I64:
    """(G + 1,) where batches begin among windows of sorted lengths (W,), and the end.

    Each holds at most `size` windows and, where there is more than one, at most `places` events with their padding.
    """
    bounds = [0]
    while bounds[-1] < len(lengths):
        some = lengths[bounds[-1] : bounds[-1] + size]
        fit = np.count_nonzero(np.arange(1, len(some) + 1) * some <= places)
        bounds.append(bounds[-1] + max(1, int(fit)))
    return np.array(bounds, np.int64)


def batches(
    starts: I64, ends: I64, bounds: I64, thin: float, rng: np.random.Generator
) -> Iterator[tuple[I64, NDArray[np.bool_]]]:  # fmt: skip
    """(B, L) events of windows of about one length at a time, and which of the places hold one; in random order.

    `bounds` are those of `groups`. `thin` of the events of each window are left out, but for two.
    """
    length = ends - starts
    order = np.argsort(length + rng.random(len(length)), kind="stable")
    parts = [order[a:b] for a, b in pairwise(bounds.tolist())]
    for g in rng.permutation(len(parts)):
        first, count = starts[parts[g], None], length[parts[g], None]
        place = np.arange(count.max())
        luck = rng.random((len(first), len(place)))
        luck[place >= count] = np.inf
        kept = luck >= thin if thin else np.ones(luck.shape, bool)
        kept &= place < count
        kept |= np.argsort(np.argsort(-np.where(place < count, luck, -1), axis=1), axis=1) < 2
        left = np.argsort(~kept, axis=1, kind="stable")  # what is kept, in order, then the rest
        inside = np.take_along_axis(kept, left, axis=1)
        wide = int(inside.sum(axis=1).max())
        yield np.where(inside, first + left, first)[:, :wide], inside[:, :wide]
