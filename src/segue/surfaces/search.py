"""A page of search: what has the words in its title or its maker's name, by kind; else what lies near to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from segue.core.slates import Reason
from segue.core.types import Candidates, Context, Ids, Kind
from segue.surfaces.home.kitchen import NOT_CAPPED
from segue.surfaces.serving import Serving
from segue.surfaces.views import CardView, FoundView, SearchView

GENRES = 24  # to begin with, where nothing is looked for
VARIED = ("heard-lately",)  # the rules that do not count for a genre: not all of it by one artist
NEAR = (Kind.TRACK, Kind.ARTIST, Kind.PLAYLIST, Kind.SHOW, Kind.AUDIOBOOK)  # what is looked for by meaning


@dataclass(frozen=True, slots=True)
class Search:
    """One question: its words, the kind that alone is wanted where there is one, how many of each, and who asks."""

    serving: Serving
    context: Context
    kind: Kind | None
    n: int
    who: int = 0  # a listener; 0: nobody in particular

    @property
    def words(self) -> str:
        return self.context.words

    def page(self) -> SearchView:
        """What has the words in its title or its maker's name, by kind; what is popular without words."""
        if not self.words:
            return SearchView("", "popular", self._popular(), genres=self._genres())
        found = self.serving.titles.find(self.words)
        return SearchView(self.words, "title", self._by_kind(found.items), found.meant, self._genre())

    def near(self) -> SearchView:
        """What lies near to what the words say; nothing where the release places no words."""
        space = self.serving.stock.space
        if space is None or space.words is None:
            return SearchView(self.words, "near", ())
        groups = [
            (kind, self._served("near-seeds", kind)) for kind in self._wanted() if kind == self.kind or kind in NEAR
        ]
        reason = Reason("near_words", words=(self.words,))
        kinds = [FoundView(kind.label, len(found), self._cards(found.items, reason)) for kind, found in groups]
        return SearchView(self.words, "near", tuple(view for view in kinds if view.cards))

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

    def _cards(self, items: Ids, reason: Reason | None = None) -> tuple[CardView, ...]:
        saved = self.serving.listening.saved(self.who)
        return tuple(self.serving.cards.card(i, reason, saved=i in saved) for i in items.tolist())

    def _wanted(self) -> Sequence[Kind]:
        return [k for k in self.serving.stock.sections if self.kind in (None, k)]

    def _popular(self) -> tuple[FoundView, ...]:
        sections = self.serving.stock.sections
        rows = {kind: sections[kind].by_popularity[: self.n] for kind in self._wanted()}
        return tuple(
            FoundView(kind.label, len(sections[kind].by_popularity), self._cards(sections[kind].items[best]))
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
        found = self._served("by-genre", kind, VARIED)
        return FoundView(kind.label, len(found), self._cards(found.items)) if len(found) else None

    def _served(self, source: str, kind: Kind, without: Sequence[str] = NOT_CAPPED) -> Candidates:
        """The best of a source for anybody, less what this listener wants none of."""
        kitchen = self.serving.kitchen(0, self.context, [kind])
        query = replace(kitchen.board.query(kind), tuned=self.serving.listening.tuned(self.who))
        return kitchen.serve(source, query, self.n, without=without)
