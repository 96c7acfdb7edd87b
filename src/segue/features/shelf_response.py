"""How often what stands on a shelf is streamed when it is looked at: by anybody, and by this listener."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from segue.core.protocols import Facts
from segue.core.types import F32, Candidates, Query
from segue.features._decayed import Decayed
from segue.features._pairs import Pairs
from segue.features._told import Told

DAYS, OWN_DAYS = 14.0, 60.0  # half-lives
PRIOR, OWN_PRIOR = 50.0, 20.0  # looks at the overall rate, at the shelf's rate, that are added


class ShelfResponse:
    names = ("shelf_response", "own_shelf_response", "own_shelf_looks")
    kept: ClassVar[tuple[str, ...]] = ("_shelves", "_looks", "_streams", "_own_looks", "_own_streams")

    def __init__(self, facts: Facts) -> None:
        self._shelves: Sequence[str] = ()
        self._looks, self._streams = Decayed(DAYS), Decayed(DAYS)
        self._own_looks, self._own_streams = Pairs(OWN_DAYS), Pairs(OWN_DAYS)

    def update(self, told: Told) -> None:
        self._shelves = told.shelves
        for cards, counts, own in (
            (told.shown, self._looks, self._own_looks), (told.answers, self._streams, self._own_streams),
        ):  # fmt: skip
            counts.add(cards.shelf, cards.at, told.newest, cards.look)
            own.add(cards.listener, cards.shelf, cards.at, cards.look)

    def value(self, query: Query, candidates: Candidates) -> F32:
        now, everyone = query.context.now, np.arange(len(self._shelves))
        codes = {name: i for i, name in enumerate(self._shelves)}
        shelf = np.array([codes.get(name, -1) for name in candidates.sources], np.int64)
        overall = (self._streams.at(everyone, now).sum() + 1) / (self._looks.at(everyone, now).sum() + PRIOR)
        rate = (self._streams.at(shelf, now) + PRIOR * overall) / (self._looks.at(shelf, now) + PRIOR)
        looks, _ = self._own_looks.of(query.listener, shelf, now)
        streams, _ = self._own_streams.of(query.listener, shelf, now)
        own = (streams + OWN_PRIOR * rate) / (looks + OWN_PRIOR)
        columns = np.stack([np.log(rate), np.log(own / rate), np.log1p(looks)], axis=1)  # of the shelves
        return columns[candidates.source].astype(np.float32) if len(candidates) else np.zeros((0, 3), np.float32)


plugin = ShelfResponse
