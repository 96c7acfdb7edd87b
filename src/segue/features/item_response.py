"""How often an item, or anything of its maker, is streamed when it is looked at."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from segue.core.protocols import Facts
from segue.core.types import F32, F64, Candidates, Query
from segue.features._decayed import Decayed, Index
from segue.features._told import Cards, Told, makers

DAYS = 14.0  # half-life
PRIOR = 20.0
"""Looks at the overall rate that are added to every item's own."""


class ItemResponse:
    names = ("item_response", "item_looks", "maker_response")
    kept: ClassVar[tuple[str, ...]] = ("_looks", "_streams", "_maker_looks", "_maker_streams", "_all")

    def __init__(self, facts: Facts) -> None:
        self._facts, self._makers = facts, makers(facts)
        n = len(facts.items)
        self._looks, self._streams = Decayed(DAYS, n), Decayed(DAYS, n)
        self._maker_looks, self._maker_streams = Decayed(DAYS, n), Decayed(DAYS, n)
        self._all = Decayed(DAYS, 2)  # looks, streams

    def update(self, told: Told) -> None:
        for i, (cards, own, of_maker) in enumerate(
            ((told.shown, self._looks, self._maker_looks), (told.answers, self._streams, self._maker_streams))
        ):
            self._count(cards, own, of_maker, i, told.newest)

    def _count(self, cards: Cards, own: Decayed, of_maker: Decayed, which: int, newest: int) -> None:
        known = cards.item >= 0
        item, at, look = cards.item[known], cards.at[known], cards.look[known]
        own.add(item, at, newest, look)
        maker = self._makers[item] if len(item) else item
        of_maker.add(maker[maker >= 0], at[maker >= 0], newest, look[maker >= 0])
        self._all.add(np.full(len(at), which), at, newest, look)

    def value(self, query: Query, candidates: Candidates) -> F32:
        now = query.context.now
        rows = self._facts.rows(candidates.items)
        maker = np.where(rows >= 0, self._makers[rows], -1) if len(self._makers) else rows
        looks, streams = self._all.at(np.arange(2), now)
        rate = (streams + 1) / (looks + PRIOR)
        own = _against(self._streams, self._looks, rows, now, rate)
        by_maker = _against(self._maker_streams, self._maker_looks, maker, now, rate)
        return np.stack([own, np.log1p(self._looks.at(rows, now)), by_maker], axis=1).astype(np.float32)


def _against(streams: Decayed, looks: Decayed, rows: Index, now: int, rate: float) -> F64:
    """(K,) log of the smoothed rate of some rows over the overall one."""
    own = (streams.at(rows, now) + PRIOR * rate) / (looks.at(rows, now) + PRIOR)
    return np.asarray(np.log(own / rate))


plugin = ItemResponse
