"""A release as the request path sees it: a section a kind, genres, and tastes across kinds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from segue.candidates._section import Section
from segue.core.protocols import Facts, Scores
from segue.core.types import F32, NO_IDS, Bools, Ids, Interactions, Kind
from segue.fitted import Ahead
from segue.fitted.moods import Moods
from segue.fitted.space import Space
from segue.store.genres import genres_of

Columns = NDArray[np.intp]
FEW = 2  # owners who took an item: with fewer a model that learns from them knows next to nothing of it
Crossed = tuple[Kind, Scores]
"""The kind whose histories a model of another kind is asked with, and the model."""
CROSSED = 64  # genres that tastes across kinds are counted by


@dataclass(frozen=True)
class Stock:
    """Immutable but for its caches; shared by all requests."""

    facts: Facts
    sections: Mapping[Kind, Section]  # only kinds that have items
    primary: Kind  # the kind that most is played of
    space: Space | None = None  # a point for every item that anything is known of
    moods: Moods | None = None  # how far each mood and activity fits each item
    crossings: Mapping[Kind, Crossed] = field(default_factory=dict)  # to kinds that may be new to a listener
    _crossed: dict[tuple[Kind, Kind], tuple[Columns, F32]] = field(default_factory=dict)
    _unheard: dict[Kind, Bools] = field(default_factory=dict)

    @classmethod
    def make(
        cls,
        facts: Facts,
        models: Mapping[Kind, Scores],
        data: Mapping[Kind, Interactions],
        primary: Kind | None = None,
        ahead: Mapping[Kind, Ahead] | None = None,
        space: Space | None = None,
        moods: Moods | None = None,
        crossings: Mapping[Kind, Crossed] | None = None,
    ) -> Stock:
        """From the catalogue, the model of each kind that has one, and the plays of each kind that has some.

        `primary` is left to the number of plays where it is not given.
        """
        genres = genres_of(facts)
        kinds = [kind for kind in Kind if len(facts.of_kind(kind))]
        sections = {k: Section.make(facts, k, genres, models.get(k), data.get(k), (ahead or {}).get(k)) for k in kinds}
        events = {k: len(d.rows) for k, d in data.items() if k in sections}
        most = max(events.values(), default=0)
        played = next((k for k in sorted(events) if events[k] == most), kinds[0] if kinds else Kind.TRACK)
        return cls(facts, sections, played if primary is None else primary, space, moods, crossings or {})

    def name(self, number: int) -> str:
        """Title of an item; the id of its source where it has none."""
        return self.facts.title(number)

    def popularity(self, numbers: Ids) -> F32:
        """(K,) how many took each item, of any kinds."""
        out = np.zeros(len(numbers), np.float32)
        for section in self.sections.values():
            inside = section.holds(numbers)
            out[inside] = section.popularity[section.rows(numbers[inside])]
        return out

    def unheard(self, kind: Kind) -> Bools:
        """(M,) which points of the space are of a kind's items that hardly anybody took; M is 0 without a space."""
        if kind not in self._unheard:
            numbers = self.space.items if self.space is not None else NO_IDS
            section = self.sections[kind]
            out = np.isin(numbers, section.items)
            out[out] = section.popularity[section.rows(numbers[out])] < FEW
            self._unheard[kind] = out
        return self._unheard[kind]

    def nearest(self, point: F32, n: int, kind: Kind | None = None) -> tuple[Ids, F32]:
        """`Space.nearest` of what is not private, for answers that no rule looks at. There must be a space."""
        assert self.space is not None
        return self.space.nearest(point, n, kind, self._public if kind in (None, Kind.PLAYLIST) else None)

    @cached_property
    def _public(self) -> Bools | None:
        """(M,) which points of the space are not of a private item; None: all."""
        private = np.isin(self.space.items if self.space is not None else NO_IDS, self.facts.items[self.facts.private])
        return ~private if private.any() else None

    def genre_name(self, column: int) -> str:
        return self.facts.tag_names[column]

    def genres_of(self, kind: Kind, items: Ids, taste: F32) -> list[str]:
        """For each item the genre that a taste (T,) has most of, or its main one where it has none; "" without any."""
        genres, out = self.sections[kind].genres, []
        rows = self.sections[kind].rows(items)
        for start, stop in zip(genres.indptr[rows].tolist(), genres.indptr[rows + 1].tolist()):
            columns, best = genres.indices[start:stop], 0
            if stop > start + 1:
                best = int(np.argmax(taste[columns] + 1e-6 * genres.data[start:stop]))
            out.append(self.genre_name(int(columns[best])) if stop > start else "")
        return out

    def genre_columns(self, name: str) -> list[int]:
        """Columns of the genres of this name, without regard to case."""
        return self._names.get(name.casefold(), [])

    @cached_property
    def _names(self) -> dict[str, list[int]]:
        out: dict[str, list[int]] = {}
        for column, name in enumerate(self.facts.tag_names):
            out.setdefault(name.casefold(), []).append(column)
        return out

    def crossed(self, of: Kind, by: Kind) -> tuple[Columns, F32]:
        """Genres (G,) of kind `by` and (G, n) how much listeners of each genre took to items of kind `of`."""
        if (of, by) not in self._crossed:
            self._crossed[of, by] = self._cross(self.sections[of], self.sections[by])
        return self._crossed[of, by]

    def _cross(self, of: Section, by: Section) -> tuple[Columns, F32]:
        empty = np.zeros(0, np.intp), np.zeros((0, len(of)), np.float32)
        if of.data is None or by.data is None:
            return empty
        columns = np.argsort(-np.diff(by.columns.indptr), kind="stable")[:CROSSED]
        columns = columns[np.diff(by.columns.indptr)[columns] > 0]
        both, mine, theirs = np.intersect1d(of.data.owners, by.data.owners, return_indices=True)
        if not len(both) or not len(columns) or len(by.data.items) != len(by):
            return empty
        tastes = np.asarray((by.data.matrix()[theirs] @ by.genres[:, columns]).todense(), np.float32)
        tastes /= np.maximum(tastes.sum(axis=1, keepdims=True), 1e-9)
        taken = of.data.matrix()[mine]
        taken.data = np.ones_like(taken.data)
        counts = np.zeros((len(columns), len(of)), np.float32)
        here = np.isin(of.data.items, of.items)
        counts[:, of.rows(of.data.items)] = np.asarray((taken.T @ tastes).T)[:, here]
        lift = counts / np.sqrt(np.maximum(counts.sum(axis=0, keepdims=True), 1.0))
        return columns, lift.astype(np.float32)
