"""More like …: what is like an artist of the listener, by others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from segue.candidates import Section
from segue.core.types import Candidates, Query, Reason, ShelfView
from segue.surfaces.home.kitchen import Kitchen

MOST = 1


@dataclass(frozen=True, slots=True)
class MoreLike:
    key: ClassVar[str] = "more-like"
    place: ClassVar[int] = 75

    def build(self, query: Query, kitchen: Kitchen) -> Sequence[ShelfView]:
        section = kitchen.section
        if section is None or not kitchen.wants(query.kind):
            return ()
        views = []
        for artist in _artists(section, query, kitchen):
            best = kitchen.serve("similar-to-seed", kitchen.like([artist]), drop=_by_others(section, artist))
            title = f"More like {kitchen.name(artist)}"
            views.append(
                ShelfView(f"{self.key}:{artist}", title, kitchen.cards(best, Reason("like_artist", (artist,))))
            )
        return views


def _artists(section: Section, query: Query, kitchen: Kitchen) -> list[int]:
    """The listener's strongest artists that are not items themselves."""
    strong = kitchen.sources["recent"](kitchen.board)(query, len(query.history))
    rows = section.rows(strong.items)
    artists, where = np.unique(section.artist[rows], return_inverse=True)
    strength = np.bincount(where, strong.scores, len(artists)) if len(artists) else np.zeros(0)
    order = artists[np.lexsort((artists, -strength))]
    return [int(a) for a in order[: MOST + 1] if a > 0 and not len(section.rows(order[order == a]))][:MOST]


def _by_others(section: Section, artist: int) -> Callable[[Candidates], Candidates]:
    return lambda c: c.take(section.artist[section.rows(c.items)] != artist)


plugin = MoreLike
