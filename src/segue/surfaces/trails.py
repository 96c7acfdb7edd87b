"""What listeners did after the snapshot: a few events at a time as they come, many at a time as columns.

One by one an event takes some 9 µs and a hundred bytes or more; a server that starts, or takes up a release, late in a
day may have tens of millions of them to take in.

There is a trail for every listener of the day, so it is made of what Python's collector need not look through: while it
looked through lists and sets, everything stood still for 50 ms every few seconds.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import numpy as np

from segue.core.types import F32, I64, NO_IDS, Bools, Ids
from segue.store.reactions import Reactions
from segue.surfaces.many import Layers, Many

Taken = tuple[Ids, F32, I64]
"""(E,), (E,), (E,) items, weights and times."""
TAKEN = np.dtype([("item", np.int32), ("weight", np.float32), ("at", np.int64)])
SKIPPED = np.dtype([("item", np.int32), ("at", np.int64)])
_TAKEN, _SKIPPED = struct.Struct("=ifq"), struct.Struct("=iq")

NO_ITEMS: frozenset[int] = frozenset()


@dataclass(slots=True)
class Trail:
    """What one listener did, in order of arrival."""

    taken: bytearray = field(default_factory=bytearray)  # rows of TAKEN
    skipped: bytearray = field(default_factory=bytearray)  # rows of SKIPPED
    disliked: dict[int, int] = field(default_factory=dict)  # item → when it was last rated below 0, and not above since
    saved: frozenset[int] = NO_ITEMS

    def take(self, item: int, weight: float, at: int) -> None:
        """`at`: UTC ms."""
        self.taken += _TAKEN.pack(item, weight, at)

    def skip(self, item: int, at: int) -> None:
        self.skipped += _SKIPPED.pack(item, at)


class Trails:
    """What listeners did, beside what a snapshot keeps of what they left, dislike and saved.

    Written by one thread at a time, read by others meanwhile.
    """

    def __init__(self, before: Reactions) -> None:
        """`before`: what the snapshot knows."""
        self._before = before
        self._of: dict[int, Trail] = {}
        self._taken = Layers()  # items, weights and times
        self._skipped = Layers(Many(before.left.who, (before.left.items, before.left.at)))  # items and times
        self._versions: dict[int, int] = {}

    # --- telling ----------------------------------------------------------------------------------------------------

    def trail(self, listener: int) -> Trail:
        """That of a listener, to be written on."""
        found = self._of.get(listener)
        return self._of.setdefault(listener, self._begun(listener)) if found is None else found

    def _begun(self, listener: int) -> Trail:
        """With what the snapshot knows."""
        disliked, at = self._before.disliked.of(listener)
        saved, _ = self._before.saved.of(listener)
        return Trail(disliked=dict(zip(disliked.tolist(), at.tolist())), saved=frozenset(saved.tolist()) or NO_ITEMS)

    def told(self, listener: int) -> None:
        """An event of the listener has been written: whoever reads the new version reads all of it."""
        self._versions[listener] = self._versions.get(listener, 0) + 1

    def add(self, who: Ids, items: Ids, weights: F32, at: I64, skipped: Bools) -> None:
        """Many events (E,) at a time, in order of arrival; some of them say that a thing was not wanted."""
        taken = ~skipped
        self._skipped.add(who[skipped], items[skipped], at[skipped])
        self._taken.add(who[taken], items[taken], weights[taken], at[taken])

    # --- asking -----------------------------------------------------------------------------------------------------

    def version(self, listener: int) -> int:
        """How many events of a listener are known."""
        return self._versions.get(listener, 0) + self._skipped.count(listener) + self._taken.count(listener)

    def get(self, listener: int) -> Trail:
        """That of a listener, to be read."""
        found = self._of.get(listener)
        return self._begun(listener) if found is None else found

    def taken(self, listener: int) -> Taken:
        """What a listener took: what came many at a time first, else in order of arrival."""
        parts = self._taken.parts(listener)
        trail = self._of.get(listener)
        if trail is not None and trail.taken:
            rows = np.frombuffer(bytes(trail.taken), TAKEN)  # a copy: more may come meanwhile
            parts.append((rows["item"], rows["weight"], rows["at"]))
        if not parts:
            return NO_IDS, np.zeros(0, np.float32), np.zeros(0, np.int64)
        items, weights, at = (np.concatenate(columns) for columns in zip(*parts))
        return items, weights, at

    def times(self) -> tuple[Ids, I64]:
        """(T,), (T,) who took something and when; of those whose events came one by one the last time alone."""
        who, at = self._taken.column(2)
        trails = [(listener, trail.taken) for listener, trail in list(self._of.items()) if trail.taken]
        last = [np.frombuffer(bytes(taken), TAKEN)["at"].max() for _, taken in trails]
        alone = np.array([listener for listener, _ in trails], np.int32)
        return np.concatenate([who, alone]), np.concatenate([at, np.array(last, np.int64)])

    def skips(self, listener: int) -> tuple[Ids, I64]:
        """(S,), (S,) what was skipped and when, oldest first; a dislike that stands counts twice."""
        parts = self._skipped.parts(listener)
        trail = self.get(listener)
        if trail.skipped:
            rows = np.frombuffer(bytes(trail.skipped), SKIPPED)
            parts.append((rows["item"], rows["at"]))
        if trail.disliked:
            rows = np.array(2 * list(trail.disliked.items()), SKIPPED)
            parts.append((rows["item"], rows["at"]))
        if not parts:
            return NO_IDS, np.zeros(0, np.int64)
        items, at = (np.concatenate(columns) for columns in zip(*parts))
        order = np.argsort(at, kind="stable")
        return items[order], at[order]
