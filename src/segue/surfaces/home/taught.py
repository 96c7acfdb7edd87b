"""What was learned from pages that were shown, as a release carries it, and the features it is asked with.

taught/heads/<head>/   a response model: what a card leads to
taught/policy/*.npy    the state of the policy
taught/report.json     what operators see
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from segue.core.protocols import Facts, Responds
from segue.core.settings import Settings
from segue.core.types import F32, Bools, Candidates, Query
from segue.features import READ, Book
from segue.fitted.responses import load_response
from segue.ranking import Expected
from segue.runs.releases import Release
from segue.store.log import EventLog
from segue.store.tuning import Counts
from segue.surfaces.home.valuing import Valued

HEADS, POLICY, REPORT = "heads", "policy", "report.json"
AT_ONCE = 500_000  # events read at a time
KNOWS_MAKER = "maker_heard"
"""The feature that is 0 where the listener never heard the artist."""


class LiveBook:
    """Features that keep up with the log. Told in one thread, asked in others."""

    def __init__(self, facts: Facts, counts: Counts | None = None) -> None:
        """Of all takes, or of those that count by what listeners said up to a snapshot."""
        self.facts, self._book, self._lock = facts, Book(facts, counts=counts), threading.Lock()
        self.names = self._book.names
        self.seen = 0  # events up to here were told

    @classmethod
    def restored(cls, facts: Facts, folder: Path, seen: int, counts: Counts | None = None) -> Self:
        """As it was when it was saved; OSError, ValueError or KeyError where that cannot be read."""
        book = cls(facts, counts)
        book._book.restore(folder)
        book.seen = seen
        return book

    def save(self, folder: Path) -> None:
        """What it knows, into an existing, empty folder."""
        with self._lock:
            self._book.save(folder)

    def catch_up(self, log: EventLog, tenant: str) -> None:
        """Tell it all that the log has and it does not know."""
        with self._lock:
            while log.last_seq > self.seen:
                last = log.last_seq
                table = log.tail(tenant, self.seen, limit=AT_ONCE, columns=READ)
                self.tell(table)
                self.seen = int(table["seq"].to_numpy().max()) if len(table) == AT_ONCE else last

    def tell(self, table: pa.Table) -> None:
        if len(table):
            self._book.update(table)

    def values(self, query: Query, candidates: Candidates) -> F32:
        """(N, D)"""
        with self._lock:
            return self._book.values(query, candidates)


@dataclass(frozen=True)
class Taught:
    """Values cards by what was learned."""

    book: LiveBook
    heads: Mapping[str, Responds]
    weights: Mapping[str, float]

    def __call__(self, query: Query, pool: Candidates, sizes: Sequence[int]) -> Valued:
        features = self.book.values(query, pool)
        known = self.book.names.index(KNOWS_MAKER)
        new: Bools = features[:, known] == 0
        ranked = Expected(lambda _q, _c: features, self.heads, self.weights, lambda _q, _c: new)(query, pool)
        scores = ranked.scores
        if query.tuned is not None:  # what is wanted so much more is worth that much more
            scores = scores + query.tuned.leaning[self.book.facts.rows(pool.items)]
        return Valued(scores, features)


def reward_weights(settings: Settings) -> dict[str, float]:
    """How much each good counts in the score."""
    return {
        "stream": settings.reward_stream, "completion": settings.reward_completion,
        "discovery": settings.reward_discovery,
    }  # fmt: skip


def load_heads(release: Release, names: Sequence[str]) -> dict[str, Responds]:
    """The response models of a release that was taught; they must have been trained on just these features."""
    taught = release.manifest.taught
    if taught is None:
        return {}
    return {head: load_response(release.folder / taught.folder / HEADS / head, names) for head in taught.heads}


def load_state(release: Release) -> dict[str, NDArray[Any]]:
    """What the policy learned; empty where it takes all from the scores."""
    taught = release.manifest.taught
    folder = release.folder / taught.folder / POLICY if taught is not None else None
    if folder is None or not folder.is_dir():
        return {}
    return {path.stem: np.load(path, allow_pickle=False) for path in sorted(folder.glob("*.npy"))}


def save_state(state: Mapping[str, NDArray[Any]], folder: Path) -> None:
    """Into a new folder."""
    folder.mkdir()
    for name, array in state.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
