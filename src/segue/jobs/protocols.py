"""Which rows are held back: by time where the data has times, else by order, else a random part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from segue.core.errors import InputError, UsageError
from segue.core.types import Interactions, Kind
from segue.store.snapshot import Owner, Snapshot
from segue.store.splits import Split, by_date, leave_last_out, leave_part_out, standing

Found = tuple[Kind, Owner, int]  # a population and how many events it has

LATE = 0.2  # share of the events of timed data that lie in the held-out end
ENOUGH = 10  # owners with a truth below which nothing can be chosen or judged


@dataclass(frozen=True, slots=True)
class Measure:
    """The main metric of a population: what its users would feel."""

    name: str
    k: int


def rows_of(snapshot: Snapshot, kind: Kind, owner: Owner) -> Interactions:
    """What a population is learned from and asked with: of playlists all that ever stood in them.

    What was taken out says what a playlist is about, too; and rows that are there only because they stayed would tell
    an inner split by time what was to be removed later.
    """
    return snapshot.ever(kind, owner) if owner == "playlist" else snapshot.interactions(kind, owner)


def main_metric(data: Interactions, owner: str) -> Measure:
    """Playlists: how much of what was added is among 100; sequences: NDCG@10; unordered tastes: NDCG@20."""
    if owner == "playlist":
        return Measure("recall@100", 100)
    return Measure("ndcg@10", 10) if data.ordered else Measure("ndcg@20", 20)


def outer(data: Interactions, *, since: str | None = None, seed: int = 0) -> Split:
    """The rows that judge: nothing may be tuned on them."""
    if since is not None:
        if not data.timed:
            raise UsageError(f"--since {since}: the {data.kind.label}s' events have no times to cut at")
        return standing(by_date(data, day(since)))
    if data.timed:
        return standing(by_date(data, _late_moment(data)))
    if data.ordered:
        return leave_last_out(data)
    return leave_part_out(data, rng=np.random.default_rng(seed))


def inner(train: Interactions, seed: int) -> list[Split]:
    """The rows that choose, taken from the training rows in the same manner; of timed data the last two spans of time,
    because what is in fashion in one season says little about the next."""
    splits = [outer(train, seed=seed + 1)]
    if train.timed and len(train.at):
        moment = _late_moment(train)
        earlier = 2 * moment - int(train.at.max())
        splits.append(standing(by_date(train.only(train.at < moment), earlier)))
    return [s for s in splits if enough(s)]


def enough(split: Split) -> bool:
    """Whether the split asks enough owners for its figures to mean anything."""
    return int((np.diff(split.truth_indptr) > 0).sum()) >= ENOUGH


def day(text: str) -> int:
    """YYYY-MM-DD as UTC ms."""
    try:
        return int(datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).timestamp() * 1000)
    except ValueError:
        raise InputError(f"not a day: {text!r}; write YYYY-MM-DD") from None


def _late_moment(data: Interactions) -> int:
    return int(np.quantile(data.at, 1 - LATE)) + 1 if len(data.at) else 0


def populations_of(found: Sequence[Found], kind: str | None, owner: str | None) -> list[Found]:
    """Those asked for."""
    wanted = Kind.parse(kind) if kind else None
    if owner not in (None, "listener", "playlist"):
        raise UsageError(f"owner {owner!r}; it is listener or playlist")
    return [p for p in found if (wanted is None or p[0] == wanted) and (owner is None or p[1] == owner)]
