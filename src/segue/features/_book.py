"""All features side by side: told of the same rows, asked for the same candidates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from segue.core.protocols import Facts, Feature
from segue.core.registry import Registry
from segue.core.types import F32, Candidates, Query
from segue.features._keeping import restore, state_of
from segue.features._told import Reader, Told
from segue.store.tuning import Counts

FEATURES = Registry[Callable[[Facts], Feature]]("segue.features", "feature")
"""Each plug-in makes its features for one catalogue, untold."""
READER, SEPARATOR = "reader.json", "="
BOUND = 20.0
"""No value is further from 0: what a broken clock or a machine that plays all day can do at most."""
FINE = 3
"""Decimals: sums that were taken in another order are the same value, on the same side of every threshold."""


class Book:
    """Features of one catalogue, as of the rows told so far. Deterministic, and the same for rows told one by one."""

    def __init__(self, facts: Facts, features: Sequence[str] = (), counts: Counts | None = None) -> None:
        """Some features by name, or all; of takes that count, where not all do."""
        self.features: dict[str, Feature] = {name: FEATURES[name](facts) for name in features or FEATURES}
        self.reader = Reader(facts, counts)

    @property
    def names(self) -> tuple[str, ...]:
        """(D,)"""
        return tuple(name for feature in self.features.values() for name in feature.names)

    def update(self, table: pa.Table) -> None:
        """Rows of the log with the columns `segue.features.READ`, in order of arrival."""
        self.tell(self.reader.read(table))

    def tell(self, told: Told) -> None:
        """The same for rows that were read already."""
        for feature in self.features.values():
            feature.update(told)

    def save(self, folder: Path) -> None:
        """What all of them know, into an existing, empty folder."""
        for name, feature in self.features.items():
            for part, array in state_of(feature).items():
                np.save(folder / f"{name}{SEPARATOR}{part}.npy", array, allow_pickle=False)
        (folder / READER).write_bytes(self.reader.state())

    def restore(self, folder: Path) -> None:
        """Into a book that was told nothing: it goes on from what was saved. OSError, ValueError or KeyError where the
        folder is not such a one."""
        found: dict[str, dict[str, NDArray[Any]]] = {name: {} for name in self.features}
        for path in folder.glob("*.npy"):
            name, _, part = path.stem.partition(SEPARATOR)
            found[name][part] = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
        for name, feature in self.features.items():
            restore(feature, found[name])
        self.reader.restore((folder / READER).read_bytes())

    def values(self, query: Query, candidates: Candidates) -> F32:
        """(N, D) finite, of candidates whose source is the shelf they would stand on."""
        parts = [feature.value(query, candidates) for feature in self.features.values()]
        out = np.concatenate(parts, axis=1, dtype=np.float32)
        sound: F32 = np.clip(np.nan_to_num(out, nan=0.0, posinf=BOUND, neginf=-BOUND), -BOUND, BOUND)
        return np.round(sound, FINE)
