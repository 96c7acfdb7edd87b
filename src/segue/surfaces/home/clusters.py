"""A listener's items in a few groups of like sound: k-medoids with a fixed start, so that equal items group equally.

After Kaufman and Rousseeuw, "Clustering by means of medoids" (1987): medoids start at the strongest item and then at
what is least like the medoids so far; items go to the medoid most like them, and medoids move until nothing changes.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from segue.candidates import Section
from segue.core.types import F32, I32, Ids

ROUNDS = 8


def likeness(section: Section, items: Ids) -> F32:
    """(m, m) cosine likeness of items by genres and artists, or where they have none, by their nearest neighbours."""
    rows = section.rows(items)
    features = sp.csr_array(section.genres[rows] @ sp.diags_array(section.rarity))
    if features.nnz == 0:
        near = [section.near(int(i)) for i in items]
        indptr = np.concatenate([[0], np.cumsum([len(r) for r, _ in near])])
        columns, sims = (np.concatenate([n[k] for n in near]) if near else np.zeros(0) for k in (0, 1))
        features = sp.csr_array((sims, columns, indptr), shape=(len(items), len(section)))
        own = sp.csr_array(
            (np.asarray(features.max(axis=1).todense()).ravel(), (np.arange(len(items)), rows)), shape=features.shape
        )
        features = sp.csr_array(features + own)
    dots = np.asarray((features @ features.T).todense(), np.float32)
    size = np.sqrt(np.maximum(dots.diagonal(), 1e-12))
    artist = section.artist[rows]
    same = (artist[:, None] == artist[None, :]) & (artist[:, None] > 0)
    return np.asarray(0.8 * dots / size[:, None] / size[None, :] + 0.2 * same, np.float32)


def medoids(like: F32, weights: F32, k: int) -> I32:
    """(m,) the group 0 … k-1 of each of m items, given their likeness (m, m) and how strongly each counts."""
    m = len(like)
    k = min(k, m)
    if not m:
        return np.zeros(0, np.int32)
    centres = [int(np.argmax(weights))]
    while len(centres) < k:
        apart = (1 - like[:, centres].max(axis=1)) * weights
        apart[centres] = -np.inf
        centres.append(int(np.argmax(apart)))
    for _ in range(ROUNDS):
        groups = _assign(like, centres)
        moved = [_centre(like, weights, np.flatnonzero(groups == g)) for g in range(k)]
        if moved == centres:
            break
        centres = moved
    return groups


def _assign(like: F32, centres: list[int]) -> I32:
    groups: I32 = np.argmax(like[:, centres], axis=1).astype(np.int32)
    groups[centres] = np.arange(len(centres))
    return groups


def _centre(like: F32, weights: F32, members: np.ndarray) -> int:
    inside = like[np.ix_(members, members)] @ weights[members]
    return int(members[np.argmax(inside)])
