"""By what a listener wants more or less of: an order in which every item has the share of the places it is due."""

from __future__ import annotations

import numpy as np

from segue.core.types import F32, Candidates


def leaned(ranked: Candidates, leaning: F32) -> Candidates:
    """Items that stand best first, moved by `leaning` (N,), the log of how much more of each is wanted.

    As in weighted fair queueing: what stands at place r (from 0) goes to (r + ½) / exp(leaning), so that of what is
    wanted a quarter as much a quarter stands above any line where all else is equal. The order within what is wanted
    alike stays; scores stay in their places, since they say nothing across sources but which is better.
    """
    if not leaning.any():
        return ranked
    place = (np.arange(len(ranked)) + 0.5) / np.exp(leaning.astype(np.float64))
    order = np.argsort(place, kind="stable")
    return ranked.take(order).rescored(ranked.scores)
