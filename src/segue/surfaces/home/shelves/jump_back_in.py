"""Jump back in: what the listener keeps coming back to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from segue.core.slates import Offer, Reason
from segue.core.types import Query
from segue.surfaces.home.kitchen import Kitchen, always


@dataclass(frozen=True, slots=True)
class JumpBackIn:
    key: ClassVar[str] = "jump-back-in"
    place: ClassVar[int] = 20
    quick: ClassVar[bool] = True

    def build(self, query: Query, kitchen: Kitchen) -> Sequence[Offer]:
        if not kitchen.wants(query.kind):
            return ()
        best = kitchen.serve("recent", query, without=("heard-lately",))
        return (Offer(self.key, "Jump back in", best, always(Reason("listened"))),)


plugin = JumpBackIn
