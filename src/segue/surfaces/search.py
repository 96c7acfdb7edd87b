"""A page of search: what has the words in its title or its maker's name, by kind; else what lies near to them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from segue.core.types import Candidates, Context, Ids, Kind, Reason
from segue.surfaces.home.kitchen import NOT_CAPPED
from segue.surfaces.serving import Serving
from segue.surfaces.views import CardView, FoundView, SearchView

GENRES = 24  # to begin with, where nothing is looked for
NEAR = (Kind.TRACK, Kind.ARTIST, Kind.PLAYLIST, Kind.SHOW, Kind.AUDIOBOOK)  # what is looked for by meaning


@dataclass(frozen=True, slots=True)
class Search:
    """One question: its words, the kind that alone is wanted where there is one, how many of each, what was saved."""

    serving: Serving
    context: Context
    kind: Kind | None
    n: int
    saved: Collection[int] = ()

    @property
    def words(self) -> str:
        return self.context.words

    def page(self) -> SearchView:
        """What is popular without words; what has them; with a space, what lies near to them where nothing has."""
        if not self.words:
            return SearchView("", "popular", self._popular(), genres=self._genres())
        found = self.serving.titles.find(self.words)
        groups = self._by_kind(found.items)
        genre = self._genre()
        if groups or genre or found.meant:
            return SearchView(self.words, "title", groups, found.meant, genre)
        near = self._near()
        return SearchView(self.words, "near" if near else "title", near)

    def _by_kind(self, items: Ids) -> tuple[FoundView, ...]:
        """The kind of what fits best first."""
        facts = self.serving.snapshot.catalogue
        kinds = facts.kind[facts.rows(items)]
        numbers, first, counts = np.unique(kinds, return_index=True, return_counts=True)
        groups = sorted(zip(first.tolist(), numbers.tolist(), counts.tolist()))
        return tuple(
            FoundView(Kind(kind).label, total, self._cards(items[kinds == kind][: self._most(Kind(kind))]))
            for _, kind, total in groups
        )

    def _most(self, kind: Kind) -> int:
        return self.n if self.kind in (None, kind) else 0

    def _cards(self, items: Ids) -> tuple[CardView, ...]:
        return tuple(self.serving.cards.card(i, saved=i in self.saved) for i in items.tolist())

    def _wanted(self) -> Sequence[Kind]:
        return [k for k in self.serving.stock.sections if self.kind in (None, k)]

    def _popular(self) -> tuple[FoundView, ...]:
        sections = self.serving.stock.sections
        rows = {kind: sections[kind].by_popularity[: self.n] for kind in self._wanted()}
        return tuple(
            FoundView(kind.label, len(sections[kind]), self._cards(sections[kind].items[best]))
            for kind, best in rows.items()
            if sections[kind].popularity[best].any()
        )

    def _genres(self) -> tuple[str, ...]:
        """Those that most items lead with, of the kind that most is played of."""
        section = self.serving.stock.sections[self.serving.stock.primary]
        many = np.diff(section.leading_genres.indptr)
        best = np.argsort(-many, kind="stable")[:GENRES]
        return tuple(self.serving.stock.genre_name(column) for column in best[many[best] > 0].tolist())

    def _genre(self) -> FoundView | None:
        """What most people took of the genre that the words name."""
        kind = self.kind or self.serving.stock.primary
        if not self.serving.stock.genre_columns(self.words):
            return None
        found = self._served("by-genre", kind)
        return FoundView(kind.label, len(found), self._cards(found.items)) if len(found) else None

    def _near(self) -> tuple[FoundView, ...]:
        """By what the words say, where the release places words."""
        space = self.serving.stock.space
        if space is None or space.words is None:
            return ()
        reason, groups = Reason("near_words", words=(self.words,)), []
        for kind in (k for k in self._wanted() if k == self.kind or k in NEAR):
            found = self._served("near-seeds", kind)
            rows = zip(found.items.tolist(), found.scores.tolist())
            cards = tuple(
                self.serving.cards.card(i, reason, round(s, 4), "near-seeds", i in self.saved) for i, s in rows
            )
            if cards:
                groups.append(FoundView(kind.label, len(cards), cards))
        return tuple(groups)

    def _served(self, source: str, kind: Kind) -> Candidates:
        kitchen = self.serving.kitchen(0, self.context, [kind])
        return kitchen.serve(source, kitchen.board.query(kind), self.n, without=NOT_CAPPED)
