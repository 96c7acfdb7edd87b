"""Discover: the best of the model by artists the listener has never heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from segue.core.types import Offer, Query
from segue.surfaces.home.kitchen import Kitchen


@dataclass(frozen=True, slots=True)
class Discover:
    key: ClassVar[str] = "discover"
    place: ClassVar[int] = 50

    def build(self, query: Query, kitchen: Kitchen) -> Sequence[Offer]:
        if not kitchen.wants(query.kind):
            return ()
        best = kitchen.serve("new-artists", query)
        return (Offer(self.key, "Discover", best, kitchen.reasons(query)),)


plugin = Discover
