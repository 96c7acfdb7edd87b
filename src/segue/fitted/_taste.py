"""What is known of a listener by one kind of items, as features for what they may take of another."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import scipy.sparse as sp

from segue.core.types import F32, Bools, Countries, Ids, Queries
from segue.fitted._reading import Reading, mapped, positions

LEADING = 10  # directions of taste that count once more, whatever a history's spread over them


@dataclass(frozen=True, slots=True)
class Taste:
    """F = D + LEADING' + T + 1 + C features: the taste point, its leading part at length 1, the shares of leading
    genres and artists, how much was heard, and the country. A taste read from n items counts n / (n + doubt) of its
    distance from the middle of all, as a mean does under a prior. Histories that nobody knows anything of are zeros."""

    heard: Ids  # (M,) sorted: the items a history may hold
    reading: Reading
    rarity: F32  # (M,) how much an item tells
    vectors: F32  # (M, D)
    marks: sp.csr_array  # (M, T) genres and artists of each item
    countries: Countries  # (C,) sorted
    centre: F32  # (F,)
    scale: F32  # (F,)
    doubt: float = 0.0  # items that the middle of all is worth

    def features(self, queries: Queries) -> tuple[F32, Bools]:
        """(B, F) centred and scaled, and (B,) whether any item of the history is known."""
        raw, counts = self.raw(queries)
        raw -= self.centre
        raw *= self.scale
        taste = len(self.scale) - 1 - len(self.countries)
        raw[:, :taste] *= (counts / np.maximum(counts + np.float32(self.doubt), 1e-9))[:, None]
        raw[counts == 0] = 0
        return raw, counts > 0

    def raw(self, queries: Queries) -> tuple[F32, F32]:
        """(B, F) as they are, and (B,) how many items of the history are known."""
        rows = self.reading.of_queries(queries, self.heard)
        row = np.repeat(np.arange(len(queries)), np.diff(rows.indptr))
        rows.data = rows.data * self.rarity[rows.indices]
        length = np.sqrt(np.bincount(row, rows.data.astype(np.float64) ** 2, len(queries)))
        rows.data = (rows.data / np.maximum(length[row], 1e-9)).astype(np.float32)
        point = np.asarray(rows @ self.vectors, np.float32)
        total = np.bincount(row, rows.data, len(queries))
        shares = np.asarray((rows @ self.marks).todense(), np.float32)
        shares /= np.maximum(total, 1e-9)[:, None].astype(np.float32)
        counts = np.diff(rows.indptr).astype(np.float32)
        home = (queries.country[:, None] == self.countries[None]).astype(np.float32)
        blocks = (point, _unit(point[:, :LEADING]), shares, np.log1p(counts)[:, None], home)
        return np.concatenate(blocks, axis=1), counts

    def save(self, folder: Path) -> None:
        for name in ("heard", "rarity", "vectors", "countries", "centre", "scale"):
            np.save(folder / f"{name}.npy", getattr(self, name))
        for name in ("indptr", "indices", "data"):
            np.save(folder / f"marks_{name}.npy", getattr(self.marks, name))
        np.save(folder / "marks_width.npy", np.array(self.marks.shape[1]))
        np.save(folder / "doubt.npy", np.array(self.doubt))
        self.reading.save(folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        heard, rarity, vectors, countries, centre, scale = (
            mapped(folder / f"{n}.npy") for n in ("heard", "rarity", "vectors", "countries", "centre", "scale")
        )
        parts = tuple(mapped(folder / f"marks_{n}.npy") for n in ("data", "indices", "indptr"))
        marks = sp.csr_array(parts, shape=(len(heard), int(np.load(folder / "marks_width.npy"))), copy=False)
        kept = folder / "doubt.npy"  # releases of before have none
        doubt = float(np.load(kept)) if kept.exists() else 0.0
        return cls(heard, Reading.load(folder), rarity, vectors, marks, countries, centre, scale, doubt)

    def known(self, items: Ids) -> Bools:
        """(E,) which items it can read."""
        found: Bools = positions(items, self.heard) >= 0
        return found


def _unit(rows: F32) -> F32:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), np.float32)
