"""A shelf of a kind beside the main one: by its own model, or by what crosses to it from another kind where it was
hardly tried, else by taste in the main kind, else what is near, else what is popular."""

from __future__ import annotations

from collections.abc import Sequence

from segue.core.slates import Offer, Reason
from segue.core.types import Candidates, Kind
from segue.surfaces.home.crossed import hardly_tried, why_crossed
from segue.surfaces.home.kitchen import Kitchen, each, together

ENOUGH = 3


def beside(kitchen: Kitchen, kind: Kind, key: str, title: str) -> Sequence[Offer]:
    """One view, or none where the kind is the main one or is not wanted."""
    if kind == kitchen.main or not kitchen.wants(kind):
        return ()
    query = kitchen.board.query(kind)
    crossed = kitchen.serve("across-kinds", query) if hardly_tried(kitchen, query) else Candidates.none()
    own = kitchen.serve("model", query) if len(crossed) < ENOUGH else Candidates.none()
    by_people = len(crossed) + len(own)
    taste = kitchen.serve("same-taste", query) if by_people < ENOUGH else Candidates.none()
    cards, so_far = kitchen.settings.shelf_cards, by_people + len(taste)
    near = kitchen.serve("near-taste", query) if so_far < cards else Candidates.none()
    popular = kitchen.serve("popular", query) if so_far + len(near) < cards else Candidates.none()
    pool = kitchen.capped(query, together([crossed, own, taste, near, popular]), kitchen.fell)
    genres = kitchen.board.top_genres(kitchen.main, 1)
    by_taste = Reason("same_taste", words=tuple(kitchen.stock.genre_name(c) for c in genres))
    likely = kitchen.reasons(query)(own.items)
    reasons = dict.fromkeys(popular.items.tolist(), (Reason("popular"),))
    reasons |= dict.fromkeys(near.items.tolist(), (Reason("near_taste"),))
    reasons |= dict.fromkeys(taste.items.tolist(), (by_taste,))
    reasons |= dict(zip(own.items.tolist(), likely))
    if len(crossed):
        reasons |= dict(zip(crossed.items.tolist(), why_crossed(kitchen, query, crossed)))
    return (Offer(key, title, pool, each(reasons)),)
