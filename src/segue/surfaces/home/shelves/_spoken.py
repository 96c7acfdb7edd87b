"""A shelf of a kind beside the main one: by its own model, else by taste in the main kind, else by where it lies in the
taste space, else what is popular."""

from __future__ import annotations

from collections.abc import Sequence

from segue.core.types import Candidates, Kind, Offer, Reason
from segue.surfaces.home.kitchen import Kitchen, each, together

ENOUGH = 3


def beside(kitchen: Kitchen, kind: Kind, key: str, title: str) -> Sequence[Offer]:
    """One view, or none where the kind is the main one or is not wanted."""
    if kind == kitchen.main or not kitchen.wants(kind):
        return ()
    query = kitchen.board.query(kind)
    own = kitchen.serve("model", query)
    taste = kitchen.serve("same-taste", query) if len(own) < ENOUGH else Candidates.none()
    cards = kitchen.settings.shelf_cards
    near = kitchen.serve("near-taste", query) if len(own) + len(taste) < cards else Candidates.none()
    popular = kitchen.serve("popular", query) if len(own) + len(taste) + len(near) < cards else Candidates.none()
    pool = kitchen.capped(query, together([own, taste, near, popular]), kitchen.fell)
    genres = kitchen.board.top_genres(kitchen.main, 1)
    by_taste = Reason("same_taste", words=tuple(kitchen.stock.genre_name(c) for c in genres))
    likely = kitchen.reasons(query)(own.items)
    reasons = dict.fromkeys(popular.items.tolist(), (Reason("popular"),))
    reasons |= dict.fromkeys(near.items.tolist(), (Reason("near_taste"),))
    reasons |= dict.fromkeys(taste.items.tolist(), (by_taste,))
    reasons |= dict(zip(own.items.tolist(), likely))
    return (Offer(key, title, pool, each(reasons)),)
