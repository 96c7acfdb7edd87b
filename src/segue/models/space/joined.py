"""Several populations of one kind as one: what stands together in a session, or in a playlist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from segue.core.types import Interactions


def joined(populations: Sequence[Interactions]) -> Interactions:
    """All owners of populations over the same items, numbered anew from 0: an event counts alike, whoever's it is."""
    first = populations[0]
    if len(populations) == 1:
        return first
    if any(len(p.items) != len(first.items) for p in populations):
        raise ValueError(f"{[p.id for p in populations]} are not over the same items")
    counts = np.concatenate([np.diff(p.indptr) for p in populations])
    return replace(
        first,
        id="+".join(p.id for p in populations),
        owners=np.arange(len(counts), dtype=np.int32),
        indptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        rows=np.concatenate([p.rows for p in populations]),
        at=np.concatenate([p.at for p in populations]),
        weights=np.concatenate([p.weights for p in populations]),
        country=np.concatenate([p.country for p in populations]),
        ordered=all(p.ordered for p in populations),
        timed=all(p.timed for p in populations),
    )
