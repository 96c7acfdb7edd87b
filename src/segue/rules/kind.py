"""Only the kind that was asked for: no audiobooks on a shelf of tracks."""

from __future__ import annotations

from dataclasses import dataclass

from segue.core.protocols import Facts
from segue.core.settings import Settings
from segue.core.types import Candidates, Query


@dataclass(frozen=True, slots=True)
class OfKind:
    facts: Facts

    def __call__(self, query: Query, candidates: Candidates) -> Candidates:
        return candidates.take(self.facts.kind[self.facts.rows(candidates.items)] == query.kind)


def plugin(facts: Facts, settings: Settings) -> OfKind:
    return OfKind(facts)
