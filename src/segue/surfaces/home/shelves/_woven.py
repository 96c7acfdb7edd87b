"""Heard and new in one row, by a share."""

from __future__ import annotations


def woven(known: int, new: int, share: float) -> list[tuple[bool, int]]:
    """(heard, position) pairs, both rows in order; `share` of them are heard for as long as both last."""
    places = [((i + 0.5) / max(share, 1e-6), True, i) for i in range(known)]
    places += [((i + 0.5) / max(1 - share, 1e-6), False, i) for i in range(new)]
    return [(mine, i) for _, mine, i in sorted(places)]
