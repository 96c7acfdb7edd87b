"""What every owner took and when: neighbours are found at the time of asking."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import scipy.sparse as sp

from segue.core.types import F32, I64, Bools, Ids, Queries
from segue.fitted._reading import mapped, positions, spread

CHUNK = 256  # queries at a time
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class OwnerRows:
    """score(history, j) = sum over owners v of likeness(history, v) * fresh[v, j].

    likeness = (shared items / (|v| ** size_power)) ** sharpness. With `lead` an item counts as shared only if v had it
    before the history did: v is somebody whom the history follows, not somebody who follows it.
    """

    items: Ids  # (N,) sorted
    takers: sp.csr_array  # (N, U) int64: who took the item, and (data) the UTC ms when they first did
    fresh: sp.csr_array  # (U, N) float32: 2 ** -(age of v's taking j / half-life)
    size: F32  # (U,) distinct items of each owner
    lead: bool
    size_power: float
    sharpness: float

    def likeness(self, queries: Queries) -> F32:
        """(B, U) float32, 0 where nothing is shared."""
        b, u = len(queries), len(self.size)
        column, row, when = self._first_taken(queries)
        start = np.asarray(self.takers.indptr[column], np.int64)
        count = np.asarray(self.takers.indptr[column + 1], np.int64) - start
        ends = np.cumsum(count)
        at = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(start - (ends - count), count)
        pair = np.repeat(row * u, count) + self.takers.indices[at]
        if self.lead:
            pair = pair[self.takers.data[at] < np.repeat(when, count)]
        shared = np.bincount(pair, minlength=b * u).reshape(b, u).astype(np.float32)
        share = shared / np.maximum(self.size, 1) ** np.float32(self.size_power)
        return np.asarray(share ** np.float32(self.sharpness), np.float32)

    def score(self, queries: Queries) -> F32:
        """(B, N) float32."""
        if len(queries) == 1:  # few owners share anything with one history
            return spread(sp.csr_array(self.likeness(queries)), self.fresh)
        out = np.zeros((len(queries), len(self.items)), np.float32)
        by_item = self.fresh.T
        for start in range(0, len(queries), CHUNK):
            part = queries.slice(start, min(start + CHUNK, len(queries)))
            out[start : start + len(part)] = (by_item @ self.likeness(part).T).T
        return out

    def _first_taken(self, queries: Queries) -> tuple[I64, I64, I64]:
        """Each distinct known item of each history: its column, the query, and when it was taken first."""
        column = positions(queries.items, self.items)
        row = np.repeat(np.arange(len(queries), dtype=np.int64), np.diff(queries.indptr))
        known: Bools = column >= 0
        column, row, when = column[known], row[known], queries.at[known]
        order = np.lexsort((when, column, row))
        column, row, when = column[order], row[order], when[order]
        first = np.diff(row * len(self.items) + column, prepend=-1) != 0
        return column[first], row[first], when[first]

    def save(self, folder: Path) -> None:
        np.save(folder / "items.npy", self.items)
        np.save(folder / "size.npy", self.size)
        for name in ("takers", "fresh"):
            matrix = getattr(self, name)
            np.save(folder / f"{name}-indptr.npy", matrix.indptr.astype(np.int64))
            np.save(folder / f"{name}-columns.npy", matrix.indices.astype(np.int32))
            np.save(folder / f"{name}-values.npy", matrix.data)
        rest = {name: getattr(self, name) for name in ("lead", "size_power", "sharpness")}
        (folder / "owners.json").write_text(json.dumps(rest) + "\n")

    @classmethod
    def load(cls, folder: Path) -> Self:
        items, size = (mapped(folder / f"{name}.npy") for name in ("items", "size"))
        n, u = len(items), len(size)
        takers, fresh = _matrix(folder, "takers", (n, u)), _matrix(folder, "fresh", (u, n))
        return cls(items, takers, fresh, size, **json.loads((folder / "owners.json").read_text()))


def _matrix(folder: Path, name: str, shape: tuple[int, int]) -> sp.csr_array:
    indptr, columns, values = (mapped(folder / f"{name}-{part}.npy") for part in ("indptr", "columns", "values"))
    return sp.csr_array((values, columns, np.asarray(indptr, np.int32)), shape=shape, copy=False)


plugin = OwnerRows
