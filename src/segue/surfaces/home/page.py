"""A Home, choice by choice from the top: which shelf comes next, which cards stand on it, which reason each card bears.

Everything that limits what may be shown acts before the choice it limits: the rules when the shelves are made, and
here that no item stands on a page twice, that a shelf has a few cards at least, and that neighbours on a shelf are by
different artists. So each choice is made among what could really be shown, and a page's probability is the product.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from segue.core.protocols import Policy, Shelf
from segue.core.slates import Arms, Card, Decision, Home, Offer, Reason, ShelfDecision, ShelfView
from segue.core.tracing import span
from segue.core.types import F32, I32, Bools, Candidates, among
from segue.policies import choose, repeated
from segue.surfaces.home.kitchen import Kitchen
from segue.surfaces.home.mix import Mix, Mixed
from segue.surfaces.home.valuing import Valuer, by_order, untaught

FEWEST = 3
"""Cards a shelf needs: with fewer there is nothing to compare, and the row looks broken rather than chosen."""
Rows = NDArray[np.intp]
APART = 50
"""How much lower the second view of a shelf stands than its first, in the units of `place`."""
LOOK = np.array([1.0, 0.85, 0.72, 0.5, 0.35, 0.25], np.float32)
"""How much of a shelf's value each of its first cards makes up: fewer listeners look further along."""


def build_home(
    page: str, kitchen: Kitchen, shelves: Mapping[str, Shelf], policy: Policy, rng: np.random.Generator,
    value: Valuer = untaught, release: str = "", mix: Mix | None = None, balance: float = 0.0,
) -> Home:  # fmt: skip
    """The page of one request; `value` says what a card is worth, the policy chooses by it.

    With a `balance` above 0 the page follows the listener's own `mix`: see `segue.ranking.Balance`.
    """
    with span("shelves"):
        offers = offered(kitchen, shelves)
    with span("slate", shelves=len(offers)):
        return _chosen(page, offers, kitchen, policy, rng, value, release, mix, balance)


def _chosen(
    page: str, offers: Sequence[Offer], kitchen: Kitchen, policy: Policy, rng: np.random.Generator, value: Valuer,
    release: str, mix: Mix | None, balance: float,
) -> Home:  # fmt: skip
    """The page, choice by choice."""
    with span("value"):
        board = _Board.make(offers, kitchen, value, featured=not getattr(policy, "by_scores", False))
    if mix is not None and balance > 0 and len(offers):
        board.mixed = Mixed.make(mix, balance, kitchen.stock, board.items, board.left)
    why = _Reasons(policy, release)
    shown: list[ShelfView] = []
    decisions: list[ShelfDecision] = []
    for _ in range(kitchen.settings.page_shelves):
        (chance,) = rng.spawn(1)  # each row its own, so that rows below another stay alike
        row = board.next_row(policy, kitchen.settings.shelf_cards, chance, release)
        if row is None:
            break
        offer, shelf, cards, retrieved = row
        items = np.array([cards.arms[i] for i in cards.chosen], np.int32)
        reasons = [why.choose(fit, chance) for fit in offer.reasons(items)]
        scores = (cards.scores[i] for i in cards.chosen)
        view = tuple(Card(i, fit[d.chosen[0]], s) for i, s, (fit, d) in zip(items.tolist(), scores, reasons))
        shown.append(ShelfView(offer.key, offer.title, view))
        decisions.append(ShelfDecision(shelf, cards, tuple(d for _, d in reasons), retrieved))
    if board.short:
        kitchen.fell["shelf-too-short"] += board.short
    return Home(page, tuple(shown), tuple(decisions), tuple(sorted(kitchen.fell.items())))


def offered(kitchen: Kitchen, shelves: Mapping[str, Shelf]) -> list[Offer]:
    """What every shelf could show, in the order of their places."""
    placed: list[tuple[int, str, Offer]] = []
    for name, shelf in shelves.items():
        before = len(placed)
        for i, offer in enumerate(shelf.build(kitchen.query, kitchen)):
            if len(offer.candidates) >= FEWEST:
                placed.append((int(getattr(shelf, "place", 100)) + APART * i, name, offer))
        if len(placed) == before:
            kitchen.empty.append(name)
    placed.sort(key=lambda p: (p[0], p[1], p[2].key))
    return [offer for _, _, offer in placed]


@dataclass
class _Board:
    """S shelves with at most M arms each, and which of them are still to be had."""

    offers: Sequence[Offer]
    items: I32  # (S, M) 0 where a shelf has fewer
    retrieved: F32  # (S, M) log, falling with the rank the source gave
    scores: F32  # (S, M) log of the reward expected
    features: F32  # (S, M, D)
    artists: I32  # (S, M)
    left: Bools  # (S, M) not on the page yet
    unused: Bools  # (S,)
    fixed: F32 | None  # (S,) scores of shelves that do not depend on their cards
    segment: int
    mixed: Mixed | None = None
    short: int = 0  # shelves that lost too many cards to those above

    @classmethod
    def make(cls, offers: Sequence[Offer], kitchen: Kitchen, value: Valuer, featured: bool) -> _Board:
        """Without `featured` arms have no features: filling them in costs as much as choosing does."""
        sizes = [len(o.candidates) for o in offers]
        pool = _pooled(offers)
        valued = value(kitchen.query, pool, sizes)
        s, m, d = len(offers), max(sizes, default=0), valued.features.shape[1] if featured else 0
        there = np.arange(m) < np.array(sizes, np.int64)[:, None]
        items, artists = np.zeros((s, m), np.int32), np.zeros((s, m), np.int32)
        retrieved, scores = np.zeros((s, m), np.float32), np.zeros((s, m), np.float32)
        features = np.zeros((s, m, d), np.float32)
        items[there], retrieved[there], scores[there] = pool.items, pool.scores, valued.scores
        if featured:
            features[there] = valued.features
        facts = kitchen.stock.facts
        artists[there] = facts.artist[facts.rows(pool.items)]
        unused, fixed, tuned = np.ones(s, np.bool_), valued.shelves, kitchen.query.tuned
        if fixed is not None and tuned is not None:  # as much as what stands on it, as where cards are valued
            leaning = np.bincount(np.nonzero(there)[0], tuned.leaning[facts.rows(pool.items)], s)
            fixed = (fixed + leaning / np.array(sizes)).astype(np.float32)
        return cls(offers, items, retrieved, scores, features, artists, there, unused, fixed, kitchen.segment)

    def next_row(
        self, policy: Policy, cards: int, rng: np.random.Generator, release: str
    ) -> tuple[Offer, Decision, Decision, tuple[float, ...]] | None:
        """A shelf that can still be shown, and its cards; None when there is none."""
        counts = self.left.sum(1)
        open_ = np.flatnonzero(self.unused & (counts >= FEWEST))
        self.short = int((self.unused & (counts < FEWEST)).sum())
        if not len(open_):
            return None
        keys = [self.offers[i].key for i in open_.tolist()]
        arms = Arms.of(keys, self._worth(open_), self._gist(open_), segment=self.segment)
        mixed = self.mixed
        added = None if mixed is None else mixed.shelves(open_, self.left, self.scores, cards)
        shelf = choose(policy, arms, 1, rng, release, added)
        s = int(open_[shelf.chosen[0]])
        there = np.flatnonzero(self.left[s])
        arms = Arms(
            tuple(self.items[s, there].tolist()), self.scores[s, there], self.features[s, there],
            self.artists[s, there], self.segment,
        )  # fmt: skip
        chosen = choose(policy, arms, cards, rng, release, None if mixed is None else mixed.cards(s, there))
        rows = there[list(chosen.chosen)]
        taken = self.left & among(self.items.ravel(), self.items[s, rows]).reshape(self.items.shape)
        self.left &= ~taken
        self.unused[s] = False
        if mixed is not None:
            fewer = np.asarray(taken.any(axis=1), np.bool_)
            mixed.take(s, rows, fewer)
        return self.offers[s], shelf, chosen, tuple(self.retrieved[s, there].astype(float).tolist())

    def _worth(self, open_: Rows) -> F32:
        """(O,) the log of what the first cards of each shelf are worth together, as far as they are left."""
        if self.fixed is not None:
            return self.fixed[open_]
        values = np.where(self.left[open_], np.exp(self.scores[open_]), 0.0)
        n = min(len(LOOK), values.shape[1])
        best = -np.sort(-values, axis=1)[:, :n]
        return np.log(np.maximum(best @ LOOK[:n], 1e-12)).astype(np.float32)

    def _gist(self, open_: Rows) -> F32:
        """(O, D) the mean features of what is left on each shelf."""
        if not self.features.shape[2]:
            return np.zeros((len(open_), 0), np.float32)
        left = self.left[open_].astype(np.float32)
        sums = np.einsum("smd,sm->sd", self.features[open_], left)
        return np.asarray(sums / np.maximum(left.sum(1, keepdims=True), 1), np.float32)


def _pooled(offers: Sequence[Offer]) -> Candidates:
    """All candidates of all shelves, end to end; the source of each is the shelf it would stand on.

    Scores are put on one scale, see `by_order`: an item keeps its own when others of its shelf are gone.
    """
    if not offers:
        return Candidates.none()
    names = tuple(dict.fromkeys(o.shelf for o in offers))
    return Candidates(
        np.concatenate([o.candidates.items for o in offers]),
        np.concatenate([by_order(o.candidates.scores) for o in offers]),
        np.concatenate([np.full(len(o.candidates), names.index(o.shelf), np.int16) for o in offers]),
        names,
    )


@dataclass
class _Reasons:
    """Which of the reasons that fit a card is shown; what does not depend on chance is worked out once a page."""

    policy: Policy
    release: str
    _alone: dict[str, Decision] = field(default_factory=dict)
    _arms: dict[tuple[str, ...], Arms] = field(default_factory=dict)
    _drawing: dict[tuple[str, ...], Callable[[np.random.Generator], Decision]] = field(default_factory=dict)

    def choose(self, fit: tuple[Reason, ...], rng: np.random.Generator) -> tuple[tuple[Reason, ...], Decision]:
        """The reasons, dearest first, and the choice among them."""
        if len(fit) == 1:
            key = fit[0].key
            only = self._alone.get(key)
            if only is None:
                only = self._alone[key] = Decision(self.policy.name, self.release, (key,), (0,), (1.0,))
            return fit, only
        keys = tuple(reason.key for reason in fit)
        drawing = self._drawing.get(keys)
        if drawing is not None:
            return fit, drawing(rng)
        arms = self._arms.get(keys)
        if arms is None:
            arms = self._arms[keys] = Arms.of(keys, -np.log(np.arange(2, len(fit) + 2, dtype=np.float32)))
        if getattr(self.policy, "by_scores", False):
            self._drawing[keys] = repeated(self.policy, arms, self.release)
            return fit, self._drawing[keys](rng)
        return fit, choose(self.policy, arms, 1, rng, self.release)
