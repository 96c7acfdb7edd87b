"""Items by the words of their titles and of their makers' names, however these are written; none that is private."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from segue.candidates import Stock
from segue.core.types import F32, Bools, Ids
from segue.index.words import Words, words_of
from segue.store.catalogue_view import CatalogueView

Rows = NDArray[np.intp]
SAME, BEGINS, OWN, MAKER = 3, 2, 1, 0  # a title that is the words, begins with them, has them; or its maker's name has


@dataclass(frozen=True)
class Found:
    """K items, the best first."""

    items: Ids  # (K,)
    fits: NDArray[np.int8]  # (K,) SAME to MAKER
    meant: str = ""  # the words that were looked for, where nothing has those that were given


NOTHING = Found(np.zeros(0, np.int32), np.zeros(0, np.int8))


@dataclass(frozen=True)
class Titles:
    """The words of N items; made once a release."""

    view: CatalogueView
    words: Words
    plain: pa.Array  # (N,) the words of each title, a space between
    popularity: F32  # (N,)

    @classmethod
    def of(cls, view: CatalogueView, stock: Stock) -> Titles:
        said = [[] if mine else words_of(title) for title, mine in zip(view.titles(), view.private.tolist())]
        return cls(
            view, Words.of(said), pa.array([" ".join(s) for s in said], pa.string()), stock.popularity(view.items)
        )

    def find(self, text: str) -> Found:
        """Items that have all the words, the last of which may be a beginning.

        Where none has, those whose title holds them as they stand; and where none does, those that have the words
        that were likely meant. Whole words come before beginnings, then what fits best, then what most people took.
        """
        said = words_of(text)
        if not said:
            return NOTHING
        last = len(said) - 1
        places = [self.words.places(word, i == last) for i, word in enumerate(said)]
        rows, own = self._all_of(places)
        if not len(rows):
            rows = np.flatnonzero(pc.match_substring(self.plain, " ".join(said)).to_numpy(zero_copy_only=False))
            own = np.ones(len(rows), np.bool_)
        if len(rows) or all(map(len, places)):
            whole, _ = self._all_of([*places[:-1], self.words.places(said[last])])
            return self._best(rows, own, np.isin(rows, whole), " ".join(said))
        for i in (i for i, known in enumerate(places) if not len(known)):
            places[i] = self.words.likely(said[i], i == last)
            said[i] = self._commonest(places[i])
        rows, own = self._all_of(places)
        if not len(rows):
            return NOTHING
        return replace(self._best(rows, own, np.ones(len(rows), np.bool_), " ".join(said)), meant=" ".join(said))

    def _all_of(self, places: list[Rows]) -> tuple[Rows, Bools]:
        """(K,) rows whose title or makers have one of each of these words, and (K,) whether the title alone does."""
        if not all(map(len, places)):
            return np.zeros(0, np.intp), np.zeros(0, np.bool_)
        here = ~self.view.private
        own = here.copy()
        for each in places:
            held = self.words.holding(each)
            own &= held
            named = held.copy()
            named[self._credits[0][held[self._credits[1]]]] = True
            here &= named
        rows = np.flatnonzero(here)
        return rows, own[rows]

    @cached_property
    def _credits(self) -> tuple[Rows, Rows]:
        """(E,), (E,) rows of items, and of who is credited on each."""
        items = np.repeat(np.arange(len(self.view)), np.diff(self.view.artists_indptr))
        makers = self.view.rows(self.view.artists)
        known = makers >= 0
        return items[known], makers[known]

    def _best(self, rows: Rows, own: Bools, whole: Bools, said: str) -> Found:
        plain = self.plain.take(pa.array(rows))
        fits = np.where(own, OWN, MAKER).astype(np.int8)
        fits[pc.starts_with(plain, said).to_numpy(zero_copy_only=False) & own] = BEGINS
        fits[pc.equal(plain, said).to_numpy(zero_copy_only=False) & own] = SAME
        order = np.lexsort((rows, -self.popularity[rows], -fits, ~whole))
        return Found(self.view.items[rows[order]], fits[order])

    def _commonest(self, places: Rows) -> str:
        """The one of these words that most titles have."""
        counts = np.diff(self.words.indptr)[places]
        return str(self.words.vocabulary[places[int(np.argmax(counts))]]) if len(places) else ""
