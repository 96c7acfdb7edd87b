"""Made for you: the best of the model that was not heard lately, as familiar as the dial says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from segue.core.slates import Offer
from segue.core.types import Query
from segue.surfaces.home.kitchen import Kitchen


@dataclass(frozen=True, slots=True)
class MadeForYou:
    key: ClassVar[str] = "made-for-you"
    place: ClassVar[int] = 10

    def build(self, query: Query, kitchen: Kitchen) -> Sequence[Offer]:
        if not kitchen.wants(query.kind):
            return ()
        best = kitchen.serve(("model", "new-artists"), query, ranker="dial")
        return (Offer(self.key, "Made for you", best, kitchen.reasons(query)),)


plugin = MadeForYou
