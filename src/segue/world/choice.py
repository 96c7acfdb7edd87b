"""What people like and what they do about it: the true model, in functions that a closed loop can ask again.

A listener has clusters of taste, each a direction in the space of taste with a weight that depends on the hour, on the
weekend and on how far the drift has gone. The appeal of an item is the logit of hearing it to the end when it is new.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segue.core.types import F32, I64, Bools
from segue.world.draws import F64, Index, unit

MUSIC, SHOW, BOOK = 0, 1, 2
DOMAIN = np.array([MUSIC] * 4 + [SHOW] * 2 + [BOOK] * 2)  # of the 8 clusters
DAYPART = np.array([5] * 5 + [0] * 5 + [1] * 3 + [2] * 4 + [3] * 5 + [4] * 2)  # of the 24 hours
SHARP, SLOPE, MIDDLE = 6.0, 6.5, 0.5  # of the match of a taste and an item


@dataclass(frozen=True, slots=True)
class Tastes:
    """L listeners with 8 clusters: 4 of music, 2 of shows, 2 of books. Drift goes from `before` to `after`."""

    before: F32  # (L, 8, SPACE) unit
    after: F32  # (L, 8, SPACE) unit
    weight_before: F32  # (L, 8) ≥ 0, sums to 1 in each domain
    weight_after: F32  # (L, 8)
    profile: F32  # (L, 8, 2, 6) > 0: weekday or weekend × daypart


def cluster_weights(tastes: Tastes, who: Index, progress: F64, hour: Index, weekend: Bools) -> F32:
    """(n, 8) how much of each cluster is wanted now, summing to 1 in each domain; `progress` of the drift in [0, 1]."""
    far = progress[:, None].astype(np.float32)
    weight = (1 - far) * tastes.weight_before[who] + far * tastes.weight_after[who]
    weight = weight * tastes.profile[who, :, weekend.astype(np.int64), DAYPART[hour]]
    for domain in (MUSIC, SHOW, BOOK):
        part = domain == DOMAIN
        weight[:, part] /= np.maximum(weight[:, part].sum(1, keepdims=True), 1e-9)
    return weight


def centres(tastes: Tastes, who: Index, progress: F64) -> F32:
    """(n, 8, SPACE) the clusters' directions at a point of the drift."""
    far = progress[:, None, None].astype(np.float32)
    return unit((1 - far) * tastes.before[who] + far * tastes.after[who])


def appeal(
    tastes: Tastes, who: Index, vectors: F32, domain: I64, quality: F32, progress: F64, hour: Index, weekend: Bools
) -> F32:
    """(n,) logit of hearing item i to the end, for n pairs of a listener and an item with vector (n, SPACE)."""
    near = np.einsum("nkd,nd->nk", centres(tastes, who, progress), vectors, optimize=False)
    weight = cluster_weights(tastes, who, progress, hour, weekend) * (domain[:, None] == DOMAIN)
    match = np.log(np.maximum((weight * np.exp(SHARP * near)).sum(1), 1e-6)) / SHARP
    logit: F32 = (SLOPE * (match - MIDDLE) + quality).astype(np.float32)
    return logit


def finish(appeal: F32, times_heard: F64, heat: F64) -> F64:
    """(n,) probability of hearing an item to the end: known ones more, worn-out ones less.

    `times_heard` is how often it was heard before, with decay; `heat` how much of that was in the last few days.
    """
    chance: F64 = 1 / (1 + np.exp(-(appeal + 0.45 * np.log1p(times_heard) - 0.3 * np.maximum(heat - 1.0, 0.0))))
    return chance
