"""What was skipped twice lately, or disliked once (which counts as two skips), is left alone for a while."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segue.core.protocols import Facts
from segue.core.settings import Settings
from segue.core.types import Candidates, Query, among

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class SkippedLately:
    times: int = 2
    days: float = 30.0

    def __call__(self, query: Query, candidates: Candidates) -> Candidates:
        if not len(query.skipped):
            return candidates
        now = query.context.now or int(query.skipped_at.max())
        items, counts = np.unique(query.skipped[query.skipped_at > now - self.days * DAY_MS], return_counts=True)
        return candidates.take(~among(candidates.items, items[counts >= self.times]))


def plugin(facts: Facts, settings: Settings) -> SkippedLately:
    return SkippedLately()
