"""Sequences of uneven length as tables of about one length."""

from __future__ import annotations

from collections.abc import Iterator

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


def batches(
    starts: I64, ends: I64, size: int, thin: float, rng: np.random.Generator
) -> Iterator[tuple[I64, NDArray[np.bool_]]]:  # fmt: skip
    """(B, L) events of `size` windows of about one length at a time, and which of the places hold one; in random order.

    `thin` of the events of each window are left out, but for two.
    """
    length = ends - starts
    order = np.argsort(length + rng.random(len(length)), kind="stable")
    groups = [order[i : i + size] for i in range(0, len(order), size)]
    for g in rng.permutation(len(groups)):
        first, count = starts[groups[g], None], length[groups[g], None]
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
