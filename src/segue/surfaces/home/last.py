"""The page last made for a listener: shown once more while more pages are asked for than can be made.

It is shown whole or not at all: where a rule would now keep one of its cards from the listener, a page is made anew, so
that what was decided, with its probabilities, is what is shown.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import numpy as np
from msgspec import structs

from segue.core.slates import Home
from segue.core.types import Candidates, Context, Ids, Kind
from segue.store.pages import LastPages
from segue.surfaces.home.kitchen import Kitchen

AS_IT_IS = ("heard-lately",)
"""Rules that a page does not fall to: what was heard since it was made may stand on it."""
_PAGE = msgspec.msgpack.Decoder(tuple[Home, dict[str, Any]])
_CIRCUMSTANCES = msgspec.json.Encoder(order="deterministic")


@dataclass(frozen=True, slots=True)
class Last:
    """A page as it was made."""

    home: Home
    moment: Mapping[str, Any]  # what the log keeps of the circumstances


def asked(context: Context, kinds: Collection[Kind] | None) -> str:
    """What a page was made for, but for the listener and the time; what is left out is seen to by the rules."""
    circumstances = replace(context, now=0, zone="", clock=-1, exclude=())
    return _CIRCUMSTANCES.encode([circumstances, kinds]).decode()


def keep(pages: LastPages, listener: int, about: str, last: Last) -> None:
    """As the page last made for a listener, but for the features of its cards, which are of the moment."""
    decisions = tuple(structs.replace(d, features={}) if d.features else d for d in last.home.decisions)
    page = (structs.replace(last.home, decisions=decisions), last.moment)
    pages.put(listener, about, int(last.moment["now"]), msgspec.msgpack.encode(page))


def kept(pages: LastPages, listener: int, about: str, now: int) -> Last | None:
    """The page last made, where that was lately."""
    found = pages.get(listener, about, now)
    if found is None:
        return None
    try:
        return Last(*_PAGE.decode(found[1]))
    except msgspec.MsgspecError:  # of another version
        return None


def stands(last: Last, kitchen: Kitchen) -> bool:
    """Whether all of it may be shown now."""
    tuned = kitchen.query.tuned
    if tuned is not None and any(shelf.key.partition(":")[0] in tuned.off for shelf in last.home.shelves):
        return False
    items: Ids = np.unique(np.array([c.item for s in last.home.shelves for c in s.cards], np.int32))
    rows = kitchen.stock.facts.rows(items)
    if not len(items) or (rows < 0).any():
        return False
    kinds = kitchen.stock.facts.kind[rows]
    for kind in np.unique(kinds).tolist():
        mine = items[kinds == kind]
        pool = Candidates.of(mine, np.zeros(len(mine), np.float32), "last")
        query = kitchen.board.query(Kind(kind))
        if not kitchen.wants(Kind(kind)) or len(kitchen.allowed(query, pool, AS_IT_IS)) < len(mine):
            return False
    return True
