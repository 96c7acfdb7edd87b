"""A Home that was made up: what was heard, what is like it, and the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set

import msgspec
from tests.web.made_up_cards import GENRES

from segue.surfaces.views import CardView, DecisionView, Person, ReasonView, RowView, ShelfCards

SHOWN = 6
"""Cards of a shelf: each costs a browser 5 ms."""
KINDS = {
    "playlist": "Your daily mixes",
    "artist": "Artists you might like",
    "show": "Shows you might like",
    "audiobook": "Audiobooks for you",
}


def made_up_home(
    recent: Sequence[CardView], pool: Sequence[CardView], saved: Set[str], release: str
) -> tuple[tuple[ShelfCards, ...], DecisionView]:
    """Shelves of what was heard, the newest first, and of what may be shown; and how they came about."""
    shelves, used = list[ShelfCards](), set[str]()

    def shelf(key: str, title: str, why: ReasonView, cards: Iterable[CardView]) -> None:
        mine = [c for c in cards if c.uri not in used][:SHOWN]
        used.update(c.uri for c in mine)
        if mine:
            shown = [_shown(c, why, c.uri in saved) for c in mine]
            shelves.append(ShelfCards(key, title, tuple(shown)))

    shelf("jump-back-in", "Jump back in", ReasonView("listened", "You listened to this"), recent)
    for one in recent[:2]:
        like = [c for c in pool if c.genres == one.genres and c.kind in ("track", "album", "artist")]
        text = f"Because you listened to {one.title}"
        shelf(f"because:{one.id}", text, ReasonView("similar_to", text, (Person(one.uri, one.title),)), like)
    close = ReasonView("taste", "Close to what you play most")
    shelf("made-for-you", "Made for you", close, (c for c in pool if c.kind in ("track", "album")))
    popular = ReasonView("popular", "Popular with listeners like you")
    for kind, title in KINDS.items():
        shelf(f"{kind}s", title, popular, (c for c in pool if c.kind == kind))
    for genre in GENRES[:2]:
        new = ReasonView("new_in_genre", f"New in {genre}")
        shelf(f"genre:{genre}", new.text, new, (c for c in pool if c.genres == (genre,)))
    return tuple(shelves), _decision(shelves, release)


def _shown(card: CardView, why: ReasonView, saved: bool) -> CardView:
    return msgspec.structs.replace(card, reason=why, score=1.0, source=why.key, saved=saved)


def _decision(shelves: Sequence[ShelfCards], release: str) -> DecisionView:
    rows = [
        RowView(tuple(t.key for t in shelves[i:]), 0, 1.0, len(s.cards), (1.0,) * len(s.cards))
        for i, s in enumerate(shelves)
    ]
    return DecisionView("fake", release, 0.0, tuple(rows))
