"""What was heard lately is not called new.

"Lately" is counted back from the newest thing the listener heard, so that somebody who returns after a year is not
offered last year's favourites as discoveries. Plays of sources without times count as lately. Above the middle, the
familiar-to-new dial shortens the time, down to nothing at its familiar end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segue.core.protocols import Facts
from segue.core.settings import Settings
from segue.core.types import Candidates, Query, among
from segue.store.building import REAL_TIME

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class HeardLately:
    days: float

    def __call__(self, query: Query, candidates: Candidates) -> Candidates:
        strictness = min(1.0, 2.0 - 2.0 * query.context.familiarity)
        window = self.days * DAY_MS * strictness
        if not len(query.history) or window <= 0:
            return candidates
        now = query.context.now
        newest = int(query.at.max()) if now <= 0 else min(now, int(query.at.max()))
        lately = np.where(query.at >= REAL_TIME, query.at > newest - window, strictness >= 1.0)
        return candidates.take(~among(candidates.items, query.history[lately]))


def plugin(facts: Facts, settings: Settings) -> HeardLately:
    return HeardLately(settings.heard_days)
