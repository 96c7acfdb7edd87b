"""For the activity that the request names: what the listener knows and what is new that fits it, at any hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from segue.core.slates import Offer, Reason
from segue.core.types import Candidates, Query, among
from segue.signals.moods import activity
from segue.surfaces.home.kitchen import Kitchen
from segue.surfaces.home.shelves._occasion import new_for, possible, suited


@dataclass(frozen=True, slots=True)
class ForActivity:
    key: ClassVar[str] = "for-activity"
    place: ClassVar[int] = 5

    def build(self, query: Query, kitchen: Kitchen) -> Sequence[Offer]:
        if not query.context.activity or not possible(kitchen, query):
            return ()
        what = activity(query.context.activity)

        def heard(pool: Candidates) -> Candidates:
            return pool.take(among(pool.items, query.history))

        known = kitchen.serve("by-mood", query, without=("heard-lately",), drop=heard)
        new = new_for(kitchen, query, what)
        return suited(kitchen, query, self.key, what.title, known, new, Reason("listened"))


plugin = ForActivity
