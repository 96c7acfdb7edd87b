"""Jump back in: what the listener keeps coming back to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from segue.core.types import Query, Reason, ShelfView
from segue.surfaces.home.kitchen import Kitchen


@dataclass(frozen=True, slots=True)
class JumpBackIn:
    key: ClassVar[str] = "jump-back-in"
    place: ClassVar[int] = 20

    def build(self, query: Query, kitchen: Kitchen) -> Sequence[ShelfView]:
        if not kitchen.wants(query.kind):
            return ()
        best = kitchen.serve("recent", query, without=("heard-lately",))
        return (ShelfView(self.key, "Jump back in", kitchen.cards(best, Reason("listened"))),)


plugin = JumpBackIn
