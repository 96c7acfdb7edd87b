"""How many of the same group stand above each row."""

from __future__ import annotations

import numpy as np

from segue.core.types import I32, Ids


def standing(groups: Ids) -> I32:
    """(N,) for each row, how many earlier rows have the same group: 0 for the first of each.

    >>> standing(np.array([7, 7, 3, 7], np.int32)).tolist()
    [0, 1, 0, 2]
    """
    n = len(groups)
    order = np.argsort(groups, kind="stable")
    grouped = groups[order]
    index = np.arange(n)
    starts = np.where(np.concatenate([[True], grouped[1:] != grouped[:-1]])[:n], index, 0)
    out = np.empty(n, np.int32)
    out[order] = index - np.maximum.accumulate(starts)
    return out
