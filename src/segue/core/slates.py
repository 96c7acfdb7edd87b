"""What a page is made of, and how it came about: offers of shelves, arms that a policy chooses among, its decisions.

Frozen values like those of `segue.core.types`, in its letters: A arms, K chosen, D dimensions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import msgspec
import numpy as np

from segue.core.types import F32, F64, I32, Candidates, Ids

Key = int | str  # of an arm


class Reason(msgspec.Struct, frozen=True, gc=False):
    """Why a card is shown, as data: text is made from it later and says no more than it says."""

    key: str  # "listened", "similar_to", "popular_in", "new_in_genre", …
    because: tuple[int, ...] = ()  # items the reason rests on
    words: tuple[str, ...] = ()  # a genre, a country …


class Card(msgspec.Struct, frozen=True, gc=False):
    item: int
    reason: Reason
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Offer:
    """What a shelf could show, after the rules and before anything is chosen; best first."""

    key: str  # unique on the page: "because:123"
    title: str
    candidates: Candidates
    reasons: Callable[[Ids], Sequence[tuple[Reason, ...]]]  # of each of some of its items all that fit, dearest first

    @property
    def shelf(self) -> str:
        """The plug-in it comes from: "because"."""
        return self.key.partition(":")[0]


class ShelfView(msgspec.Struct, frozen=True, gc=False):
    key: str  # unique on the page: "because:123"
    title: str
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Arms:
    """What a policy may choose from: A arms as columns, after the rules."""

    keys: tuple[Key, ...]  # (A,) distinct: item numbers, keys of shelves, keys of reasons
    scores: F32  # (A,) log of the reward expected of each, as far as the ranker knows: higher is better, finite
    features: F32  # (A, D) what policies that learn by themselves see; D may be 0
    groups: I32  # (A,) two neighbours of a slate share no group above 0 as long as another arm is left
    segment: int = 0  # the group of listeners that asks

    def __post_init__(self) -> None:
        a = len(self.keys)
        if self.scores.shape != (a,) or self.features.shape[:1] != (a,) or self.groups.shape != (a,):
            raise ValueError(f"{a} arms, {self.scores.shape=} {self.features.shape=} {self.groups.shape=}")

    def __len__(self) -> int:
        return len(self.keys)

    @classmethod
    def of(
        cls, keys: Sequence[Key], scores: F32 | None = None, features: F32 | None = None, groups: I32 | None = None,
        segment: int = 0,
    ) -> Self:  # fmt: skip
        """Arms with what is left out filled in: equal scores, no features, no groups."""
        a = len(keys)
        return cls(
            tuple(keys),
            np.zeros(a, np.float32) if scores is None else scores,
            np.zeros((a, 0), np.float32) if features is None else features,
            np.zeros(a, np.int32) if groups is None else groups,
            segment,
        )


@dataclass(frozen=True, slots=True)
class Lessons:
    """What became of n choices that were seen, oldest first: what a policy learns from."""

    keys: tuple[Key, ...]  # the arms that occur
    arm: I32  # (n,) position in `keys`
    segment: I32  # (n,)
    features: F32  # (n, D)
    propensity: F64  # (n,) in (0, 1]
    reward: F32  # (n,) in [0, 1]

    def __len__(self) -> int:
        return len(self.arm)


class Decision(msgspec.Struct, frozen=True, gc=False):
    """What a policy chose and how likely it was to: the row that counterfactual evaluation needs."""

    policy: str
    release: str
    arms: tuple[Key, ...]  # all that were eligible
    chosen: tuple[int, ...]  # (K,) positions in arms, in the order shown
    propensities: tuple[float, ...]  # (K,) P(this arm at this rank | ranks above), in (0, 1]
    scores: tuple[float, ...] = ()  # of the arms, as they were when chosen from; empty: not kept

    @property
    def propensity(self) -> float:
        """Of the whole slate."""
        return math.prod(self.propensities)


class ShelfDecision(msgspec.Struct, frozen=True, gc=False):
    """How one row of a page came about: which shelf, which cards, and which reason of those that fit each card."""

    shelf: Decision  # one choice among the shelves that could still be shown
    cards: Decision
    reasons: tuple[Decision, ...] = ()  # one a card; a card with one reason has a single arm
    retrieved: tuple[float, ...] = ()  # of the arms of `cards`, how their source ranked them, before any ranker
    features: dict[str, tuple[float, ...]] = msgspec.field(default_factory=dict)  # of the chosen cards; mostly not kept

    @property
    def propensity(self) -> float:
        """Of the row, given the rows above."""
        return self.shelf.propensity * self.cards.propensity * math.prod(d.propensity for d in self.reasons)


class Home(msgspec.Struct, frozen=True, gc=False):
    page: str  # id of this page: impressions and clicks carry it
    shelves: tuple[ShelfView, ...]
    decisions: tuple[ShelfDecision, ...]  # one a shelf shown, top to bottom
    dropped: tuple[tuple[str, int], ...] = ()  # (rule, how many candidates fell to it)
