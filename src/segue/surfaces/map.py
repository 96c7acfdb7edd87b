"""The taste space as a map: every point that has a place and is not private, packed for a page that draws them all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from segue.candidates import Stock
from segue.core.errors import NotReady
from segue.core.types import F32, I64, Ids, Kind
from segue.runs.releases import SpaceCard

MOST = 100_000  # points on a map; of more, the best known
COLOURS = 12  # genres that have a colour of their own
OTHER, NO_GENRE = 254, 255
SIDE = 65_535  # of the square that places lie in
ALIGN = 8  # bytes


class MapHead(msgspec.Struct, frozen=True, kw_only=True):
    """What stands before the columns."""

    release: str
    points: int
    of: int  # points of the space
    kinds: tuple[str, ...]  # by number, from 1
    genres: tuple[str, ...]  # those that have a colour, the commonest first
    kept: float | None  # share of the nearest that are as in the last release
    columns: tuple[tuple[str, str], ...]  # name and type, in order; each starts at a multiple of ALIGN bytes


@dataclass(frozen=True)
class SpaceMap:
    """K points in the order in which they are drawn: the least known first."""

    body: bytes
    items: Ids  # (K,)

    @classmethod
    def of(cls, stock: Stock, release: str, card: SpaceCard | None) -> SpaceMap:
        """NotReady where there is no space, or it was made without a map."""
        space = stock.space
        if space is None or card is None:
            raise NotReady("this release has no taste space: run `segue train` where something was listened to")
        if space.layout is None:
            raise NotReady("this release's taste space has no map: run `segue train`")
        at = stock.facts.rows(space.items)
        rows = np.flatnonzero((at >= 0) & ~stock.facts.private[at])
        known = stock.popularity(space.items[rows])
        order = np.lexsort((space.items[rows], known))[-MOST:]
        rows, known = rows[order], known[order]
        genres, genre = _genres(stock, space.items[rows], space.kind[rows])
        place = _square(space.layout[rows])
        columns: dict[str, NDArray[Any]] = {
            "x": place[:, 0], "y": place[:, 1], "kind": np.asarray(space.kind[rows], np.uint8), "genre": genre,
            "size": np.round(255 * np.log1p(known) / max(float(np.log1p(known.max(initial=0))), 1e-9)).astype(np.uint8),
        }  # fmt: skip
        head = MapHead(
            release=release, points=len(rows), of=len(space), kinds=tuple(k.label for k in Kind), genres=genres,
            kept=card.kept, columns=tuple((name, values.dtype.name) for name, values in columns.items()),
        )  # fmt: skip
        return cls(packed(head, columns), space.items[rows])

    def places(self, numbers: Ids) -> I64:
        """(K,) where items stand among the points, -1 for those that have none."""
        order = np.argsort(self.items, kind="stable")
        at = np.minimum(np.searchsorted(self.items, numbers, sorter=order), len(order) - 1)
        found = order[at]
        return np.where(self.items[found] == numbers, found, -1).astype(np.int64)


def packed(head: MapHead, columns: Mapping[str, NDArray[Any]]) -> bytes:
    """The length of the head as 4 bytes, the head as JSON, then the columns, little-endian.

    Each column comes after zeros that fill up to a multiple of ALIGN. `x`, `y` go from 0 to SIDE, in one scale; `kind`
    is a number; `genre` a place in `genres`, OTHER or NO_GENRE; `size` 0 for what nobody took to 255 for what most did.
    """
    text = msgspec.json.encode(head)
    body = bytearray(len(text).to_bytes(4, "little") + text)
    for values in columns.values():
        body += b"\0" * (-len(body) % ALIGN)
        body += values.astype(values.dtype.newbyteorder("<")).tobytes()
    return bytes(body)


def _square(layout: F32) -> NDArray[np.uint16]:
    """(K, 2) uint16 in a square, in one scale, the middle in the middle."""
    low, high = layout.min(axis=0, initial=0), layout.max(axis=0, initial=0)
    scale = SIDE / max(float((high - low).max()), 1e-9)
    return np.asarray(np.clip(np.round((layout - (low + high) / 2) * scale + SIDE / 2), 0, SIDE), np.uint16)


def _genres(stock: Stock, items: Ids, kind: NDArray[np.uint8]) -> tuple[tuple[str, ...], NDArray[np.uint8]]:
    """Names of the main genres that are commonest among what is played most, and (K,) uint8 which each item has."""
    main = np.full(len(items), "", object)
    flat = np.zeros(len(stock.facts.tag_names), np.float32)
    for each in np.unique(kind).tolist():
        if Kind(each) in stock.sections:
            here = kind == each
            main[here] = stock.genres_of(Kind(each), items[here], flat)
    played = main[kind == stock.primary] if (main[kind == stock.primary] != "").any() else main
    counted = Counter(g for g in played.tolist() if g)
    names = tuple(name for name, _ in sorted(counted.items(), key=lambda c: (-c[1], c[0]))[:COLOURS])
    code = {"": NO_GENRE} | {name: i for i, name in enumerate(names)}
    return names, np.array([code.get(g, OTHER) for g in main.tolist()], np.uint8)
