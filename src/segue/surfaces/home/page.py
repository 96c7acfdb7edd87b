"""A Home: every shelf is built, the policy orders them, no item is shown twice, artists are spaced apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from segue.core.protocols import Policy, Shelf
from segue.core.types import Arm, Card, Decision, Home, ShelfView
from segue.surfaces.home.kitchen import Kitchen
from segue.surfaces.home.sequence import spaced

FEWEST = 3
"""Cards a shelf needs: with fewer there is nothing to compare, and the row looks broken rather than chosen."""
APART = 50
"""How much lower the second view of a shelf stands than its first, in the units of `place`."""


def build_home(
    page: str, kitchen: Kitchen, shelves: Mapping[str, Shelf], policy: Policy, rng: np.random.Generator
) -> Home:
    """Shelves are offered to the policy in the order of their places; what it leaves too short is not shown."""
    placed: list[tuple[int, str, ShelfView]] = []
    for name, shelf in shelves.items():
        for i, view in enumerate(shelf.build(kitchen.query, kitchen)):
            if len(view.cards) >= FEWEST:
                placed.append((int(getattr(shelf, "place", 100)) + APART * i, name, view))
    placed.sort(key=lambda p: (p[0], p[1], p[2].key))
    views = [view for _, _, view in placed]
    chosen = policy.choose(kitchen.query, [Arm(v.key) for v in views], len(views), rng)
    shown, decision = lay_out(views, chosen, kitchen)
    return Home(page, shown, decision, tuple(sorted(kitchen.fell.items())))


def lay_out(views: Sequence[ShelfView], decision: Decision, kitchen: Kitchen) -> tuple[tuple[ShelfView, ...], Decision]:
    """The shelves in the chosen order, each without what stands above it, and the decision about those shown."""
    settings = kitchen.settings
    used: set[int] = set()
    shown: list[ShelfView] = []
    kept: list[int] = []
    for rank, arm in enumerate(decision.chosen):
        if len(shown) == settings.page_shelves:
            break
        cards = [c for c in views[arm].cards if c.item not in used][: settings.shelf_cards]
        if len(cards) < FEWEST:
            kitchen.fell["shelf-too-short"] += 1
            continue
        used.update(c.item for c in cards)
        shown.append(replace(views[arm], cards=_spaced(cards, kitchen)))
        kept.append(rank)
    return tuple(shown), replace(
        decision,
        chosen=tuple(decision.chosen[r] for r in kept),
        propensities=tuple(decision.propensities[r] for r in kept),
    )


def _spaced(cards: Sequence[Card], kitchen: Kitchen) -> tuple[Card, ...]:
    facts = kitchen.stock.facts
    artists = facts.artist[facts.rows(np.array([c.item for c in cards], np.int32))]
    return tuple(cards[i] for i in spaced(artists.tolist()))
