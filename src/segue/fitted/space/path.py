"""A walk through a space from one item to another, in small and even steps."""

from __future__ import annotations

from collections import Counter

import numpy as np

from segue.core.types import F32, I64, Ids

AROUND = 64  # items looked at near each place on the way
MOST = 800  # items looked at in all


def walk(start: F32, end: F32, points: F32, groups: Ids, n: int, cap: int = 1) -> I64:
    """(K,) rows of the at most n of the points (P, D) that a walk from one unit point to another passes, in order.

    The sum of the squared steps is the least possible: for a number of steps that is set, short steps of one length.
    A walk only goes forward: each item is farther from the start, as a share of the way by the angles to both ends,
    than the one before it, and so none comes twice. Of a group (P,) above 0 it passes at most `cap`. Dynamic
    programming over the items in the order of their progress; ties by row.
    """
    n = min(n, len(points))
    if n < 1:
        return np.zeros(0, np.int64)
    order = np.lexsort((np.arange(len(points)), progress(start, end, points)))
    keep = np.ones(len(points), np.bool_)
    while True:
        rows = order[keep[order]]
        way = rows[_cheapest(start, end, points[rows], min(n, len(rows)))]
        count = Counter(groups[way].tolist())
        over = {g for g, times in count.items() if g > 0 and times > cap}
        if not over:
            return np.asarray(way, np.int64)
        for group in over:  # the first ones stay, all others of the group go
            mine = way[groups[way] == group][:cap]
            keep[groups == group] = False
            keep[mine] = True


def progress(start: F32, end: F32, points: F32) -> F32:
    """(P,) 0 at the start … 1 at the end: the angle to the start as a share of the angles to both."""
    from_start = np.arccos(np.clip(points @ start, -1, 1))
    to_end = np.arccos(np.clip(points @ end, -1, 1))
    return np.asarray(from_start / np.maximum(from_start + to_end, 1e-9), np.float32)


def places(start: F32, end: F32, n: int) -> F32:
    """(n, D) even places on the great circle between two unit points, the ends left out."""
    angle = float(np.arccos(np.clip(start @ end, -1, 1)))
    share = (np.arange(1, n + 1) / (n + 1))[:, None]
    if np.sin(angle) < 1e-4:  # one and the same, or opposite: the straight line will do
        out = (1 - share) * start + share * end
    else:
        out = (np.sin((1 - share) * angle) * start + np.sin(share * angle) * end) / np.sin(angle)
    return np.asarray(out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9), np.float32)


def _cheapest(start: F32, end: F32, points: F32, n: int) -> I64:
    """(n,) rows, ascending, of the n points (P, D) with the least sum of squared steps from start over them to end."""
    p = len(points)
    step = np.maximum(1 - points @ points.T, 0)  # half the squared distance
    step[np.tril_indices(p)] = np.inf  # forward only
    cost, before = np.maximum(1 - points @ start, 0), np.zeros((n, p), np.int64)
    for i in range(1, n):
        total = cost[:, None] + step
        before[i] = total.argmin(axis=0)
        cost = total[before[i], np.arange(p)]
    last = int(np.argmin(cost + np.maximum(1 - points @ end, 0)))
    way = [last]
    for i in range(n - 1, 0, -1):
        way.append(int(before[i, way[-1]]))
    return np.array(way[::-1], np.int64)
