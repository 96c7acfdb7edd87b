"""At most so many cards of one album on a shelf, best first. Items of no known album are not capped."""

from __future__ import annotations

from dataclasses import dataclass

from segue.core.protocols import Facts
from segue.core.settings import Settings
from segue.core.types import Candidates, Query
from segue.rules._standing import standing


@dataclass(frozen=True, slots=True)
class AlbumCap:
    facts: Facts
    cap: int

    def __call__(self, query: Query, candidates: Candidates) -> Candidates:
        album = self.facts.album[self.facts.rows(candidates.items)]
        return candidates.take((standing(album) < self.cap) | (album == 0))


def plugin(facts: Facts, settings: Settings) -> AlbumCap:
    return AlbumCap(facts, settings.album_cap)
