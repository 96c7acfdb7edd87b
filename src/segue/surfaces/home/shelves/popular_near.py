"""Popular near you: what many play in the country of the request, at its time of day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from segue.core.slates import Offer, Reason
from segue.core.types import Query
from segue.surfaces.home.kitchen import Kitchen, always


@dataclass(frozen=True, slots=True)
class PopularNear:
    key: ClassVar[str] = "popular"
    place: ClassVar[int] = 60
    quick: ClassVar[bool] = True

    def build(self, query: Query, kitchen: Kitchen) -> Sequence[Offer]:
        section, country = kitchen.section, query.context.country
        if section is None or not kitchen.wants(query.kind):
            return ()
        here = section.heard_in(country)
        best = kitchen.serve("popular", query, without=("heard-lately",))
        reason = Reason("popular_in", words=(country,)) if here else Reason("popular")
        return (Offer(self.key, "Popular near you" if here else "Popular now", best, always(reason)),)


plugin = PopularNear
