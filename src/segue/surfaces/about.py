"""A page about one item: what it is, what belongs to it, and what else is by whoever made it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np

from segue.core.types import Ids, Kind
from segue.surfaces.browse import Browse
from segue.surfaces.serving import Serving
from segue.surfaces.views import AboutView, ShelfCards

MOST = 60  # cards of a shelf
HEARD = 10  # of those most heard of a maker
MAKERS = (Kind.ARTIST, Kind.AUTHOR)
PARTS = {Kind.ALBUM: Kind.TRACK, Kind.SHOW: Kind.EPISODE}  # what a whole is made of
MADE = {Kind.SHOW: "Podcasts", Kind.AUDIOBOOK: "Audiobooks"}


@dataclass(frozen=True, slots=True)
class About:
    """One item of the release, by its number, as somebody sees it who saved some."""

    serving: Serving
    number: int
    saved: Collection[int] = ()

    def view(self) -> AboutView:
        serving, facts = self.serving, self.serving.snapshot.catalogue
        row = facts.row(self.number)
        number, kind = int(facts.items[row]), Kind(int(facts.kind[row]))
        whole, maker = (int(facts.current(column[row : row + 1])[0]) for column in (facts.album, facts.artist))
        shelves = self._of_maker(number) if kind in MAKERS else self._of_made(number, kind, whole, maker)
        return AboutView(
            card=serving.cards.card(number, saved=number in self.saved),
            part_of=serving.cards.person(whole) if whole else None,
            released=int(facts.released[row]),
            language=facts.language(number),
            listeners=int(serving.stock.popularity(np.array([number], np.int32))[0]),
            shelves=tuple(shelf for shelf in shelves if shelf.cards),
        )

    def _of_maker(self, maker: int) -> Iterator[ShelfCards]:
        browse = Browse(self.serving)
        yield self._shelf("tracks", "Most heard", browse.tracks_of(maker)[:HEARD])
        yield self._shelf("albums", "Albums", browse.albums_of(maker))
        for kind, title in MADE.items():
            yield self._shelf(f"{kind.label}s", title, browse.made_by(maker, kind))

    def _of_made(self, number: int, kind: Kind, whole: int, maker: int) -> Iterator[ShelfCards]:
        browse, title = Browse(self.serving), self.serving.snapshot.catalogue.title
        if kind in PARTS:
            parts = browse.parts_of(number, PARTS[kind])
            yield self._shelf("parts", f"{len(parts):,} {PARTS[kind].label}{'s' * (len(parts) != 1)}", parts)
        if kind == Kind.PLAYLIST:
            yield self._shelf("parts", "In this order", browse.in_playlist(number))
        beside = browse.parts_of(whole, kind) if whole else np.zeros(0, np.int32)
        if whole:
            words = "Also on" if kind == Kind.TRACK else "More from"
            yield self._shelf("beside", f"{words} {title(whole)}", beside[beside != number])
        if maker:
            others = browse.albums_of(maker) if kind == Kind.ALBUM else browse.made_by(maker, kind)
            others = others[(others != number) & ~np.isin(others, beside)]
            yield self._shelf("by", f"More by {title(maker)}", others)

    def _shelf(self, key: str, title: str, items: Ids) -> ShelfCards:
        card = self.serving.cards.card
        return ShelfCards(key, title, tuple(card(i, saved=i in self.saved) for i in items[:MOST].tolist()))
