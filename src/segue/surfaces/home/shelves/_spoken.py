"""A shelf of a kind beside the main one: by its own model, else by taste in the main kind, else what is popular."""

from __future__ import annotations

from collections.abc import Sequence

from segue.core.types import Candidates, Kind, Reason, ShelfView
from segue.surfaces.home.kitchen import Kitchen, together

ENOUGH = 3


def beside(kitchen: Kitchen, kind: Kind, key: str, title: str) -> Sequence[ShelfView]:
    """One view, or none where the kind is the main one or is not wanted."""
    if kind == kitchen.main or not kitchen.wants(kind):
        return ()
    query = kitchen.board.query(kind)
    own = kitchen.serve("model", query)
    taste = kitchen.serve("same-taste", query) if len(own) < ENOUGH else Candidates.none()
    popular = (
        kitchen.serve("popular", query) if len(own) + len(taste) < kitchen.settings.shelf_cards else Candidates.none()
    )
    cards = {c.item: c for c in kitchen.cards(popular, Reason("popular"))}
    if len(taste):
        genres = kitchen.board.top_genres(kitchen.main, 1)
        reason = Reason("same_taste", words=tuple(kitchen.stock.genre_name(c) for c in genres))
        cards |= {c.item: c for c in kitchen.cards(taste, reason)}
    if len(own):
        cards |= {c.item: c for c in kitchen.cards(own, kitchen.why(query, own.items))}
    order = together([own, taste, popular]).items.tolist()
    return (ShelfView(key, title, tuple(cards[i] for i in order)),)
