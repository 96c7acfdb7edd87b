"""Items as people and programs see them. What does not depend on who asks is made once a release and item."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TypeVar

from segue.core.events import Uri
from segue.core.slates import Decision, Home, Reason
from segue.core.types import Ids, Kind
from segue.store.catalogue_view import CatalogueView
from segue.surfaces.explain import explain
from segue.surfaces.views import CardView, DecisionView, Person, ReasonView, RowView, ShelfCards

K = TypeVar("K")
V = TypeVar("V")
KEPT = 200_000  # cards, persons and reasons kept; beyond it they are made anew
AT_ONCE = 50  # cards that are made ahead in one stretch, in some milliseconds
WORDS = 3  # genres on a card


@dataclass
class Cards:
    """Cards of one snapshot's catalogue. Safe for several threads: at worst a card is made twice."""

    facts: CatalogueView
    sounding: Callable[[int], bool] = lambda _: False  # whether a clip of an item can be had
    _cards: dict[int, CardView] = field(default_factory=dict)
    _people: dict[int, Person] = field(default_factory=dict)
    _reasons: dict[Reason, ReasonView] = field(default_factory=dict)

    def person(self, number: int) -> Person:
        """Name and uri of an item, an artist most often."""
        found = self._people.get(number)
        if found is None:
            found = Person(self.facts.uri(number), self.facts.title(number))
            _keep(self._people, number, found)
        return found

    def reason(self, reason: Reason) -> ReasonView:
        found = self._reasons.get(reason)
        if found is None:
            text = explain(reason, self.facts.title)
            found = ReasonView(reason.key, text, tuple(self.person(n) for n in reason.because))
            _keep(self._reasons, reason, found)
        return found

    def bare(self, number: int) -> CardView:
        """The card without a reason, or UnknownName."""
        found = self._cards.get(number)
        if found is None:
            found = self._make(number)
            _keep(self._cards, number, found)
        return found

    def make(self, numbers: Ids, share: float, enough: Callable[[], bool] = lambda: False) -> None:
        """Make cards before anybody asks, for a share of one thread's time, until `enough` says so."""
        rest = 1 / share - 1  # seconds without work for each with it
        for start in range(0, len(numbers), AT_ONCE):
            begun = time.thread_time()
            for number in numbers[start : start + AT_ONCE].tolist():
                if number not in self._cards:
                    self.bare(number)
            if enough():
                return
            time.sleep(rest * (time.thread_time() - begun))

    def card(
        self, number: int, reason: Reason | None = None, score: float = 0.0, source: str = "", saved: bool = False
    ) -> CardView:
        bare = self.bare(number)
        return CardView(
            bare.uri, bare.id, bare.kind, bare.title, bare.artists, bare.album, bare.genres, bare.description,
            bare.duration_ms, bare.explicit, self.reason(reason) if reason else None, score, source, saved, bare.clip,
        )  # fmt: skip

    def shelves(self, home: Home, saved: Collection[int]) -> tuple[ShelfCards, ...]:
        return tuple(
            ShelfCards(
                shelf.key,
                shelf.title,
                tuple([self.card(c.item, c.reason, round(c.score, 6), "", c.item in saved) for c in shelf.cards]),
            )
            for shelf in home.shelves
        )

    def _make(self, number: int) -> CardView:
        facts = self.facts
        row = facts.row(number)
        album = int(facts.album[row])
        kind = Kind(int(facts.kind[row]))
        namespace, id = facts.sources(number)[0]
        genres = facts.genre_words(number) or facts.tag_words(number)
        return CardView(
            uri=str(Uri(kind, namespace, id)),
            id=id,
            kind=kind.label,
            title=facts.title(number),
            artists=tuple(self.person(int(a)) for a in facts.artists_of(number)),
            album=facts.title(album) if album else "",
            genres=tuple(genres[:WORDS]),
            description=facts.description(number),
            duration_ms=int(facts.duration[row]),
            explicit=bool(facts.explicit[row]),
            clip=self.sounding(number),
        )


def decision_view(home: Home) -> DecisionView:
    first = home.decisions[0].shelf if home.decisions else None
    rows = tuple(_row(d.shelf, d.cards) for d in home.decisions)
    log = sum(math.log(d.propensity) for d in home.decisions)
    return DecisionView(first.policy if first else "", first.release if first else "", log, rows)


def _row(shelf: Decision, cards: Decision) -> RowView:
    keys = tuple(map(str, shelf.arms))
    return RowView(keys, shelf.chosen[0], shelf.propensities[0], len(cards.arms), cards.propensities)


def _keep(cache: dict[K, V], key: K, value: V) -> None:
    if len(cache) >= KEPT:
        cache.clear()
    cache[key] = value
