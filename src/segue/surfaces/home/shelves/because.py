"""Because you listened to …: what is like one thing heard, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from segue.core.slates import Offer, Reason
from segue.core.types import Query
from segue.surfaces.home.kitchen import Kitchen, always

MOST = 2


@dataclass(frozen=True, slots=True)
class Because:
    key: ClassVar[str] = "because"
    place: ClassVar[int] = 40
    quick: ClassVar[bool] = True

    def build(self, query: Query, kitchen: Kitchen) -> Sequence[Offer]:
        if not kitchen.wants(query.kind):
            return ()
        views = []
        for seed in kitchen.anchors(query.kind)[:MOST].tolist():
            best = kitchen.serve("similar-to-seed", kitchen.like([seed]))
            title = f"Because you listened to {kitchen.name(seed)}"
            views.append(Offer(f"{self.key}:{seed}", title, best, always(Reason("similar_to", (seed,)))))
        return views


plugin = Because
