"""Keys of arms as columns: numbers and words side by side, and where each stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segue.core.slates import Key
from segue.core.types import I64


def packed(keys: Iterable[Key]) -> dict[str, NDArray[Any]]:
    """As two plain arrays: what is written, and which of them are words."""
    keys = list(keys)
    return {
        "keys": np.array([str(k) for k in keys], np.str_),
        "words": np.array([isinstance(k, str) for k in keys], bool),
    }


def unpacked(state: Mapping[str, NDArray[Any]]) -> dict[Key, int]:
    """Each key with its row."""
    pairs = zip(state["keys"].tolist(), state["words"].tolist())
    return {k if word else int(k): row for row, (k, word) in enumerate(pairs)}


def rows(known: Mapping[Key, int], keys: Iterable[Key]) -> I64:
    """(A,) the row of each; -1 of a key that is new."""
    return np.array([known.get(k, -1) for k in keys], np.int64)


def grown(known: Mapping[Key, int], keys: Iterable[Key]) -> dict[Key, int]:
    """With a row for each new key, after those known."""
    out = dict(known)
    for key in keys:
        out.setdefault(key, len(out))
    return out
