"""The taste space of a release: a point for every item of every kind that anything is known of."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from segue.core.errors import InputError, NotReady
from segue.core.types import F32, I64, Bools, Ids, Kind
from segue.fitted._reading import mapped, positions
from segue.fitted.space.words import Words
from segue.index import Index

CARD = "space.json"
TAGS = "tags.npy"
LAYOUT = "layout.npy"
WORDS = "words"  # folder of what places words
ARRAYS = ("items", "kind", "origin", "vectors")
U8 = NDArray[np.uint8]


class Origin(IntEnum):
    """How a point came about. The numbers are stored: append only."""

    HEARD = 1  # learned from who took the item, and what else they took
    MEMBERS = 2  # the middle of what belongs to it: an artist's tracks, a playlist's
    CONTENT = 3  # foretold from words and sound


@dataclass(frozen=True)
class Space:
    """N points of length 1 in D dimensions; alike is what has a large product."""

    items: Ids  # (N,) sorted, of all kinds
    kind: U8  # (N,) Kind
    origin: U8  # (N,) Origin
    vectors: F32  # (N, D)
    index: Index | None = None  # of these points; None: all are looked at
    tags: F32 | None = None  # (T, D) of the catalogue's tags, in its order; zeros where nothing is known of one
    words: Words | None = None  # where words lie
    layout: F32 | None = None  # (N, 2) a place on a map for each

    def __len__(self) -> int:
        return len(self.items)

    @property
    def dimensions(self) -> int:
        return int(self.vectors.shape[1])

    def rows(self, numbers: Ids) -> I64:
        """(K,) where each number stands, -1 for an item without a point."""
        return positions(numbers, self.items)

    def point(self, number: int) -> F32 | None:
        """(D,) of an item; None where it has none."""
        row = int(self.rows(np.array([number], np.int32))[0])
        return self.vectors[row] if row >= 0 else None

    def place(self, text: str, kind: Kind | None = None) -> F32:
        """(D,) where words lie, for items of a kind; by default of the kind that most is taken of.

        NotReady where the space was made without words, InputError where they say nothing.
        """
        if self.words is None:
            raise NotReady("this release places no words: too little is known of what its items are called")
        return self.words.place(text, kind)

    @cached_property
    def of_kind(self) -> dict[Kind, Bools]:
        """(N,) which items are of each kind that has some."""
        return {Kind(int(k)): self.kind == k for k in np.unique(self.kind)}

    def nearest(self, point: F32, n: int, kind: Kind | None = None, allowed: Bools | None = None) -> tuple[Ids, F32]:
        """(K,), (K,) the n items nearest to a point (D,) and their cosines, best first.

        Only of a kind, where one is given, and only where `allowed` (N,) is true.
        """
        length = float(np.linalg.norm(point))
        unit = np.asarray(point / max(length, 1e-12), np.float32)
        rows, near = self._looked_up.nearest(unit, n, kind, allowed)
        return self.items[rows], near

    def indexed(self, seed: int = 0) -> Self:
        """The same with an index that finds neighbours without looking at all points."""
        return replace(self, index=Index.build(self.vectors, self.kind, seed))

    def turned(self, rotation: F32) -> Self:
        """The same about the origin turned by an orthogonal matrix (D, D): no distance changes. Without an index."""
        turn = np.asarray(rotation, np.float32)
        return replace(
            self, vectors=np.asarray(self.vectors @ turn), index=None,
            tags=None if self.tags is None else np.asarray(self.tags @ turn),
            words=None if self.words is None else self.words.turned(turn),
        )  # fmt: skip

    @cached_property
    def _looked_up(self) -> Index:
        return self.index or Index(self.vectors, self.kind)

    def save(self, folder: Path) -> None:
        """Plain files into an existing, empty folder."""
        for name in ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name))
        if self.index:
            self.index.save(folder)
        if self.tags is not None:
            np.save(folder / TAGS, self.tags)
        if self.layout is not None:
            np.save(folder / LAYOUT, self.layout)
        if self.words is not None:
            (folder / WORDS).mkdir()
            self.words.save(folder / WORDS)
        (folder / CARD).write_text(json.dumps({"dimensions": self.dimensions, "points": len(self)}) + "\n")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Arrays are mapped read-only, the index is read; InputError where the folder holds no space."""
        try:
            items, kind, origin, vectors = (mapped(folder / f"{name}.npy") for name in ARRAYS)
            tags = mapped(folder / TAGS) if (folder / TAGS).exists() else None
            layout = mapped(folder / LAYOUT) if (folder / LAYOUT).exists() else None
            words = Words.load(folder / WORDS) if (folder / WORDS).is_dir() else None
            return cls(items, kind, origin, vectors, Index.load(folder, vectors, kind), tags, words, layout)
        except (OSError, ValueError) as e:
            raise InputError(f"{folder} holds no taste space: {e}") from None
