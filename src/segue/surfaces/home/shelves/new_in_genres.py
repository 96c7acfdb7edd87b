"""New in your genres: what came out lately; a stranger gets what came out anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from segue.core.slates import Offer, Reason
from segue.core.types import Query
from segue.surfaces.home.kitchen import Kitchen, each


@dataclass(frozen=True, slots=True)
class NewInGenres:
    key: ClassVar[str] = "new-in-genres"
    place: ClassVar[int] = 55

    def build(self, query: Query, kitchen: Kitchen) -> Sequence[Offer]:
        if not kitchen.wants(query.kind):
            return ()
        fresh = kitchen.serve("new-releases", query)
        genres = kitchen.stock.genres_of(query.kind, fresh.items, kitchen.board.taste(query.kind))
        reasons = [(Reason("new_in_genre", words=(g,)) if g else Reason("new_release"),) for g in genres]
        title = "New in your genres" if len(query.history) else "New releases"
        return (Offer(self.key, title, fresh, each(dict(zip(fresh.items.tolist(), reasons)))),)


plugin = NewInGenres
