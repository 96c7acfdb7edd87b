"""What a plug-in must be. Structural: a plug-in inherits from nothing and has only the abilities it has.

A recipe is a frozen dataclass of hyper-parameters with `fit`; a model is what `fit` returns: immutable, saved to and
loaded from a folder of plain files. Every model answers from the history in the query, never from a stored listener,
so that what was heard a second ago counts at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self, runtime_checkable

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from segue.core.events import Record
from segue.core.slates import Arms, Lessons, Offer
from segue.core.types import F32, F64, I32, I64, Bools, Candidates, Ids, Interactions, Kind, Queries, Query


class Model(Protocol):
    """Fitted and immutable. Saving, then loading, gives the same answers."""

    def save(self, folder: Path) -> None:
        """Plain .npy/.json files, and networks as .onnx, into an existing, empty folder."""
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
    def private(self) -> Bools:
        """(N,) playlists that listeners made here: each is for its owner alone."""
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
        """(N,) may be played in a country ("" unknown) at a time (UTC ms), by anybody."""
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


Chances = Callable[[Bools, F32 | F64 | float], F64]
"""(A,) probabilities of the next choice, given which arms are available (A,) and what is added to their scores, (A,) or
0.0 for nothing.

They sum to 1 over the available arms and are 0 elsewhere.
"""


class Feature(Protocol):
    """What is known of a moment, a listener and an item, from the events so far: one code path for replay and serving.

    It keeps its own state from the events it is told of and reads no history from the query, only who asks and when, so
    that the value of a logged page can be worked out again from the log. The attributes that events change are named in
    `kept`, for checkpoints: counts of `segue.features`, arrays, or words.
    """

    @property
    def names(self) -> tuple[str, ...]:
        """(D,)"""
        ...

    def update(self, events: Any) -> None:
        """What rows of the log say, in order of arrival: a `segue.features.Told`."""
        ...

    def value(self, query: Query, candidates: Candidates) -> F32:
        """(N, D) finite, as of the events so far; a candidate's source is the shelf it would stand on."""
        ...


@runtime_checkable
class Responds(Protocol):
    """A fitted model of what a card leads to, by its features."""

    def predict(self, features: F32) -> F32:
        """(N,) calibrated probability in (0, 1) for features (N, D)."""
        ...


class Policy(Protocol):
    """A probability distribution over what is available; `segue.policies.choose` draws from it and keeps the record.

    So that what is logged is what was done, a policy draws nothing that it does not state: one that samples (Thompson)
    states the frequencies among its samples, and the choice is drawn from those. One that goes by the scores alone says
    so with `by_scores = True`, is spared the features, and uses no `rng` in `weigh`.
    """

    @property
    def name(self) -> str: ...

    def weigh(self, arms: Arms, rng: np.random.Generator) -> Chances:
        """For one slate: asked again before every choice of it."""
        ...

    def learn(self, lessons: Lessons) -> Self:
        """The policy that knows these, too. Deterministic; a policy that takes all from the scores returns itself."""
        ...

    def state(self) -> Mapping[str, NDArray[Any]]:
        """What was learned, as plain arrays; empty where nothing ever is."""
        ...

    def restored(self, state: Mapping[str, NDArray[Any]]) -> Self:
        """The policy with such a state."""
        ...


class Shelf(Protocol):
    """One kind of row on Home. `build` may give no offer, or several ("Because you listened to …")."""

    key: ClassVar[str]

    def build(self, query: Query, kitchen: Any) -> Sequence[Offer]: ...
