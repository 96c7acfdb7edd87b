"""The page last made for a listener: shown once more while more pages are asked for than can be made.

It is shown whole or not at all: where a rule would now keep one of its cards from the listener, a page is made anew, so
that what was decided, with its probabilities, is what is shown.

Its front holds what the rules are asked about and the answer as it was sent, in JSON, so that no card is made and
encoded again; its body is what was decided, for the log.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Set
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import numpy as np
from msgspec import structs

from segue import __version__
from segue.core.slates import Home
from segue.core.types import Candidates, Context, Ids, Kind
from segue.store.pages import LastPage, LastPages
from segue.surfaces.home.kitchen import Kitchen
from segue.surfaces.views import HomeText, HomeView

AS_IT_IS = ("heard-lately",)
"""Rules that a page does not fall to: what was heard since it was made may stand on it."""
_CIRCUMSTANCES = msgspec.json.Encoder(order="deterministic")


class Front(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What it takes to show a page."""

    facts: str  # what its words were taken from: see `facts_of`
    items: bytes  # (C,) int32 numbers of all that stands on it, ascending
    saved: tuple[int, ...]  # those that the listener had saved
    rows: tuple[str, ...]  # names of its shelves
    release: str
    known: bool
    made: int  # UTC ms
    shelves: bytes  # as JSON
    decision: bytes  # as JSON


class Body(msgspec.Struct, frozen=True, array_like=True):
    """What was decided."""

    home: Home
    moment: dict[str, Any]  # what the log keeps of the circumstances


_FRONT, _BODY = msgspec.msgpack.Decoder(Front), msgspec.msgpack.Decoder(Body)


@dataclass(frozen=True, slots=True)
class Last:
    """A page as it was made."""

    front: Front
    body: Body | None = None  # None: not asked for

    @property
    def items(self) -> Ids:
        return np.frombuffer(self.front.items, np.int32)

    def reads_as(self, facts: str, saved: Set[int]) -> bool:
        """Whether its text is still what would be written: of the same facts, and with the same things saved."""
        mine = self.front.saved
        if facts != self.front.facts:
            return False
        return not (saved or mine) or [i for i in self.items.tolist() if i in saved] == list(mine)

    def text(self, tenant: str, simulated: bool) -> HomeText:
        """Without the page's id and its listener's."""
        front = self.front
        shelves, decision = msgspec.Raw(front.shelves), msgspec.Raw(front.decision)
        return HomeText("", tenant, "", front.release, shelves, decision, simulated, front.known, front.made)


def asked(context: Context, kinds: Collection[Kind] | None) -> str:
    """What a page was made for, but for the listener and the time; what is left out is seen to by the rules."""
    circumstances = replace(context, now=0, zone="", clock=-1, exclude=())
    return _CIRCUMSTANCES.encode([circumstances, kinds]).decode()


def facts_of(snapshot: str) -> str:
    """What a page's words are taken from: a snapshot, by this version of the program."""
    return f"{__version__} {snapshot}"


def keep(
    pages: LastPages, listener: int, about: str, home: Home, moment: Mapping[str, Any], view: HomeView, facts: str
) -> None:
    """As the page last made for a listener, but for the features of its cards, which are of the moment."""
    items: Ids = np.array([c.item for s in home.shelves for c in s.cards], np.int32)
    saved = np.array([c.saved for s in view.shelves for c in s.cards], bool)
    front = Front(
        facts, np.unique(items).tobytes(), tuple(np.unique(items[saved]).tolist()),
        tuple(s.key.partition(":")[0] for s in home.shelves), view.release, view.known, view.made,
        msgspec.json.encode(view.shelves), msgspec.json.encode(view.decision),
    )  # fmt: skip
    decisions = tuple(structs.replace(d, features={}) if d.features else d for d in home.decisions)
    body = Body(structs.replace(home, decisions=decisions), dict(moment))
    encode = msgspec.msgpack.encode
    pages.put(listener, about, LastPage(int(moment["now"]), encode(front), encode(body)))


def kept(pages: LastPages, listener: int, about: str, now: int, whole: bool = False) -> Last | None:
    """The page last made, where that was lately; with its body where the `whole` is asked for."""
    found = pages.get(listener, about, now, whole)
    if found is None:
        return None
    try:
        return Last(_FRONT.decode(found.front), _BODY.decode(found.body) if whole else None)
    except msgspec.MsgspecError:  # of another version
        return None


def stands(last: Last, kitchen: Kitchen) -> bool:
    """Whether all of it may be shown now."""
    tuned, items = kitchen.query.tuned, last.items
    if tuned is not None and any(row in tuned.off for row in last.front.rows):
        return False
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
