"""More like …: what is like an artist of the listener, by others; for a stranger, like the most popular ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from segue.candidates import Section
from segue.core.slates import Offer, Reason
from segue.core.types import Candidates, Query
from segue.surfaces.home.kitchen import Kitchen, always

MOST = 1
MOST_POPULAR = 4
FEW = 50  # most popular items that a stranger's are taken from


@dataclass(frozen=True, slots=True)
class MoreLike:
    key: ClassVar[str] = "more-like"
    place: ClassVar[int] = 75

    def build(self, query: Query, kitchen: Kitchen) -> Sequence[Offer]:
        section = kitchen.section
        if section is None or not kitchen.wants(query.kind):
            return ()
        views = []
        for artist in _artists(section, query, kitchen) if len(query.history) else _popular(section):
            best = kitchen.serve("similar-to-seed", kitchen.like([artist]), drop=_by_others(section, artist))
            title = f"More like {kitchen.name(artist)}"
            views.append(Offer(f"{self.key}:{artist}", title, best, always(Reason("like_artist", (artist,)))))
        return views


def _artists(section: Section, query: Query, kitchen: Kitchen) -> list[int]:
    """The listener's strongest artists that are not items themselves."""
    strong = kitchen.sources["recent"](kitchen.board)(query, len(query.history))
    rows = section.rows(strong.items)
    artists, where = np.unique(section.artist[rows], return_inverse=True)
    strength = np.bincount(where, strong.scores, len(artists)) if len(artists) else np.zeros(0)
    order = artists[np.lexsort((artists, -strength))]
    return [int(a) for a in order[: MOST + 1] if a > 0 and not len(section.rows(order[order == a]))][:MOST]


def _popular(section: Section) -> list[int]:
    """For a stranger: the artists of the most popular items, or where nobody knows them, these items."""
    rows = section.by_popularity[:FEW]
    leading = np.where(section.artist[rows] > 0, section.artist[rows], section.items[rows])
    return list(dict.fromkeys(leading[section.popularity[rows] > 0].tolist()))[:MOST_POPULAR]


def _by_others(section: Section, artist: int) -> Callable[[Candidates], Candidates]:
    return lambda c: c.take(section.artist[section.rows(c.items)] != artist)


plugin = MoreLike
