"""Values that travel between packages: frozen, columnar, no behaviour beyond their own shape.

Shape letters used in the whole package: B queries in a batch, E events, N items, U owners, D dimensions, K chosen.
Numbers of items, listeners and playlists are permanent 32-bit catalogue numbers; 0 means none. Times are UTC ms.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from segue.core.errors import UnknownName

Ids = NDArray[np.int32]  # permanent catalogue numbers
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
Bools = NDArray[np.bool_]
Countries = NDArray[np.bytes_]  # "S2", ISO 3166 alpha-2, b"" where unknown

NO_IDS: Ids = np.zeros(0, np.int32)


def among(items: Ids, others: Ids) -> Bools:
    """(N,) whether each item is one of the others; several times faster than np.isin for short arrays."""
    if not len(others):
        return np.zeros(len(items), np.bool_)
    ordered = np.sort(others)
    found: Bools = ordered[np.minimum(np.searchsorted(ordered, items), len(ordered) - 1)] == items
    return found


def place_of(number: int, ordered: Ids | I64) -> int:
    """Where a number stands among sorted ones, -1 where it does not: a plain int would have all of them converted."""
    at = int(ordered.searchsorted(ordered.dtype.type(number)))
    return at if at < len(ordered) and ordered[at] == number else -1


def span_of(number: int, ordered: Ids) -> slice[int, int, None]:
    """Where the rows of a number are among those of sorted ones."""
    lo, hi = ordered.searchsorted(np.array([number, number + 1], ordered.dtype)).tolist()
    return slice(lo, hi)


class Kind(IntEnum):
    """What an item is. The numbers are stored: append only."""

    TRACK = 1
    ARTIST = 2
    ALBUM = 3
    PLAYLIST = 4
    SHOW = 5
    EPISODE = 6
    AUDIOBOOK = 7
    AUTHOR = 8
    GENRE = 9

    @property
    def label(self) -> str:
        return self.name.lower()

    @classmethod
    def parse(cls, name: str) -> Kind:
        try:
            return cls[name.strip().upper()]
        except KeyError:
            raise UnknownName("kind", name, [k.label for k in cls]) from None


@dataclass(frozen=True, slots=True)
class Tagged:
    """Words that listeners put on items, one row each.

    They are counted in `Attributes.tags`; kept apart, too, so that a split can take back those that would give away
    what it hides: who tagged an artist most likely listens to it.
    """

    listener: Ids = field(default_factory=lambda: NO_IDS)  # (S,)
    row: I32 = field(default_factory=lambda: np.zeros(0, np.int32))  # (S,) position in the items described
    tag: I32 = field(default_factory=lambda: np.zeros(0, np.int32))  # (S,) column of the tags
    at: I64 = field(default_factory=lambda: np.zeros(0, np.int64))  # (S,) UTC ms

    def where(self, keep: Bools) -> Self:
        return replace(self, listener=self.listener[keep], row=self.row[keep], tag=self.tag[keep], at=self.at[keep])


@dataclass(frozen=True, slots=True)
class Attributes:
    """What the catalogue knows of N items, in the order of the items they describe."""

    artist: Ids  # (N,) first artist or author; 0 unknown
    album: Ids  # (N,) album, or the show of an episode; 0 unknown
    artists: sp.csr_array  # (N, catalogue numbers) bool: every credited artist
    tags: sp.csr_array  # (N, T) float32: genres and tags, weight = how often applied
    duration: I64  # (N,) ms; 0 unknown
    released: I64  # (N,) UTC ms; 0 unknown
    explicit: Bools  # (N,)
    tagged: Tagged = field(default_factory=Tagged)  # who said which of the tags, where the source tells

    def where(self, keep: Bools) -> Self:
        """Of the items where `keep` (N,) is true."""
        place = (np.cumsum(keep) - 1).astype(np.int32)
        said = self.tagged.where(keep[self.tagged.row])
        return replace(
            self, artist=self.artist[keep], album=self.album[keep], artists=self.artists[keep], tags=self.tags[keep],
            duration=self.duration[keep], released=self.released[keep], explicit=self.explicit[keep],
            tagged=replace(said, row=place[said.row]),
        )  # fmt: skip

    def untagged(self, gone: Bools) -> Self:
        """Without the words where `gone` (S,) is true: they count in `tags` no longer."""
        if not gone.any():
            return self
        said = self.tagged.where(gone)
        ones = np.ones(len(said.row), np.float32)
        taken = sp.coo_array((ones, (said.row, said.tag)), shape=self.tags.shape).tocsr()
        tags = sp.csr_array(self.tags - taken)
        tags.data = np.maximum(tags.data, 0)
        tags.eliminate_zeros()
        return replace(self, tags=tags, tagged=self.tagged.where(~gone))


@dataclass(frozen=True, slots=True)
class Interactions:
    """Who took what, grouped by owner: all that a recipe reads.

    An owner is a listener, or a playlist (whose items are what was added to it), so that the same recipes serve both.
    """

    id: str  # content address of the data behind it
    kind: Kind  # of the items
    owners: Ids  # (U,) sorted
    items: Ids  # (N,) sorted: every item of the kind in the catalogue, also those without events
    indptr: I64  # (U+1,) events of owner u are indptr[u]:indptr[u+1]
    rows: I32  # (E,) positions in `items`, each owner's oldest first
    at: I64  # (E,) UTC ms, or a running order where the source had no times
    weights: F32  # (E,) strength: 1 for a play, the count for sources that only have totals
    country: Countries  # (U,)
    attributes: Attributes
    ordered: bool  # the order within an owner means something
    timed: bool  # `at` are real times

    @property
    def shape(self) -> tuple[int, int]:
        """(U, N)."""
        return len(self.owners), len(self.items)

    def matrix(self) -> sp.csr_array:
        """(U, N) float32 CSR, duplicates summed."""
        out = sp.csr_array((self.weights.astype(np.float32), self.rows.copy(), self.indptr.copy()), shape=self.shape)
        out.sum_duplicates()
        return out

    def owner_rows(self) -> I32:
        """(E,) the owner's position of each event."""
        return np.repeat(np.arange(len(self.owners), dtype=np.int32), np.diff(self.indptr))

    def only(self, keep: Bools) -> Self:
        """The same owners and items with the events where `keep` (E,) is true."""
        counts = np.bincount(self.owner_rows()[keep], minlength=len(self.owners))
        indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return replace(self, indptr=indptr, rows=self.rows[keep], at=self.at[keep], weights=self.weights[keep])


@dataclass(frozen=True, slots=True)
class Queries:
    """A batch of B histories as columns: what a model scores. Each history is oldest first."""

    indptr: I64  # (B+1,)
    items: Ids  # (E,) catalogue numbers
    weights: F32  # (E,)
    at: I64  # (E,) UTC ms
    now: I64  # (B,) UTC ms; the time asked for
    hour: I32  # (B,) local hour of day, -1 unknown
    country: Countries  # (B,)

    def __len__(self) -> int:
        return len(self.indptr) - 1

    @classmethod
    def of(
        cls, indptr: I64, items: Ids, weights: F32 | None = None, at: I64 | None = None, now: I64 | None = None,
        hour: I32 | None = None, country: Countries | None = None,
    ) -> Self:  # fmt: skip
        """A batch with what is left out filled in: weight 1, running order as time, nothing known of the context."""
        b, e = len(indptr) - 1, len(items)
        return cls(
            indptr.astype(np.int64),
            items.astype(np.int32),
            np.ones(e, np.float32) if weights is None else weights,
            np.arange(e, dtype=np.int64) if at is None else at,
            np.zeros(b, np.int64) if now is None else now,
            np.full(b, -1, np.int32) if hour is None else hour,
            np.zeros(b, "S2") if country is None else country,
        )

    def slice(self, start: int, stop: int) -> Self:
        """Queries start:stop."""
        lo, hi = int(self.indptr[start]), int(self.indptr[stop])
        return replace(
            self, indptr=self.indptr[start : stop + 1] - lo, items=self.items[lo:hi], weights=self.weights[lo:hi],
            at=self.at[lo:hi], now=self.now[start:stop], hour=self.hour[start:stop], country=self.country[start:stop],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Context:
    """The circumstances of one request."""

    now: int = 0  # UTC ms
    zone: str = ""  # IANA name; "": of most people of the country
    clock: int = -1  # local time of day to pretend, in minutes after midnight; -1: as it is
    country: str = ""  # ISO 3166 alpha-2
    device: str = ""
    activity: str = ""  # what it is for: "focus", "workout" …; see `segue.signals.moods`
    words: str = ""
    seeds: tuple[int, ...] = ()  # items the request starts from
    explicit: bool = True  # explicit content allowed
    familiarity: float = 0.5  # the dial: 0 all new … 1 all familiar
    exclude: tuple[str, ...] = ()  # standing exclusions of the listener, "tag:christmas", "kind:audiobook", "artist:…"


@dataclass(frozen=True, slots=True)
class Tuned:
    """What a listener said of their own taste, over the N items of a catalogue."""

    never: Bools  # (N,) not to be shown
    leaning: F32  # (N,) log of how much more of it is wanted; 0 as it is
    uncounted: Bools  # (N,) plays of it are no part of the taste; never implies it
    forgiven: Bools  # (N,) skips of it do not count against it
    plays: frozenset[tuple[int, int]]  # (item, UTC ms) single plays that are no part of the taste
    off: frozenset[str]  # shelves that are not made
    untold: frozenset[str] = frozenset()  # habits that tell nothing: "hours", "device"


@dataclass(frozen=True, slots=True)
class Query:
    """Who asks, when, and after what."""

    tenant: str
    listener: int  # 0: anonymous
    history: Ids = field(default_factory=lambda: NO_IDS)  # (E,) oldest first, newest last
    weights: F32 = field(default_factory=lambda: np.zeros(0, np.float32))  # (E,)
    at: I64 = field(default_factory=lambda: np.zeros(0, np.int64))  # (E,) UTC ms
    context: Context = field(default_factory=Context)
    hour: int = -1  # local hour of day
    kind: Kind = Kind.TRACK  # what is asked for
    skipped: Ids = field(default_factory=lambda: NO_IDS)  # (S,) a row a skip, oldest first; a dislike is two rows
    skipped_at: I64 = field(default_factory=lambda: np.zeros(0, np.int64))  # (S,) UTC ms
    tuned: Tuned | None = None  # None: the listener said nothing of their taste

    def batch(self) -> Queries:
        """This query as a batch of one."""
        return Queries(
            np.array([0, len(self.history)], np.int64), self.history, self.weights, self.at,
            np.array([self.context.now], np.int64), np.array([self.hour], np.int32),
            np.array([self.context.country.encode()[:2]], "S2"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candidates:
    """Items with a score each and where each came from; columns, not objects."""

    items: Ids  # (N,)
    scores: F32  # (N,) NaN where the scorer does not know the item
    source: NDArray[np.int16]  # (N,) position in `sources`
    sources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not (self.items.shape == self.scores.shape == self.source.shape):
            raise ValueError(f"{self.items.shape=} {self.scores.shape=} {self.source.shape=}")

    def __len__(self) -> int:
        return len(self.items)

    @classmethod
    def of(cls, items: Ids, scores: F32, source: str) -> Self:
        return cls(items.astype(np.int32), scores.astype(np.float32), np.zeros(len(items), np.int16), (source,))

    @classmethod
    def none(cls) -> Self:
        return cls(NO_IDS, np.zeros(0, np.float32), np.zeros(0, np.int16))

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Self:
        """Rows by position or by mask, in the order given."""
        return type(self)(self.items[rows], self.scores[rows], self.source[rows], self.sources)

    def rescored(self, scores: F32) -> Self:
        return type(self)(self.items, scores.astype(np.float32), self.source, self.sources)

    def top(self, n: int) -> Self:
        """Best n by score, ties by item number, NaN last."""
        keys = np.where(np.isfinite(self.scores), self.scores, -np.inf)
        return self.take(np.lexsort((self.items, -keys))[:n])

    def first_of_each(self) -> Self:
        """The same in order, each item only where it stands first."""
        _, first = np.unique(self.items, return_index=True)
        return self.take(np.sort(first))
