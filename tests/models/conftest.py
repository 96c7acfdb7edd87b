"""Interactions written by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from segue.core.types import Attributes, Interactions, Kind

DAY = 86_400_000


@pytest.fixture
def taken() -> Callable[..., Interactions]:
    """(histories oldest first, n): owners 1…, items 1…n. `days` (as the histories) makes the data timed; `artists` is
    the credited artists of each item, `albums` a number each, `tags` (n, T) how often each was applied."""

    def make(
        histories: Sequence[Sequence[int]], n: int, *, days: Sequence[Sequence[int]] | None = None,
        artists: Sequence[Sequence[int]] | None = None, albums: Sequence[int] | None = None, tags: Any = None,
        weights: Sequence[float] | None = None, ordered: bool = False,
    ) -> Interactions:  # fmt: skip
        numbers = np.array([i for line in histories for i in line], np.int32)
        when = np.arange(len(numbers)) if days is None else np.array([d for line in days for d in line]) * DAY
        credited = np.zeros((n, 100), bool)
        for row, who in enumerate(artists or ()):
            credited[row, list(who)] = True
        attributes = Attributes(
            artist=np.array([who[0] for who in artists] if artists else [0] * n, np.int32),
            album=np.array(albums if albums else [0] * n, np.int32),
            artists=sp.csr_array(credited),
            tags=sp.csr_array(np.zeros((n, 0)) if tags is None else tags, dtype=np.float32),
            duration=np.zeros(n, np.int64), released=np.zeros(n, np.int64), explicit=np.zeros(n, bool),
        )  # fmt: skip
        return Interactions(
            id="by-hand", kind=Kind.TRACK, owners=np.arange(1, len(histories) + 1, dtype=np.int32),
            items=np.arange(1, n + 1, dtype=np.int32), indptr=np.cumsum([0, *map(len, histories)]).astype(np.int64),
            rows=numbers - 1, at=when.astype(np.int64), weights=np.array(weights or [1] * len(numbers), np.float32),
            country=np.zeros(len(histories), "S2"), attributes=attributes, ordered=ordered or days is not None,
            timed=days is not None,
        )  # fmt: skip

    return make
