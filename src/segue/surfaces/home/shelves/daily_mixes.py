"""Your daily mixes: the listener's items in groups of like sound, each with what they know and what is like it.

How much of a mix they know follows the familiar-to-new dial.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from segue.candidates import Section
from segue.core.slates import Offer, Reason
from segue.core.types import F32, Candidates, Ids, Query
from segue.surfaces.home.clusters import likeness, medoids
from segue.surfaces.home.kitchen import Kitchen, each, leaving_out
from segue.surfaces.home.shelves._woven import woven

MOST = 3  # mixes
TASTED = 48  # strongest items that are grouped
LEAST = 3  # items of a group that make a mix
SEEDS = 4  # items of a group that new ones are sought by


@dataclass(frozen=True, slots=True)
class DailyMixes:
    key: ClassVar[str] = "mix"
    place: ClassVar[int] = 30

    def build(self, query: Query, kitchen: Kitchen) -> Sequence[Offer]:
        section = kitchen.section
        if section is None or not kitchen.wants(query.kind):
            return ()
        own = kitchen.serve("recent", query, TASTED, without=("heard-lately", "artist-cap", "album-cap"))
        if len(own) < 2 * LEAST:
            return ()
        groups = medoids(likeness(section, own.items), own.scores, min(MOST, len(own) // LEAST))
        parts = [own.take(groups == g) for g in range(int(groups.max()) + 1)]
        parts = sorted((p for p in parts if len(p) >= LEAST), key=lambda p: (-float(p.scores.sum()), int(p.items[0])))
        return [self._mix(part, i + 1, query, section, kitchen) for i, part in enumerate(parts)]

    def _mix(self, part: Candidates, number: int, query: Query, section: Section, kitchen: Kitchen) -> Offer:
        seeds = [int(i) for i in part.items[:SEEDS]]
        known = kitchen.capped(query, part, kitchen.fell)
        new = kitchen.serve("similar-to-seed", kitchen.like(seeds), drop=leaving_out(query.history))
        share = query.context.familiarity
        order = woven(len(known), len(new), share)[: kitchen.settings.shelf_arms]
        items = np.array([known.items[i] if mine else new.items[i] for mine, i in order], np.int32)
        liked = (Reason("similar_to", tuple(seeds[:2])),)
        why = {i: (Reason("listened"),) if mine else liked for i, (mine, _) in zip(items.tolist(), order)}
        pool = Candidates.of(items, -np.arange(len(items), dtype=np.float32), self.key)
        return Offer(f"{self.key}:{number}", _name(part.items, part.scores, number, section, kitchen), pool, each(why))


def _name(items: Ids, strengths: F32, number: int, section: Section, kitchen: Kitchen) -> str:
    """By its two strongest artists, else by its genre, else by its two strongest items."""
    rows = section.rows(items)
    artists, where = np.unique(section.artist[rows], return_inverse=True)
    strong = np.bincount(where, strengths)
    leading = [int(a) for a in artists[np.lexsort((artists, -strong))] if a > 0][:2]
    if not leading:
        profile = section.genres[rows].T @ strengths * section.rarity
        if profile.any():
            return f"Mix {number}: {kitchen.stock.genre_name(int(np.argmax(profile)))}"
        leading = [int(i) for i in items[:2]]
    return f"Mix {number}: {', '.join(kitchen.name(a) for a in leading)} and more"


plugin = DailyMixes
