"""Shows you might like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from segue.core.slates import Offer
from segue.core.types import Kind, Query
from segue.surfaces.home.kitchen import Kitchen
from segue.surfaces.home.shelves._spoken import beside


@dataclass(frozen=True, slots=True)
class Shows:
    key: ClassVar[str] = "shows"
    place: ClassVar[int] = 65

    def build(self, query: Query, kitchen: Kitchen) -> Sequence[Offer]:
        return beside(kitchen, Kind.SHOW, self.key, "Shows you might like")


plugin = Shows
