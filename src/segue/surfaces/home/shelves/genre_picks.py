"""In a genre: for a listener, the unheard of their strongest genres; for a stranger, the popular of the largest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from segue.candidates import Section
from segue.core.slates import Offer, Reason
from segue.core.types import Query
from segue.surfaces.home.kitchen import Kitchen, always, leaving_out

MOST_OWN = 1
MOST_BIG = 6


@dataclass(frozen=True, slots=True)
class GenrePicks:
    key: ClassVar[str] = "genre"
    place: ClassVar[int] = 70

    def build(self, query: Query, kitchen: Kitchen) -> Sequence[Offer]:
        section = kitchen.section
        if section is None or not kitchen.wants(query.kind):
            return ()
        own = kitchen.board.top_genres(query.kind, MOST_OWN)
        views = []
        for column in own or _biggest(section):
            name = kitchen.stock.genre_name(column)
            request = replace(query, context=replace(query.context, words=name))
            n = kitchen.settings.shelf_arms
            best = kitchen.serve("by-genre", request, n, drop=leaving_out(query.history))
            title = f"New to you in {name}" if own else f"Popular in {name}"
            reason = Reason("in_genre" if own else "popular_in_genre", words=(name,))
            views.append(Offer(f"{self.key}:{name}", title, best, always(reason)))
        return views


def _biggest(section: Section) -> list[int]:
    """Columns of the genres that most is played of."""
    played = section.genres.T @ section.popularity
    return [int(c) for c in np.argsort(-played, kind="stable")[:MOST_BIG] if played[c] > 0]


plugin = GenrePicks
