"""A small set made by hand, split by hand, and models whose answers are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pytest
import scipy.sparse as sp

from segue.core.types import F32, Attributes, Ids, Interactions, Kind, Queries
from segue.store.splits import Split

Lines = Sequence[Sequence[int]]


@dataclass
class Table:
    """A model that looks its scores up by the last item of the history (by the row, where `by_row`)."""

    items: Ids
    table: F32  # (catalogue numbers + 1, N)

    def score(self, queries: Queries) -> F32:
        last = np.where(np.diff(queries.indptr) > 0, queries.items[queries.indptr[1:] - 1], 0)
        return self.table[last]


@pytest.fixture
def split_of() -> Callable[..., Split]:
    """(histories, truths, n): owners 101…, items 1…n; item i is by artist (i + 1) // 2 and has one tag, i % 3."""

    def make(histories: Lines, truths: Lines, n: int) -> Split:
        items = np.arange(1, n + 1, dtype=np.int32)
        artist = (items + 1) // 2
        attributes = Attributes(
            artist, np.zeros(n, np.int32),
            sp.csr_array((np.ones(n, bool), (np.arange(n), artist)), shape=(n, int(artist.max()) + 1)),
            sp.csr_array((np.ones(n, np.float32), (np.arange(n), items % 3)), shape=(n, 3)),
            np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, bool),
        )  # fmt: skip
        numbers = np.array([i for line in histories for i in line], np.int32)
        indptr = np.cumsum([0, *map(len, histories)])
        owners = np.arange(101, 101 + len(histories), dtype=np.int32)
        train = Interactions(
            "made-by-hand", Kind.TRACK, owners, items, indptr, numbers - 1, np.arange(len(numbers)),
            np.ones(len(numbers), np.float32), np.zeros(len(owners), "S2"), attributes, ordered=True, timed=False,
        )  # fmt: skip
        rows = np.array([i - 1 for line in truths for i in line], np.int32)
        ends = np.cumsum([0, *map(len, truths)])
        return Split(train, owners, Queries.of(indptr, numbers), ends, rows, "split by hand")

    return make


@pytest.fixture
def table() -> type[Table]:
    return Table


@pytest.fixture
def random_split(split_of: Callable[..., Split]) -> Split:
    """300 listeners, 60 items, one to twelve in a history, up to four held out."""
    rng = np.random.default_rng(5)
    shuffled = [1 + rng.permutation(60) for _ in range(300)]
    sizes = rng.integers(1, 13, 300)
    return split_of([s[:h] for s, h in zip(shuffled, sizes)], [s[h : h + h % 5] for s, h in zip(shuffled, sizes)], 60)
