"""A history as a few points of a space: what somebody likes is seldom one place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from segue.core.types import F32

ROUNDS = 5  # of moving the points after the last was set
LEAST = 0.05  # share of a history that makes a taste of its own


def tastes(vectors: F32, weights: F32, k: int = 8, apart: float = 0.4) -> tuple[F32, F32]:
    """(P, D) unit points and (P,) their shares of the weight, heaviest first, P <= k.

    `vectors` (E, D) are of the events, `weights` (E,) say how much each counts; those without a direction or a weight
    are left out, so that P is 0 where nothing is known. Spherical k-means (Dhillon and Modha 2001) from a fixed start:
    the mean of what lies within `apart` (a cosine) of the event nearest to the mean of all, then likewise of the event
    that is met least, for as long as events with a twentieth of the weight lie within `apart` of no point. A point that
    ends with less than a twentieth is given up.
    """
    length = np.sqrt(np.einsum("ed,ed->e", vectors, vectors))
    known = (length > 1e-9) & (weights > 0)
    if not known.all():
        vectors, weights, length = vectors[known], weights[known], length[known]
    if not len(vectors):
        return np.zeros((0, vectors.shape[1]), np.float32), np.zeros(0, np.float32)
    units = np.asarray(vectors / length[:, None], np.float32)
    weight = np.asarray(weights / weights.sum(), np.float32)
    points = _set(units, weight, k, apart)
    mine = (points @ units.T).argmax(axis=0)
    for _ in range(ROUNDS):
        points = _moved(units, weight, mine, points)
        before, mine = mine, (points @ units.T).argmax(axis=0)
        if np.array_equal(before, mine):
            break
    share = np.bincount(mine, weight, len(points))
    if share.min() < LEAST < share.max():
        points = points[share >= LEAST]
        points = _moved(units, weight, (points @ units.T).argmax(axis=0), points)
        share = np.bincount((points @ units.T).argmax(axis=0), weight, len(points))
    heaviest = np.argsort(-share, kind="stable")
    return points[heaviest], share[heaviest].astype(np.float32)


def _set(units: F32, weight: F32, k: int, apart: float) -> F32:
    """(P, D) where the points start."""
    points: list[F32] = []
    worst = int(np.argmax(units @ (weight @ units)))
    nearest = np.full(len(units), -1, np.float32)
    while True:
        near = np.where(units @ units[worst] >= apart, weight, 0)
        near[worst] = weight[worst]
        point = near @ units
        points.append(point / np.sqrt(point @ point))
        nearest = np.maximum(nearest, units @ points[-1])
        far = np.where(nearest < apart, weight, 0)
        if len(points) >= k or far.sum() < LEAST:
            return np.array(points, np.float32)
        worst = int(np.argmax(far * (1 - nearest)))


def _moved(units: F32, weight: F32, mine: NDArray[np.intp], points: F32) -> F32:
    """(P, D) each point at the direction of the mean of its events; one without any stays."""
    sums = ((mine == np.arange(len(points))[:, None]) * weight) @ units
    length = np.sqrt(np.einsum("pd,pd->p", sums, sums))[:, None]
    return np.asarray(np.where(length > 1e-9, sums / np.maximum(length, 1e-9), points), np.float32)
