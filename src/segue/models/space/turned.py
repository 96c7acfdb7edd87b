"""A space beside the one before it: how to turn it so that points stay where they were, and what changed."""

from __future__ import annotations

import numpy as np

from segue.core.types import F32, F64, Ids
from segue.fitted.space import Origin, Space
from segue.index import exact

NEAR = 50  # neighbours of an item that are compared
ASKED = 2_000  # items that are looked at, at most


def rotation(old: Space, new: Space, weights: F32) -> F32:
    """(D, D) orthogonal: `new.vectors @ rotation` lies as near as can be to the old points of the items in both.

    `weights` (N,) say how much each item of the new space counts: those that are well known move least by chance.
    Orthogonal Procrustes (Schönemann 1966). It changes no distance. The identity where the two share nothing, or have
    different dimensions.
    """
    d = new.dimensions
    _, here, there = np.intersect1d(new.items, old.items, return_indices=True)
    if old.dimensions != d or not (weights[here] > 0).any():
        return np.eye(d, dtype=np.float32)
    product: F64 = (new.vectors[here] * weights[here, None]).T.astype(np.float64) @ old.vectors[there]
    left, _, right = np.linalg.svd(product)
    return np.asarray(left @ right, np.float32)


def kept(old: Space, new: Space, seed: int = 0, n: int = NEAR) -> tuple[Ids, F32]:
    """(K,), (K,) items of the kind that most is known of, and the share of their n nearest that are the same in both.

    Of items that were heard in both spaces, at most ASKED of them at random; neighbours are of the same kind, each in
    its own space, so that what is new or gone counts as a change.
    """
    was, now = (s.items[s.origin == Origin.HEARD] for s in (old, new))
    both = np.intersect1d(was, now)
    if not len(both):
        return both, np.zeros(0, np.float32)
    kinds = new.kind[new.rows(both)]
    kind = int(np.argmax(np.bincount(kinds)))
    both = both[kinds == kind]
    if len(both) > ASKED:
        both = np.sort(np.random.default_rng(seed).choice(both, ASKED, replace=False))
    share = np.zeros(len(both), np.float32)
    for i, number in enumerate(both.tolist()):
        was, now = _near(old, number, kind, n), _near(new, number, kind, n)
        share[i] = len(np.intersect1d(was, now)) / max(1, len(was))
    return both, share


def _near(space: Space, number: int, kind: int, n: int) -> Ids:
    point = space.point(number)
    assert point is not None
    rows, _ = exact(space.vectors, point, n + 1, space.kind == kind)
    found = space.items[rows]
    return np.asarray(found[found != number][:n], np.int32)
