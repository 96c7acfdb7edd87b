"""The catalogue as it stood at the cut of a split."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from segue.core.types import Attributes, Interactions, Kind
from segue.store.splits import by_date, standing


def test_what_nobody_had_taken_is_neither_ranked_nor_asked_for() -> None:
    """Owner 1 then takes 3 (known through owner 2) and 4 (unknown); owner 2 takes only 4; item 5 is never taken."""
    n = 5
    attributes = Attributes(
        np.arange(1, 6, dtype=np.int32), np.zeros(n, np.int32),
        sp.csr_array((np.ones(n, bool), (np.arange(n), np.arange(1, 6))), shape=(n, 6)),
        sp.csr_array(np.zeros((n, 0), np.float32)), np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, bool),
    )  # fmt: skip
    data = Interactions(
        "by-hand", Kind.TRACK, np.array([7, 8], np.int32), np.arange(11, 16, dtype=np.int32),
        np.array([0, 3, 6]), np.array([0, 2, 3, 2, 1, 3], np.int32), np.array([0, 9, 9, 0, 1, 9]),
        np.ones(6, np.float32), np.zeros(2, "S2"), attributes, ordered=True, timed=True,
    )  # fmt: skip
    whole = by_date(data, 5)
    assert whole.owners.tolist() == [7, 8]
    got = standing(whole)
    assert got.train.items.tolist() == [11, 12, 13]
    assert got.train.attributes.artist.tolist() == [1, 2, 3]
    assert got.owners.tolist() == [7]
    assert got.queries.items.tolist() == [11]
    assert got.train.items[got.truth_rows].tolist() == [13]
    assert got.truth_indptr.tolist() == [0, 1]
    assert got.train.items[got.train.rows].tolist() == whole.train.items[whole.train.rows].tolist()
