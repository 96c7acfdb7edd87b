"""Discover: the best of the model by artists the listener has never heard, and among them some that nobody has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from segue.core.slates import Offer
from segue.core.types import Candidates, Query, among
from segue.surfaces.home.kitchen import Kitchen, together

EVERY = 4  # one of so many is new to everybody


@dataclass(frozen=True, slots=True)
class Discover:
    key: ClassVar[str] = "discover"
    place: ClassVar[int] = 50

    def build(self, query: Query, kitchen: Kitchen) -> Sequence[Offer]:
        if not kitchen.wants(query.kind):
            return ()
        best = kitchen.serve("new-artists", query)
        new = kitchen.serve("near-taste", query, max(1, len(best) // EVERY), drop=kitchen.unfamiliar(query.kind))
        pool = kitchen.capped(query, woven(best, new, EVERY), kitchen.fell)
        return (Offer(self.key, "Discover", pool, kitchen.reasons(query)),)


def woven(best: Candidates, new: Candidates, every: int) -> Candidates:
    """One of `every` is a new one, with the score of the one before; the first ones are the best."""
    new = new.take(~among(new.items, best.items))
    if not len(best):
        return new
    after = np.minimum((np.arange(len(new)) + 1) * (every - 1), len(best)) - 1
    order = np.argsort(np.concatenate([np.arange(len(best)), after + 0.5]), kind="stable")
    return together([best, new.rescored(best.scores[after])]).take(order)


plugin = Discover
