"""Points of what has none of its own: artists, albums, genres and playlists from the items they hold."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from segue.core.types import F32


def compose(vectors: F32, members: sp.csr_array, shrink: float = 1.0) -> F32:
    """(M, D) float32 of unit length: the weighted mean of the members, drawn towards the mean of all items.

    `vectors` (N, D) has rows of zeros where an item is not known: they count nowhere. `members` (M, N) holds weights
    >= 0. The mean of all counts like a further member of weight `shrink`, so that one with a single item stands less
    surely where that item stands; one with no known item stands at the mean of all (zeros where that has no
    direction). Shrinkage of this form is the posterior mean under a normal prior (James and Stein 1961).
    """
    known = np.einsum("nd,nd->n", vectors, vectors) > 0
    centre = vectors[known].mean(axis=0) if known.any() else np.zeros(vectors.shape[1], np.float32)
    total = np.asarray(members @ known.astype(np.float32), np.float32)
    sums = np.asarray(members @ vectors, np.float32)
    alone = np.float32(shrink) + (total <= 0)  # the mean of all is all there is
    return unit_rows((sums + alone[:, None] * centre) / (total + alone)[:, None])


def unit_rows(rows: F32) -> F32:
    """(M, D) rows of length 1; rows of zeros stay."""
    length = np.sqrt(np.einsum("md,md->m", rows, rows))
    scale = np.divide(1, length, out=np.zeros_like(length), where=length > 1e-12)
    return np.asarray(rows * scale[:, None], np.float32)
