"""The distance of one column between two data sets, and what is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from segue.checks import Level
from segue.checks.schema import Drift

Kind = Literal["values", "numbers", "missing", "lengths", "languages", "hours"]
Measure = Literal["linf", "js", "quantile"]

USUAL = Drift(linf=0.1, js=0.05, quantile=0.25)
"""How far a column may move where its schema says nothing."""
STRONG = 3.0
"""Times the threshold from which on a distance is a failure, not a warning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnDistance:
    """One column, or one side of it, in two data sets. Measures that do not apply are None."""

    column: str
    slice: str = ""  # "tier=premium"; "": the whole table
    kind: Kind  # what of the column
    linf: float | None = None  # largest change of one share
    js: float | None = None  # Jensen–Shannon divergence, bits
    quantile: float | None = None  # area between the quantile functions, standard deviations of the first data set
    p_value: float = 1.0  # of samples at least so far apart although nothing moved
    measure: Measure  # that is furthest over, or least under, its threshold
    chance: float = 0.0  # that measure on average for samples of these sizes where nothing moved
    threshold: float = 0.0  # of that measure; 0: never crossed
    level: Level | None = None  # None: near enough, or not more than chance
    moved: tuple[tuple[str, float, float], ...] = ()  # (value, share before, share now), what changed most first

    @property
    def value(self) -> float:
        """Of the measure it is judged by."""
        found: float | None = getattr(self, self.measure)
        return found or 0.0

    @property
    def size(self) -> float:
        """What is beyond chance, in thresholds: 1 and more is worth a word where it is not chance."""
        return max(0.0, self.value - self.chance) / self.threshold if self.threshold else 0.0
