"""Workout: fast and energetic, at the hours at which they or many others train."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from segue.core.slates import Offer
from segue.core.types import Query
from segue.surfaces.home.kitchen import Kitchen
from segue.surfaces.home.shelves._occasion import occasion


@dataclass(frozen=True, slots=True)
class Workout:
    key: ClassVar[str] = "workout"
    place: ClassVar[int] = 24

    def build(self, query: Query, kitchen: Kitchen) -> Sequence[Offer]:
        return occasion(kitchen, query, self.key)


plugin = Workout
