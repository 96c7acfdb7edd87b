"""Crossings: what people take of one kind, learned from what they took of another. Shows and audiobooks from music.

A recipe here fits two populations of partly the same people; what it fits is in `segue.fitted.crossing`. Which of them
is kept, and in what blend with popularity, is decided on people set aside: see `_learning`.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from segue.core.protocols import Scores
from segue.core.registry import Registry
from segue.core.types import Interactions
from segue.models.crossing._people import Points

__all__ = ["CROSSINGS", "CrossingRecipe", "Points"]


class CrossingRecipe(Protocol):
    """Hyper-parameters as a frozen dataclass."""

    def fit(self, of: Interactions, by: Interactions, points: Points, rng: np.random.Generator) -> Scores:
        """Scores over the items of `of`, asked with histories of `by`, whose items are `points` made once for all
        recipes. UsageError where they share no owner."""
        ...


CROSSINGS = Registry[type[CrossingRecipe]]("segue.models.crossing", "crossing recipe")
