"""Items related by what they share (artists, an album, tags): the profile of a history against every item."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
import scipy.sparse as sp

from segue.core.types import F32, I32, NO_IDS, Ids, Queries
from segue.fitted._reading import mapped, positions, spread

DAY_MS = 86_400_000


@dataclass(frozen=True)
class SharedTraits:
    """score(history, j) = sum over traits t of (sum over i in history of fresh(i) * traits[i, t]) ** saturation
    * traits[j, t], an item of the history once, as when it was taken last.

    fresh(i) = 2 ** -(days before the newest of the history / half_life_days), 1 where that is 0.
    """

    items: Ids  # (N,) sorted
    traits: sp.csr_array  # (N, T) float32, not negative
    saturation: float  # 1: ten tracks of an artist count ten times as much as one; 0.5: about three times
    half_life_days: float

    @cached_property
    def holders(self) -> sp.csr_array:
        """(T, N) the items of each trait."""
        return sp.csr_array(self.traits.T)

    def score(self, queries: Queries) -> F32:
        """(B, N) float32, 0 where nothing is shared."""
        profile = self._histories(queries) @ self.traits
        profile.data **= np.float32(self.saturation)
        if len(queries) == 1:
            return spread(profile, self.holders)
        return np.asarray((profile @ self.holders).toarray(), np.float32)

    def _histories(self, queries: Queries) -> sp.csr_array:
        """(B, N) CSR of how fresh each item of a history is, in (0, 1]."""
        b, n = len(queries), len(self.items)
        at = positions(queries.items, self.items)
        row = np.repeat(np.arange(b), np.diff(queries.indptr))
        row, column, when = row[at >= 0], at[at >= 0], queries.at[at >= 0]
        order = np.lexsort((when, column, row))
        key = row[order] * n + column[order]
        last = np.flatnonzero(np.diff(key, append=-1))
        row, column, when = row[order][last], column[order][last], when[order][last]
        fresh = np.ones(len(row), np.float32)
        if self.half_life_days:
            newest = np.full(b, np.iinfo(np.int64).min)
            np.maximum.at(newest, row, when)
            fresh = np.exp2((when - newest[row]) / (DAY_MS * self.half_life_days)).astype(np.float32)
        indptr = np.searchsorted(row, np.arange(b + 1)).astype(np.int32)
        return sp.csr_array((fresh, column.astype(np.int32), indptr), shape=(b, n))

    def similar(self, item: int) -> F32:
        """(N,) product of the traits; 0 for the item itself."""
        columns, values = self.related(item)
        out = np.zeros(len(self.items), np.float32)
        out[columns] = values
        return out

    def related(self, item: int) -> tuple[I32, F32]:
        """(K,), (K,) where `similar` is not 0, and what it is there."""
        at = int(positions(np.array([item], np.int32), self.items)[0])
        if at < 0:
            return NO_IDS, np.zeros(0, np.float32)
        start, stop = self.traits.indptr[at : at + 2].tolist()
        if stop == start + 1:  # a product of sparse matrices costs a hundred times what it works out here
            of = self.holders
            lo, hi = of.indptr[self.traits.indices[start] : self.traits.indices[start] + 2].tolist()
            columns, values = of.indices[lo:hi], of.data[lo:hi] * self.traits.data[start]
        else:
            found = self.traits[[at]] @ self.holders
            columns, values = found.indices, found.data
        other = columns != at
        return columns[other], values[other]

    def save(self, folder: Path) -> None:
        np.save(folder / "items.npy", self.items)
        np.save(folder / "indptr.npy", self.traits.indptr.astype(np.int64))
        np.save(folder / "columns.npy", self.traits.indices.astype(np.int32))
        np.save(folder / "values.npy", self.traits.data.astype(np.float32))
        rest = {"traits": self.traits.shape[1], "saturation": self.saturation, "half_life_days": self.half_life_days}
        (folder / "shared.json").write_text(json.dumps(rest) + "\n")

    @classmethod
    def load(cls, folder: Path) -> Self:
        items, indptr, columns, values = (
            mapped(folder / f"{name}.npy") for name in ("items", "indptr", "columns", "values")
        )
        rest = json.loads((folder / "shared.json").read_text())
        shape = (len(items), rest.pop("traits"))
        return cls(items, sp.csr_array((values, columns, np.asarray(indptr, np.int32)), shape=shape), **rest)


plugin = SharedTraits
