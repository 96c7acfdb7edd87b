"""A sonic path: from one item to another through the taste space, in small and even steps."""

from __future__ import annotations

import numpy as np

from segue.candidates import points_of
from segue.core.errors import NotReady, UsageError
from segue.core.types import F32, Candidates, Ids, Kind
from segue.fitted.space.path import AROUND, MOST, places, walk
from segue.surfaces.home.kitchen import NOT_CAPPED, Kitchen, leaving_out, together

FEW = 20  # places on the way that are looked around


def sonic_path(kitchen: Kitchen, start: int, end: int, n: int, kind: Kind, cap: int = 1) -> tuple[Ids, F32]:
    """(K,), (K - 1,) at most n items of a kind from start to end, both included, and the cosines of its steps.

    At most `cap` by one artist between the ends, and only what the rules allow. UsageError where the two are one;
    NotReady where there is no space, or no point for one of them.
    """
    stock = kitchen.stock
    space = stock.space
    if space is None:
        raise NotReady("the release has no taste space: run `segue train` where something was listened to")
    if start == end:
        raise UsageError(f"a path needs two items; both are {stock.name(start)!r}")
    ends = []
    for number in (start, end):
        point = points_of(stock, (number,), "")
        if not len(point):
            raise NotReady(f"{stock.name(number)!r} has no point in the taste space yet: nothing is known of it")
        ends.append(point[0])
    wanted = max(0, n - 2)
    pools = []
    for place in places(ends[0], ends[1], min(max(wanted, 1), FEW)):
        items, near = space.nearest(place, AROUND, kind)
        pools.append(Candidates.of(items, near, "near"))
    pool = leaving_out(np.array([start, end], np.int32))(together(pools))
    pool = kitchen.allowed(kitchen.board.query(kind), pool, NOT_CAPPED).top(MOST)
    items, facts = pool.items, stock.facts
    points = space.vectors[space.rows(items)]
    way = walk(ends[0], ends[1], points, facts.artist[facts.rows(items)], wanted, cap)
    whole = np.concatenate([ends[0][None], points[way], ends[1][None]])
    steps = np.asarray((whole[1:] * whole[:-1]).sum(axis=1), np.float32)
    return np.concatenate([[start], items[way], [end]]).astype(np.int32), steps
