"""Good morning: what the listener plays in their mornings, and what the model finds for this hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from segue.core.slates import Offer
from segue.core.types import Query
from segue.surfaces.home.kitchen import Kitchen, leaving_out
from segue.surfaces.home.shelves._occasion import BY_NAME, at_hour, fits, possible, suited


@dataclass(frozen=True, slots=True)
class GoodMorning:
    key: ClassVar[str] = "good-morning"
    place: ClassVar[int] = 15

    def build(self, query: Query, kitchen: Kitchen) -> Sequence[Offer]:
        what = BY_NAME["morning"]
        if query.context.activity or not possible(kitchen, query):
            return ()
        if not fits(kitchen.board.habits(query.kind), what, by_mood=False):
            return ()
        known = kitchen.serve("at-this-hour", query, without=("heard-lately",))
        new = kitchen.serve("for-now" if len(query.history) else "popular", query, drop=leaving_out(query.history))
        return suited(kitchen, query, self.key, what.title, known, (new, kitchen.reasons(query)), at_hour(query))


plugin = GoodMorning
