"""At most so many cards of one artist on a shelf, best first. Items of no known artist are not capped."""

from __future__ import annotations

from dataclasses import dataclass

from segue.core.protocols import Facts
from segue.core.settings import Settings
from segue.core.types import Candidates, Query
from segue.rules._standing import standing


@dataclass(frozen=True, slots=True)
class ArtistCap:
    facts: Facts
    cap: int

    def __call__(self, query: Query, candidates: Candidates) -> Candidates:
        artist = self.facts.artist[self.facts.rows(candidates.items)]
        return candidates.take((standing(artist) < self.cap) | (artist == 0))


def plugin(facts: Facts, settings: Settings) -> ArtistCap:
    return ArtistCap(facts, settings.artist_cap)
