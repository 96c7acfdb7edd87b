"""Which genres an item is of, and how much: one way for all that ask."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from segue.core.protocols import Facts

_PRAISE = "all amazing awesome beautiful best cool favorite favorites favourite favourites good great love loved owned"
_SHELVING = "albums_i_own check_out favorite_artists favorite_songs favourite_songs my_music seen_live to_listen"
NOT_GENRES = frozenset(f"{_PRAISE} {_SHELVING}".split())
"""Tags that people put on music which say nothing of its sound; spaces as underscores."""


def genres_of(facts: Facts) -> sp.csr_array:
    """(N, T) genres of every item, rows summing to 1: its own, else those of its artist.

    What a source called a genre; items without one go by their tags, less those that say nothing of the sound.
    """
    telling = np.array([name.casefold().replace(" ", "_") not in NOT_GENRES for name in facts.tag_names], np.bool_)
    tags = facts.tags.astype(np.float32)
    tags.data = np.log1p(np.maximum(tags.data, 0)) * telling[tags.indices]
    named = np.diff(facts.genres.indptr) > 0
    out = sp.csr_array(facts.genres.astype(np.float32) + sp.diags_array((~named).astype(np.float32)) @ tags)
    out.eliminate_zeros()
    source = np.arange(len(facts.items))
    bare = (np.diff(out.indptr) == 0) & (facts.artist > 0)
    source[bare] = facts.rows(facts.artist[bare])
    out = sp.csr_array(out[source])
    sums = np.asarray(out.sum(axis=1)).ravel()
    out.data = (out.data / np.repeat(np.maximum(sums, 1e-9), np.diff(out.indptr))).astype(np.float32)
    return out
