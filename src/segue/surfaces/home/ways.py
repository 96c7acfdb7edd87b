"""The ways of making a Home that are in use at once, and whose page is made in which.

A listener stays with one way as long as the shares stay: it follows from the listener's number alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from segue.core.protocols import Policy
from segue.surfaces.home.valuing import Valuer

POPULARITY = "popularity"
"""The name in the log of the page that everything is compared with."""


@dataclass(frozen=True, slots=True)
class Way:
    """Who values and who chooses. The name in the log is the policy's."""

    policy: Policy
    value: Valuer
    share: float = 1.0  # of listeners
    balance: float = 0.0  # how much the listener's own mix of kinds and genres counts


def way_of(listener: int, ways: Sequence[Way]) -> Way:
    """The way of a listener's pages; shares are taken in order, the last way has the rest."""
    at = int.from_bytes(blake2b(listener.to_bytes(8, "little"), digest_size=8, person=b"home").digest(), "little")
    place = at / 2**64
    for way in ways[:-1]:
        if place < way.share:
            return way
        place -= way.share
    return ways[-1]
