"""A space in the making: points of a catalogue's items, as one kind of evidence after another is laid down."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from segue.core.types import F32, I64, Bools
from segue.fitted.space import U8, Origin
from segue.models._compose import unit_rows


@dataclass(frozen=True)
class Draft:
    """N items in the order of the catalogue. Filled in place."""

    vectors: F32  # (N, D) of length 1; zeros where nothing is known yet
    origin: U8  # (N,) 0 where nothing is
    takers: F32  # (N,) how many are behind a point: owners, or members

    @classmethod
    def empty(cls, n: int, dimensions: int) -> Draft:
        return cls(np.zeros((n, dimensions), np.float32), np.zeros(n, np.uint8), np.zeros(n, np.float32))

    @property
    def known(self) -> Bools:
        """(N,)"""
        return self.origin > 0

    @property
    def mean(self) -> F32:
        """(D,) of what was heard: what all have in common and nobody is told apart by."""
        heard = self.origin == Origin.HEARD
        return self.vectors[heard].mean(axis=0) if heard.any() else np.zeros(self.vectors.shape[1], np.float32)

    def put(self, rows: I64, vectors: F32, origin: Origin, takers: F32) -> None:
        """Points (K, D) at rows (K,) that have none yet; vectors of zeros are no points."""
        length = np.einsum("kd,kd->k", vectors, vectors)
        new = (length > 1e-12) & (self.origin[rows] == 0)
        rows = rows[new]
        self.vectors[rows], self.origin[rows], self.takers[rows] = unit_rows(vectors[new]), origin, takers[new]

    def compose(self, members: sp.csr_array) -> None:
        """The middle of its members (N, N) for whatever has some that are known, and no point."""
        known = np.asarray(members @ self.known.astype(np.float32), np.float32)
        rows = np.flatnonzero((known > 0) & ~self.known)
        self.put(rows, np.asarray(members[rows] @ self.vectors, np.float32), Origin.MEMBERS, known[rows])
