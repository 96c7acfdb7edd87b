"""A small catalogue and a random log of pages, plays and saves, whose rows come in order of arrival."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pytest
import scipy.sparse as sp

from segue.core.events import Decided, Event, Play, Save, Skip
from segue.core.types import Candidates, Context, Ids, Kind, Query
from segue.store.edge import CODES
from segue.store.schema import STORED

HOUR, DAY, NOW = 3_600_000, 86_400_000, 1_790_000_000_000
ARTISTS, ALBUMS, TRACKS, SHOWS, EPISODES, BOOKS = 6, 8, 40, 3, 9, 4
SHELVES = ("made-for-you", "because:12", "because:13", "popular-near")
Row = dict[str, Any]


@dataclass
class Small:
    """Numbers 1…70: artists, albums, tracks, shows, episodes, audiobooks; 4 genres, by artist and by show."""

    items: Ids
    kind: Any
    artist: Ids
    album: Ids
    explicit: Any
    released: Any
    duration: Any
    tags: sp.csr_array
    genres: sp.csr_array
    tag_names: Sequence[str] = ("a", "b", "c", "d")

    def rows(self, numbers: Ids) -> Any:
        found = np.asarray(numbers, np.int64) - 1
        return np.where((found >= 0) & (found < len(self.items)), found, -1)

    @property
    def private(self) -> Any:
        return np.zeros(len(self.items), bool)

    def available(self, country: str, now: int) -> Any:
        return np.ones(len(self.items), bool)

    def of_kind(self, kind: Kind) -> Ids:
        return np.asarray(self.items[self.kind == kind])

    def title(self, number: int) -> str:
        return str(number)

    def uri(self, number: int) -> str:
        return str(number)

    def containing(self, text: str) -> Ids:
        return self.items[:0]


def small() -> Small:
    counts = (ARTISTS, ALBUMS, TRACKS, SHOWS, EPISODES, BOOKS)
    kinds = (Kind.ARTIST, Kind.ALBUM, Kind.TRACK, Kind.SHOW, Kind.EPISODE, Kind.AUDIOBOOK)
    kind = np.repeat(kinds, counts).astype(np.uint8)
    n, starts = len(kind), np.concatenate([[0], np.cumsum(counts)])
    artist, album, genre = np.zeros(n, np.int32), np.zeros(n, np.int32), np.full(n, -1)
    for i in range(n):
        k, own = kind[i], i - starts[kinds.index(Kind(int(kind[i])))]
        if k == Kind.ALBUM:
            artist[i] = 1 + own % ARTISTS
        elif k == Kind.TRACK:
            album[i] = ARTISTS + 1 + own % ALBUMS
            artist[i] = artist[album[i] - 1]
        elif k == Kind.EPISODE:
            album[i] = starts[3] + 1 + own % SHOWS
        if k in (Kind.ARTIST, Kind.SHOW):
            genre[i] = own % 4
    rng = np.random.default_rng(0)
    there = genre >= 0
    genres = sp.csr_array((np.ones(there.sum(), bool), (np.flatnonzero(there), genre[there])), shape=(n, 4))
    return Small(
        np.arange(1, n + 1, dtype=np.int32), kind, artist, album, np.zeros(n, bool),
        np.where(rng.random(n) < 0.2, 0, NOW - rng.integers(0, 900, n) * DAY), np.full(n, 200_000),
        genres.astype(np.float32), genres,
    )  # fmt: skip


def shelf(seq: int, page: str, key: str, arms: list[int], chosen: int, row: int, at: int, listener: int) -> Row:
    """A row of a page that shows the first `chosen` of its arms."""
    written = {
        "shelves": [key, "other"], "shelf": 0, "p": 0.5, "arms": arms,
        "scores": [round(-0.1 * i, 4) for i in range(len(arms))], "chosen": list(range(chosen)), "ps": [0.25] * chosen,
        "context": {"now": at, "hour": at // HOUR % 24, "device": "phone", "country": "SE"},
    }  # fmt: skip
    return {
        "seq": seq, "type": CODES[Decided], "at": at, "listener": listener, "page": page, "shelf": key, "row": row,
        "policy": "p", "attrs": msgspec.json.encode(written).decode(),
    }  # fmt: skip


def answer(seq: int, kind: type[Event], item: int, at: int, listener: int, **more: Any) -> Row:
    return {"seq": seq, "type": CODES[kind], "item": item, "listener": listener, "at": at} | more


def log(seed: int = 0, pages: int = 30, listeners: int = 5) -> list[Row]:
    """Pages every few hours; between them plays from pages and from elsewhere, skips and saves, some of them late."""
    rng, rows, at = np.random.default_rng(seed), list[Row](), NOW
    n = len(small().items)
    for _ in range(40):  # heard before there was a Home
        back = int(rng.integers(1, 90)) * DAY
        rows.append(
            answer(
                0, Play, int(rng.integers(15, n)), NOW - back, int(rng.integers(1, listeners + 1)), ms_played=60_000,
                reason_end="trackdone",
            )
        )  # fmt: skip
    for p in range(pages):
        at += int(rng.integers(1, 5 * HOUR))
        who, left = int(rng.integers(1, listeners + 1)), rng.permutation(np.arange(1, n + 1)).tolist()
        shown = []
        for row, key in enumerate(SHELVES[: int(rng.integers(1, 5))]):
            arms, left = left[:12], left[12:]
            rows.append(shelf(0, f"p{p}", key, arms, 6, row, at, who))
            shown += arms[:6]
        for _ in range(int(rng.integers(0, 6))):
            kind = (Play, Play, Play, Skip, Save)[int(rng.integers(5))]
            item = int(rng.choice(shown)) if rng.random() < 0.7 else int(rng.integers(1, n + 1))
            rows.append(
                answer(
                    0, kind, item, at + int(rng.integers(10_000, HOUR)), who,
                    page=f"p{p}" if rng.random() < 0.6 else None,
                    ms_played=int(rng.choice([5_000, 45_000, 190_000])),
                    reason_end=str(rng.choice(["fwdbtn", "trackdone"])),
                )
            )  # fmt: skip
    return [r | {"seq": i + 1} for i, r in enumerate(rows)]


def table(rows: list[Row]) -> pa.Table:
    """Rows of the log; what is not said is null, numbers that are always there are 0."""
    filled = [{f.name: None if f.nullable else 0 for f in STORED} | {"id": str(i)} | r for i, r in enumerate(rows)]
    return pa.Table.from_pylist(filled, schema=STORED)


def asked(listener: int = 1, now: int = NOW + 10 * DAY, hour: int = 8, device: str = "phone") -> Query:
    return Query("default", listener, context=Context(now=now, device=device, country="SE"), hour=hour)


def everything(facts: Small) -> Candidates:
    """All items, a few unknown ones among them, on three shelves."""
    items = np.concatenate([facts.items, [900, 901]]).astype(np.int32)
    names = tuple(key.partition(":")[0] for key in (*SHELVES[:2], SHELVES[3]))
    scores = np.where(np.arange(len(items)) % 7 == 3, np.nan, -np.arange(len(items)) / 9)
    return Candidates(items, scores.astype(np.float32), (np.arange(len(items)) % 3).astype(np.int16), names)


@pytest.fixture(scope="session")
def facts() -> Small:
    return small()
