"""How much days differ anyway: what a new day may differ by before it is news."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from segue.checks.drift.distance import Kind, Measure
from segue.checks.drift.sides import Sizes, sides
from segue.checks.statistics import TableStatistics
from segue.checks.statistics.columns import merged

ENOUGH = 7
"""Days that show how much days differ: a week, with its weekend."""


@dataclass(frozen=True, slots=True)
class Usual:
    """Of one side of one column."""

    furthest: Mapping[Measure, float] = field(default_factory=dict)  # any day from the others, beyond chance
    effect: float = 1.0  # rows of a day count so many times fewer than rows of strangers (design effect)
    days: int = 0


def usual(days: Sequence[TableStatistics], label: str, column: str, kind: Kind) -> Usual:
    """How far each day was from the others together."""
    parts = [d.slices.get(label) if label else d for d in days]
    known = [p.columns[column] for p in parts if p is not None and p.rows and column in p.columns]
    if len(known) < 2:
        return Usual()
    upto, after = list(accumulate(known, merged)), list(accumulate(reversed(known), merged))[::-1]
    furthest: dict[Measure, float] = {}
    excess = []
    for i, day in enumerate(known):
        others = after[1] if i == 0 else upto[-2] if i == len(known) - 1 else merged(upto[i - 1], after[i + 1])
        rows = Sizes(others.rows, day.rows, math.inf)
        for side in sides(others, day, rows, rows):
            if side.kind == kind:
                excess.append(side.test.excess)
                for measure, value, by_chance in side.measures:
                    furthest[measure] = max(furthest.get(measure, 0.0), value - by_chance)
    return Usual(furthest, max(1.0, sum(excess) / len(excess)) if excess else 1.0, len(excess))
