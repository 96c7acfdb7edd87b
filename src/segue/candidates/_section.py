"""Everything about the items of one kind that does not depend on who asks: made once a release."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from segue.candidates._everybody import Everybody
from segue.core.clock import HOUR_MS
from segue.core.protocols import Facts, Nearest, Relates, Scores
from segue.core.types import F32, I32, I64, Bools, Ids, Interactions, Kind, Queries
from segue.fitted import NEIGHBOURS, Ahead

LEADING = 1_000  # rows of a crowd that are kept in order
CACHED = 20_000  # items whose neighbours are kept
SHRINK = 200.0  # events of the wider group that a narrower one starts with
STAND_INS = 5  # items that stand for an artist or an album
DAYPARTS = 4  # of six hours each
Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Section:
    """The n items of one kind, in the order of their numbers."""

    facts: Facts
    kind: Kind
    items: Ids  # (n,) sorted
    at: Rows  # (n,) their positions in the catalogue
    artist: Ids  # (n,) an artist's is the artist itself
    genres: sp.csr_array  # (n, T) rows sum to 1, or are empty
    model: Scores | None
    data: Interactions | None  # where plays of the kind are known
    ahead: Ahead  # neighbours that were worked out with the release
    _near: dict[int, tuple[I32, F32]] = field(default_factory=dict)
    _crowds: dict[tuple[bytes, int], F32] = field(default_factory=dict)
    _leading: dict[int, I32] = field(default_factory=dict)  # rows of each crowd, the most taken first
    _stand_ins: dict[int, Ids] = field(default_factory=dict)

    @classmethod
    def make(
        cls,
        facts: Facts,
        kind: Kind,
        genres: sp.csr_array,
        model: Scores | None,
        data: Interactions | None,
        ahead: Ahead | None = None,
    ) -> Section:
        items = facts.of_kind(kind)
        at = np.asarray(facts.rows(items), np.intp)
        artist = items if kind in (Kind.ARTIST, Kind.AUTHOR) else facts.artist[at]
        return cls(facts, kind, items, at, np.asarray(artist, np.int32), genres[at], model, data, ahead or Ahead.none())

    def __len__(self) -> int:
        return len(self.items)

    def rows(self, numbers: Ids) -> Rows:
        """Positions of the numbers that are in this section; others are left out."""
        found = self._places.take(numbers, mode="clip")
        known = found >= 0
        return found if known.all() else found[known]

    def holds(self, numbers: Ids) -> Bools:
        """(K,) which of the numbers are in this section."""
        inside: Bools = self._places.take(numbers, mode="clip") >= 0
        return inside

    @cached_property
    def _places(self) -> Rows:
        """(largest number + 2,) position of a number, -1 for others; the last stands for every larger one."""
        out = np.full(int(self.items[-1]) + 2 if len(self.items) else 1, -1, np.intp)
        out[self.items] = np.arange(len(self.items))
        return out

    @cached_property
    def popularity(self) -> F32:
        """(n,) how many owners took each item."""
        out = np.zeros(len(self), np.float32)
        if self.data is not None:
            out[self._spread] = np.bincount(self.data.matrix().indices, minlength=len(self.data.items))[self._spread_in]
        return out

    @cached_property
    def by_popularity(self) -> I32:
        """(P,) rows of what is not private, the most popular first, ties by number."""
        order = np.lexsort((self.items, -self.popularity))
        return order[~self.facts.private[self.at[order]]].astype(np.int32)

    @cached_property
    def by_release(self) -> I32:
        """(R,) rows of items with a release date, the newest first."""
        released = self.facts.released[self.at]
        rows = np.flatnonzero(released > 0)
        return rows[np.lexsort((self.items[rows], -released[rows]))].astype(np.int32)

    @cached_property
    def minus_released(self) -> I64:
        """(R,) when they came out, UTC ms, negated so that it ascends."""
        return np.asarray(-self.facts.released[self.at[self.by_release]], np.int64)

    @cached_property
    def columns(self) -> sp.csc_array:
        """(n, T) the genres, by genre."""
        return sp.csc_array(self.genres)

    @cached_property
    def leading_genres(self) -> sp.csc_array:
        """(n, T) of each item only the genres that are at least half as strong as its strongest, by genre."""
        strongest = (
            np.asarray(self.genres.max(axis=1).todense()).ravel() if self.genres.shape[1] else np.zeros(len(self))
        )
        out = self.genres.copy()
        out.data = np.where(out.data >= 0.5 * np.repeat(strongest, np.diff(out.indptr)), out.data, 0)
        out.eliminate_zeros()
        return sp.csc_array(out)

    @cached_property
    def rarity(self) -> F32:
        """(T,) log(1 + n / items with the genre): what makes a genre tell something about a taste."""
        df = np.diff(self.columns.indptr)
        return np.log1p(len(self) / np.maximum(df, 1)).astype(np.float32) * (df > 0)

    @cached_property
    def known(self) -> Bools:
        """(n,) items the model has a score for."""
        out = np.zeros(len(self), np.bool_)
        if self.model is not None:
            out[self._model_rows] = True
        return out

    @cached_property
    def _model_rows(self) -> Rows:
        assert self.model is not None
        return self.rows(self.model.items)

    @cached_property
    def _model_cols(self) -> Rows | None:
        """Columns of the model that are in this section; None: all of them."""
        assert self.model is not None
        inside = np.isin(self.model.items, self.items)
        return None if inside.all() else np.flatnonzero(inside)

    @cached_property
    def _spread(self) -> Rows:
        assert self.data is not None
        return self.rows(self.data.items)

    @cached_property
    def _spread_in(self) -> Rows:
        assert self.data is not None
        return np.flatnonzero(np.isin(self.data.items, self.items))

    def score(self, queries: Queries) -> F32:
        """(B, n) the model's scores, NaN for items it does not know."""
        if self.model is None:
            return np.full((len(queries), len(self)), np.nan, np.float32)
        raw, columns = self.model.score(queries), self._model_cols
        if columns is None and len(self._model_rows) == len(self):
            return raw
        out = np.full((len(raw), len(self)), np.nan, np.float32)
        out[:, self._model_rows] = raw if columns is None else raw[:, columns]
        return out

    def crowd(self, country: str, now: int) -> F32:
        """(n,) the popularity of each item in a country at this time of day, shrunk to the country's and the world's.

        Times of day are compared within a country in UTC, which spares us its zone. Unknown country or time: wider.
        """
        timed = self.data is not None and self.data.timed and now > 0
        part = int(now // HOUR_MS % 24) * DAYPARTS // 24 if timed else -1
        key = (country.encode()[:2], part)
        if key not in self._crowds:
            self._crowds[key] = self._crowd(*key)
        return self._crowds[key]

    def by_crowd(self, country: str, now: int, n: int) -> tuple[I32, F32]:
        """The n rows that `crowd` has most of, ties by number, and what it has of each."""
        crowd = self.crowd(country, now)
        rows = self._leading.get(id(crowd))
        if rows is None or len(rows) < min(n, len(self)):
            rows = self._leading[id(crowd)] = np.argsort(-crowd, kind="stable")[: max(n, LEADING)].astype(np.int32)
        return rows[:n], crowd[rows[:n]]

    def _crowd(self, country: bytes, part: int) -> F32:
        share = self.popularity / max(1.0, float(self.popularity.sum()))
        if self.data is None:
            return share
        events = np.ones(len(self.data.rows), np.bool_)
        for narrower in (
            self.data.country[self.data.owner_rows()] == country if country else None,
            self.data.at // HOUR_MS % 24 * DAYPARTS // 24 == part if part >= 0 else None,
        ):
            if narrower is not None:
                events &= narrower
                counts = np.zeros(len(self), np.float32)
                all_items = np.bincount(self.data.rows[events], minlength=len(self.data.items))
                counts[self._spread] = all_items[self._spread_in]
                share = (counts + SHRINK * share) / (counts.sum() + SHRINK)
        return share.astype(np.float32)

    @cached_property
    def everybody(self) -> Everybody:
        """When, by whom and how it is taken on the whole."""
        return Everybody(self.data)

    def heard_in(self, country: str) -> bool:
        """Whether anybody of a country is known to have taken something of this kind."""
        return bool(country) and self.data is not None and country.encode()[:2] in self._countries

    @cached_property
    def _countries(self) -> frozenset[bytes]:
        return frozenset(np.unique(self.data.country).tolist()) if self.data is not None else frozenset()

    def near(self, number: int) -> tuple[I32, F32]:
        """Rows and similarities of the items most like one of this section, most alike first; the item itself left out.

        From the model where it knows the item, else from genres and people.
        """
        found = self._near.get(number)
        if found is None:
            found = self._nearest(number)
            if len(self._near) >= CACHED:
                self._near.clear()
            self._near[number] = found
        return found

    def stand_ins(self, number: int) -> Ids:
        """The most popular items by an artist or on an album."""
        found = self._stand_ins.get(number)
        if found is None:
            rows = np.flatnonzero((self.artist == number) | (self._album == number))
            rows = rows[np.lexsort((self.items[rows], -self.popularity[rows]))][:STAND_INS]
            found = self.items[rows]
            if len(self._stand_ins) >= CACHED:
                self._stand_ins.clear()
            self._stand_ins[number] = found
        return found

    @cached_property
    def _album(self) -> Ids:
        return self.facts.album[self.at]

    def _nearest(self, number: int) -> tuple[I32, F32]:
        here = self.rows(np.array([number], np.int32))
        if not len(here):
            return np.zeros(0, np.int32), np.zeros(0, np.float32)
        row = int(here[0])
        like, model = np.zeros(len(self), np.float32), self.model if self.known[row] else None
        if isinstance(model, Nearest) and self._model_cols is None:
            found, alike = self.ahead.nearest(number) or model.nearest(number, NEIGHBOURS)
            rows = np.asarray(self._model_rows[found], np.int32)
            keep = (alike > 0) & (rows != row)
            if keep.any():
                return _in_order(rows[keep], alike[keep])
        elif isinstance(model, Relates):
            raw, columns = model.similar(number), self._model_cols
            like[self._model_rows] = raw if columns is None else raw[columns]
        elif model is not None:
            like = np.nan_to_num(self.score(Queries.of(np.array([0, 1]), np.array([number], np.int32)))[0])
            like = like - np.float32(np.median(like))
        if not (like > 0).any():
            like = self._alike(row)
        like[row] = 0
        rows = best(like, NEIGHBOURS)
        return rows, like[rows]

    def _alike(self, row: int) -> F32:
        """(n,) likeness by shared genres and artist, popular ones first among equals."""
        start, stop = self.genres.indptr[row : row + 2]
        taste = np.zeros(self.genres.shape[1], np.float32)
        taste[self.genres.indices[start:stop]] = self.genres.data[start:stop]
        like = np.asarray(self.genres @ (taste * self.rarity), np.float32)
        like += (self.artist == self.artist[row]) * (self.artist > 0) * np.float32(like.max() + 1)
        return np.asarray(np.where(like > 0, like + 1e-3 * np.log1p(self.popularity), 0), np.float32)


def best(values: F32, n: int) -> I32:
    """Rows of the n largest values above 0, largest first, ties by row."""
    rows = np.flatnonzero(values > 0)
    if len(rows) > n:
        floor = np.partition(values[rows], len(rows) - n)[len(rows) - n]
        rows = rows[values[rows] >= floor]
    return _in_order(rows, values[rows])[0][:n].astype(np.int32)


def _in_order(rows: I32 | Rows, values: F32) -> tuple[I32, F32]:
    """Largest value first, ties by row."""
    order = np.lexsort((rows, -values))
    return np.asarray(rows[order], np.int32), values[order]
