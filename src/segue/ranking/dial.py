"""The familiar-to-new dial: how much of a shelf is by artists the listener knows.

The candidates fall into three classes: heard items, unheard items of known artists, and new artists. Each class keeps
its own order, and the three are merged by shares, as in weighted fair queueing: the j-th of a class with share s
stands at (j + ½)/s. Let s₀ be the share of known artists among the best `sample` unheard by score. The familiar share
grows with the dial from 0 (at 0) over s₀ (at ½) to 1 (at 1), linearly between; so the number of familiar items among
the first k never falls as the dial rises. Heard items enter only above the middle, up to half of what is familiar.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segue.core.protocols import Facts
from segue.core.types import F32, Bools, Candidates, Query, among

LAST = 1e9  # where a class without a share stands


@dataclass(frozen=True, slots=True)
class Dial:
    facts: Facts
    sample: int = 24

    def __call__(self, query: Query, candidates: Candidates) -> Candidates:
        if not len(candidates) or not len(query.history):
            return candidates
        heard, known = self.classes(query, candidates)
        order = np.lexsort((candidates.items, -np.nan_to_num(candidates.scores, nan=-np.inf)))
        dial = min(1.0, max(0.0, query.context.familiarity))
        unheard = order[~heard[order]][: self.sample]
        natural = float(known[unheard].mean()) if len(unheard) else 0.0
        share = natural * 2 * dial if dial <= 0.5 else natural + (1 - natural) * (2 * dial - 1)
        of_heard = max(0.0, dial - 0.5) if known.any() else float(dial > 0.5)
        place = np.empty(len(candidates), np.float32)
        for mask, part in ((heard, share * of_heard), (known, share * (1 - of_heard)), (~heard & ~known, 1 - share)):
            rows = order[mask[order]]
            place[rows] = _places(len(rows), part)
        return candidates.rescored(-place)

    def classes(self, query: Query, candidates: Candidates) -> tuple[Bools, Bools]:
        """(N,), (N,): heard items, and unheard items by an artist of a heard one."""
        facts = self.facts
        heard = among(candidates.items, query.history)
        artists = facts.artist[facts.rows(query.history)]
        known = among(facts.artist[facts.rows(candidates.items)], artists[artists > 0])
        return heard, known & ~heard


def _places(n: int, share: float) -> F32:
    steps = np.arange(n) + 0.5
    return (steps / share if share > 1e-6 else LAST + steps).astype(np.float32)


def plugin(facts: Facts) -> Dial:
    return Dial(facts)
