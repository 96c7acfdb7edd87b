"""What a plug-in must be. Structural: a plug-in inherits from nothing and has only the abilities it has.

A recipe is a frozen dataclass of hyper-parameters with `fit`; a model is what `fit` returns: immutable, saved to and
loaded from a folder of plain files. Every model answers from the history in the query, never from a stored listener,
so that what was heard a second ago counts at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self, runtime_checkable

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from segue.core.events import Record
from segue.core.types import (
    F32,
    I32,
    I64,
    Arm,
    Bools,
    Candidates,
    Decision,
    Ids,
    Interactions,
    Kind,
    Queries,
    Query,
    ShelfView,
)


class Model(Protocol):
    """Fitted and immutable. Saving, then loading, gives the same answers."""

    def save(self, folder: Path) -> None:
        """Plain .npy/.json files into an existing, empty folder."""
        ...

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Arrays are mapped read-only, not read."""
        ...


@runtime_checkable
class Scores(Protocol):
    @property
    def items(self) -> Ids:
        """(N,) sorted: the items this model knows."""
        ...

    def score(self, queries: Queries) -> F32:
        """(B, N) finite, higher is better, comparable within a row only. Unknown items in a history are ignored."""
        ...


@runtime_checkable
class Relates(Protocol):
    """Items like items, and why an item was scored as it was."""

    @property
    def items(self) -> Ids: ...

    def similar(self, item: int) -> F32:
        """(N,) similarity of every item to one; 0 where nothing is known."""
        ...


@runtime_checkable
class Nearest(Protocol):
    """The items most like one, faster than by comparing with all."""

    def nearest(self, item: int, n: int) -> tuple[I32, F32]:
        """(K,), (K,) positions in `items` and similarities of about the n most alike, K <= n, in any order."""
        ...


class Recipe(Protocol):
    """Hyper-parameters as a frozen dataclass."""

    needs_order: ClassVar[bool]  # meaningless where the source has no order

    def fit(self, data: Interactions, rng: np.random.Generator) -> Any:
        """A Model with Scores."""
        ...


class Importer(Protocol):
    """A file or folder of an outside format, as records; one bad row is a Bad record, never an exception."""

    def read(self, path: Path) -> Iterator[Record]: ...


class Facts(Protocol):
    """The catalogue as the request path reads it: columns over N items, ordered by number."""

    @property
    def items(self) -> Ids:
        """(N,) sorted."""
        ...

    @property
    def kind(self) -> NDArray[np.uint8]: ...

    @property
    def artist(self) -> Ids:
        """(N,) number of the first artist or author; 0 unknown."""
        ...

    @property
    def album(self) -> Ids:
        """(N,) number of the album, or the show of an episode; 0 unknown."""
        ...

    @property
    def explicit(self) -> Bools: ...

    @property
    def released(self) -> I64:
        """(N,) UTC ms; 0 unknown."""
        ...

    @property
    def tags(self) -> sp.csr_array:
        """(N, T) float32: genres and tags, weight = how often applied."""
        ...

    @property
    def genres(self) -> sp.csr_array:
        """(N, T) bool: the tags that a source called a genre."""
        ...

    @property
    def tag_names(self) -> Sequence[str]:
        """(T,)"""
        ...

    def rows(self, numbers: Ids) -> NDArray[np.intp]:
        """Positions of numbers in `items`; -1 unknown."""
        ...

    def available(self, country: str, now: int) -> Bools:
        """(N,) may be played in a country ("" unknown) at a time (UTC ms)."""
        ...

    def of_kind(self, kind: Kind) -> Ids: ...

    def title(self, number: int) -> str: ...

    def uri(self, number: int) -> str: ...

    def containing(self, text: str) -> Ids:
        """Sorted numbers of the items whose title holds the text, in any case."""
        ...


class Source(Protocol):
    def __call__(self, query: Query, n: int) -> Candidates: ...


class Rule(Protocol):
    """Keeps a subset, in order. Never adds and never rescores. The runner records what fell and to which rule."""

    def __call__(self, query: Query, candidates: Candidates) -> Candidates: ...


class Ranker(Protocol):
    """The same items, new scores."""

    def __call__(self, query: Query, candidates: Candidates) -> Candidates: ...


class Policy(Protocol):
    @property
    def name(self) -> str: ...

    def choose(self, query: Query, arms: Sequence[Arm], k: int, rng: np.random.Generator) -> Decision: ...

    def learn(self, decisions: Sequence[Decision], rewards: Sequence[Sequence[float]]) -> Self: ...


class Shelf(Protocol):
    """One kind of row on Home. `build` may give no view, or several ("Because you listened to …")."""

    key: ClassVar[str]

    def build(self, query: Query, kitchen: Any) -> Sequence[ShelfView]: ...
