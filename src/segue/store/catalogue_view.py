"""The catalogue of a snapshot: columns over all items that stand, mapped from files."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import scipy.sparse as sp
from numpy.typing import NDArray

from segue.core.errors import UnknownName
from segue.core.events import Uri
from segue.core.types import I32, I64, Attributes, Bools, Countries, Ids, Kind
from segue.store.columns import mapped, mapped_text

OWN = "own"
"""Namespace of the playlists that listeners make here."""


class CatalogueView:
    """N items, sorted by number. Arrays are read-only; every row of one is the same item in all."""

    def __init__(self, folder: Path) -> None:
        def array(name: str) -> NDArray[Any]:
            return mapped(folder / name)

        self._folder = folder
        self.items: Ids = array("number")  # (N,) sorted
        self.kind: NDArray[np.uint8] = array("kind")  # (N,) Kind
        self.artist: Ids = array("artist")  # (N,) first artist or author, a number; 0 unknown
        self.album: Ids = array("album")  # (N,) album or show, a number; 0 unknown
        self.explicit: Bools = array("explicit")  # (N,)
        self.duration: I64 = array("duration")  # (N,) ms; 0 unknown
        self.released: I64 = array("released")  # (N,) UTC ms; 0 unknown
        self.available_from: I64 = array("available_from")  # (N,) UTC ms; 0 always
        self.countries_indptr: I32 = array("countries_indptr")  # (N+1,)
        self.countries: Countries = array("countries")  # only there; an item without any: everywhere
        self.artists_indptr: I32 = array("artists_indptr")  # (N+1,)
        self.artists: Ids = array("artists")  # every credited artist, a number, in the order credited
        self._position: I32 = array("position")  # (M+1,) row of a number, merged ones too; -1 unknown
        self._source_indptr: I32 = array("source_indptr")
        self._countries_seen: dict[str, Bools] = {}
        self._kinds: dict[Kind, Ids] = {}
        self._attributes: dict[Kind, Attributes] = {}

    def __len__(self) -> int:
        return len(self.items)

    def _text(self, name: str) -> pa.Array:
        return mapped_text(self._folder / name)

    @cached_property
    def _title(self) -> pa.Array:
        return self._text("title")

    @cached_property
    def _description(self) -> pa.Array:
        return self._text("description")

    @cached_property
    def _language(self) -> pa.Array:
        return self._text("language")

    @cached_property
    def _namespace(self) -> pa.Array:
        return self._text("source_namespace")

    @cached_property
    def _id(self) -> pa.Array:
        return self._text("source_id")

    @cached_property
    def _lower_titles(self) -> pa.Array:
        return pc.utf8_lower(self._title)

    @cached_property
    def tag_names(self) -> tuple[str, ...]:
        """(T,) sorted, lower case."""
        return tuple(self._text("tag_names").to_pylist())

    @cached_property
    def tags(self) -> sp.csr_array:
        """(N, T) float32: genres and tags, weight = how often applied."""
        return self._csr(mapped(self._folder / "tags_weight"))

    @cached_property
    def genres(self) -> sp.csr_array:
        """(N, T) bool: the tags that a source called a genre."""
        genres = self._csr(mapped(self._folder / "tags_genre"))
        genres = genres.copy()
        genres.eliminate_zeros()
        return genres

    def _csr(self, data: NDArray[Any]) -> sp.csr_array:
        indices, indptr = mapped(self._folder / "tags"), mapped(self._folder / "tags_indptr")
        out = sp.csr_array((data, indices, indptr), shape=(len(self.items), len(self.tag_names)))
        out.has_canonical_format = True
        return out

    # --- rows -------------------------------------------------------------------------------------------------------

    def rows(self, numbers: Ids) -> NDArray[np.intp]:
        """(K,) positions of numbers; a merged number is where the item is that stands for it; -1 unknown."""
        return self._places.take(numbers, mode="clip")

    @cached_property
    def _places(self) -> NDArray[np.intp]:
        """(M+2,) row of a number, -1 unknown; the ends stand for every number beyond them."""
        ends = np.array([-1], np.intp)
        return np.concatenate([ends, self._position[1:], ends]).astype(np.intp)

    def row(self, number: int) -> int:
        """Position of one number, or UnknownName."""
        found = int(self._position[number]) if 0 <= number < len(self._position) else -1
        if found < 0:
            raise UnknownName("item", str(number))
        return found

    def current(self, numbers: Ids) -> Ids:
        """(K,) the numbers that stand for these after merges; 0 unknown."""
        rows = self.rows(numbers)
        return np.where(rows >= 0, self.items[rows] if len(self.items) else 0, 0).astype(np.int32)

    def of_kind(self, kind: Kind) -> Ids:
        """Sorted numbers of a kind."""
        if kind not in self._kinds:
            self._kinds[kind] = self.items[self.kind == kind]
        return self._kinds[kind]

    def attributes(self, kind: Kind) -> Attributes:
        """What recipes read of the items of a kind, in the order of `of_kind`."""
        if kind not in self._attributes:
            rows = np.flatnonzero(self.kind == kind)
            ones = np.ones(len(self.artists), np.bool_)
            shape = (len(self.items), len(self._position))
            artists = sp.csr_array((ones, self.artists, self.artists_indptr), shape=shape)[rows]
            self._attributes[kind] = Attributes(
                self.artist[rows], self.album[rows], artists, self.tags[rows], self.duration[rows],
                self.released[rows], self.explicit[rows],
            )  # fmt: skip
        return self._attributes[kind]

    @cached_property
    def private(self) -> Bools:
        """(N,) playlists that listeners made here: each is for its owner alone."""
        out = np.zeros(len(self.items), np.bool_)
        out[self._source_rows(pc.equal(self._namespace, OWN))] = True
        out[self.kind != Kind.PLAYLIST] = False
        return out

    def public(self, numbers: Ids) -> Ids:
        """Those of some items of the catalogue that are not private, in order."""
        return numbers[~self.private[self.rows(numbers)]]

    def available(self, country: str, now: int) -> Bools:
        """(N,) may be played in a country ("" unknown: what is not restricted) at a time (UTC ms), by anybody."""
        if country not in self._countries_seen:
            limited = np.diff(self.countries_indptr) > 0
            there = np.zeros(len(self.items), np.bool_)
            of = np.repeat(np.arange(len(self.items)), np.diff(self.countries_indptr))
            there[of[self.countries == country.upper().encode()]] = True
            self._countries_seen[country] = (~limited | there) & ~self.private
        return self._countries_seen[country] & (self.available_from <= now)

    # --- one item ---------------------------------------------------------------------------------------------------

    def title(self, number: int) -> str:
        """Its title; the id of its source where nobody gave one."""
        return str(self._title[self.row(number)])

    def titles(self) -> list[str]:
        """Of every item, in the order of the rows."""
        found: list[str] = self._title.to_pylist()
        return found

    def description(self, number: int) -> str:
        return str(self._description[self.row(number)])

    def language(self, number: int) -> str:
        return str(self._language[self.row(number)])

    def sources(self, number: int) -> list[tuple[str, str]]:
        """(namespace, id) of each source that named it; its own first."""
        row = self.row(number)
        span = range(int(self._source_indptr[row]), int(self._source_indptr[row + 1]))
        return [(str(self._namespace[i]), str(self._id[i])) for i in span]

    def uri(self, number: int) -> str:
        namespace, id = self.sources(number)[0]
        return str(Uri(Kind(int(self.kind[self.row(number)])), namespace, id))

    def source_id(self, number: int, namespace: str | None = None) -> str:
        """The id as imported, from the namespace given where it named the item."""
        sources = self.sources(number)
        return dict(reversed(sources)).get(namespace or "", sources[0][1])

    def artists_of(self, number: int) -> Ids:
        """Credited artists, the main one first."""
        row = self.row(number)
        return self.artists[self.artists_indptr[row] : self.artists_indptr[row + 1]]

    def tag_words(self, number: int) -> tuple[str, ...]:
        """Genres and tags, the most applied first."""
        row = self.row(number)
        lo, hi = self.tags.indptr[row], self.tags.indptr[row + 1]
        order = np.argsort(-self.tags.data[lo:hi], kind="stable")
        return tuple(self.tag_names[t] for t in self.tags.indices[lo:hi][order].tolist())

    def genre_words(self, number: int) -> tuple[str, ...]:
        """What a source called a genre of it."""
        row = self.row(number)
        return tuple(
            self.tag_names[t] for t in self.genres.indices[self.genres.indptr[row] : self.genres.indptr[row + 1]]
        )

    def find(self, text: str, kind: Kind | None = None) -> list[int]:
        """By full uri, by the id of a source, or by title in any case: ids first, then titles, each by number."""
        if text.startswith("segue:"):
            uri = Uri.parse(text)
            named = pc.and_(pc.equal(self._id, uri.id), pc.equal(self._namespace, uri.namespace))
            return self._only(self._source_rows(named), uri.kind)
        by_id = self._source_rows(pc.equal(self._id, text))
        by_title = np.flatnonzero(pc.equal(self._lower_titles, text.strip().lower()).to_numpy(zero_copy_only=False))
        return self._only(np.concatenate([by_id, by_title]), kind)

    def containing(self, text: str) -> Ids:
        """Sorted numbers of the items whose title holds the text, in any case."""
        held = pc.match_substring(self._lower_titles, text.strip().lower())
        return self.items[np.flatnonzero(held.to_numpy(zero_copy_only=False))]

    def _source_rows(self, mask: pa.Array) -> NDArray[np.intp]:
        places = np.flatnonzero(mask.to_numpy(zero_copy_only=False))
        return np.searchsorted(self._source_indptr, places, side="right") - 1

    def _only(self, rows: NDArray[np.intp], kind: Kind | None) -> list[int]:
        kept = [r for r in dict.fromkeys(rows.tolist()) if kind is None or int(self.kind[r]) == kind]
        return [int(self.items[r]) for r in kept]
