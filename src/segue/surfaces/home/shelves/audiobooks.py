"""Audiobooks for you."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from segue.core.slates import Offer
from segue.core.types import Kind, Query
from segue.surfaces.home.kitchen import Kitchen
from segue.surfaces.home.shelves._spoken import beside


@dataclass(frozen=True, slots=True)
class Audiobooks:
    key: ClassVar[str] = "audiobooks"
    place: ClassVar[int] = 68

    def build(self, query: Query, kitchen: Kitchen) -> Sequence[Offer]:
        return beside(kitchen, Kind.AUDIOBOOK, self.key, "Audiobooks for you")


plugin = Audiobooks
