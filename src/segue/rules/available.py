"""What may not be played in the country of the request, or is not out yet, falls."""

from __future__ import annotations

import time
from dataclasses import dataclass

from segue.core.protocols import Facts
from segue.core.settings import Settings
from segue.core.types import Candidates, Query


@dataclass(frozen=True, slots=True)
class Available:
    facts: Facts

    def __call__(self, query: Query, candidates: Candidates) -> Candidates:
        now = query.context.now or int(time.time() * 1000)
        return candidates.take(self.facts.available(query.context.country, now)[self.facts.rows(candidates.items)])


def plugin(facts: Facts, settings: Settings) -> Available:
    return Available(facts)
