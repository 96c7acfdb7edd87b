"""What the listener said they want none of: a genre, an artist, an item, a kind."""

from __future__ import annotations

from dataclasses import dataclass

from segue.core.protocols import Facts
from segue.core.settings import Settings
from segue.core.types import Candidates, Query


@dataclass(frozen=True, slots=True)
class Wanted:
    facts: Facts

    def __call__(self, query: Query, candidates: Candidates) -> Candidates:
        if query.tuned is None:
            return candidates
        return candidates.take(~query.tuned.never[self.facts.rows(candidates.items)])


def plugin(facts: Facts, settings: Settings) -> Wanted:
    return Wanted(facts)
