"""The order of cards within a shelf: artists spaced apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise


def spaced(artists: Sequence[int]) -> list[int]:
    """Positions in an order in which no two neighbours share an artist, if there is any; else as few as can be.

    Greedy: the first that differs from the one before, unless some artist has more than half of what is left and must
    come now. 0 is an unknown artist, which equals no other. The first stays first unless it cannot.

    >>> spaced([5, 5, 7])
    [0, 2, 1]
    """
    names = [artist if artist else -1 - i for i, artist in enumerate(artists)]
    if all(a != b for a, b in pairwise(names)):
        return list(range(len(names)))
    left, counts = list(range(len(names))), Counter(names)
    out: list[int] = []
    last: int | None = None
    while left:
        crowded = max(counts, key=counts.__getitem__)
        most = counts[crowded]
        must = crowded if 2 * most > len(left) and crowded != last else None
        take = next((i for i in left if (names[i] == must if must is not None else names[i] != last)), left[0])
        left.remove(take)
        last = names[take]
        counts[last] -= 1
        out.append(take)
    return out
