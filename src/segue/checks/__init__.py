"""What is wrong with the data, before anything learns from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["fail", "warn", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check has to say. A `fail` closes the gate: `segue check` exits 1."""

    check: str
    level: Level
    message: str  # names the offender
    count: int = 0  # rows concerned
    examples: tuple[str, ...] = ()
    table: str = ""
    column: str = ""
    slice: str = ""  # "tier=premium"
    fix: str = ""  # what to do about it

    @property
    def name(self) -> str:
        """What a waiver and an incident call it: `events.ms_played:unit-change`, `train[tier=free]:slice-vanished`."""
        place = ".".join(filter(None, (self.table, self.column))) + (f"[{self.slice}]" if self.slice else "")
        return f"{place}:{self.check}" if place else self.check
