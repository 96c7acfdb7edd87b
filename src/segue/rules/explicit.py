"""Explicit content falls where the listener does not want it."""

from __future__ import annotations

from dataclasses import dataclass

from segue.core.protocols import Facts
from segue.core.settings import Settings
from segue.core.types import Candidates, Query


@dataclass(frozen=True, slots=True)
class Explicit:
    facts: Facts

    def __call__(self, query: Query, candidates: Candidates) -> Candidates:
        if query.context.explicit:
            return candidates
        return candidates.take(~self.facts.explicit[self.facts.rows(candidates.items)])


def plugin(facts: Facts, settings: Settings) -> Explicit:
    return Explicit(facts)
