"""What may not be played in the country of the request, or is not out yet, falls."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from segue.core.protocols import Facts
from segue.core.settings import Settings
from segue.core.types import Bools, Candidates, Query

KEPT = 16


@dataclass(frozen=True, slots=True)
class Available:
    facts: Facts
    masks: dict[tuple[str, int], Bools] = field(default_factory=dict)  # of the requests at hand, by country and time

    def __call__(self, query: Query, candidates: Candidates) -> Candidates:
        key = (query.context.country, query.context.now or int(time.time() * 1000))
        mask = self.masks.get(key)
        if mask is None:
            mask = self.facts.available(*key)
            if len(self.masks) >= KEPT:
                self.masks.clear()
            self.masks[key] = mask
        return candidates.take(mask[self.facts.rows(candidates.items)])


def plugin(facts: Facts, settings: Settings) -> Available:
    return Available(facts)
