"""A weighted sum of other models' scores, each put on one scale per query."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol, Self, cast, runtime_checkable

import numpy as np

from segue.core.protocols import Model, Relates, Scores
from segue.core.types import F32, I32, NO_IDS, Ids, Queries
from segue.fitted import load_model, save_model
from segue.fitted._reading import mapped, positions

CHUNK = 256  # queries scored at a time, to bound the temporaries
SAMPLE = 256  # items that the scale of a dense component is taken from
MANY = 512  # related items, the best by the sparse components, that dense ones judge
FEW = 64  # related items that are enough to choose neighbours from


@runtime_checkable
class Sparse(Protocol):
    """A component that relates an item to few others."""

    def related(self, item: int) -> tuple[I32, F32]: ...


@runtime_checkable
class Dense(Protocol):
    """A component that relates every item to every other, at a price for each."""

    def alike(self, at: int, others: I32) -> F32: ...


@dataclass(frozen=True)
class Blend:
    """score = sum over components of weight * standardized score. A history nobody knows falls back to `cold`."""

    items: Ids  # (N,) sorted union of the components' items
    names: tuple[str, ...]  # (C,)
    components: tuple[Scores, ...]  # (C,)
    weights: F32  # (C,)
    cold: F32  # (C,) weights where no item of the history is known

    def score(self, queries: Queries) -> F32:
        """(B, N) float32."""
        out = np.empty((len(queries), len(self.items)), np.float32)
        for start in range(0, len(queries), CHUNK):
            part = queries.slice(start, min(start + CHUNK, len(queries)))
            out[start : start + len(part)] = self._score(part)
        return out

    def _score(self, queries: Queries) -> F32:
        known = positions(queries.items, self.items) >= 0
        row = np.repeat(np.arange(len(queries)), np.diff(queries.indptr))
        warm = np.bincount(row[known], minlength=len(queries)) > 0
        weights = np.where(warm[:, None], self.weights, self.cold)  # (B, C)
        out = np.zeros((len(queries), len(self.items)), np.float32)
        for c, component in enumerate(self.components):
            if not weights[:, c].any():
                continue
            values = standardized(component.score(queries))
            values *= weights[:, c, None]
            self._add(out, component, values)
        return out

    def similar(self, item: int) -> F32:
        """(N,) the components' own similarities, standardized and weighted as the scores are."""
        out = np.zeros((1, len(self.items)), np.float32)
        for weight, component in self._relating:
            values = standardized(component.similar(item)[None])
            values *= np.float32(weight)
            self._add(out, component, values)
        total: F32 = out[0]
        return total

    def nearest(self, item: int, n: int) -> tuple[I32, F32]:
        """(K,), (K,) positions and similarities of the n most alike among those that a sparse component relates.

        Their similarities are those of `similar`, but that the scale of components that relate everything to everything
        is taken from every so many items. Where few are related, all are compared.
        """
        size = len(self.items)
        found, total = self._related(item)
        if len(found) < max(1, min(n, FEW)):
            every = self.similar(item)
            best = np.argpartition(-every, min(n, size) - 1)[:n].astype(np.int32) if size else NO_IDS
            return best, every[best]
        most = max(MANY, 2 * n)
        if len(found) > most:
            leading = np.argpartition(-total, most)[:most]
            found, total = found[leading], total[leading]
        here = int(self.items.searchsorted(np.int32(item)))
        at = np.concatenate([found, np.arange(0, size, max(1, size // SAMPLE), dtype=np.int32)])
        for weight, component in self._dense:
            values = component.alike(here, at)
            scale = values[len(found) :]
            total += np.float32(weight) * (values[: len(found)] - scale.mean()) / max(float(scale.std()), 1e-6)
        rows = np.argsort(-total, kind="stable")[:n]
        return found[rows], total[rows]

    @cached_property
    def _relating(self) -> list[tuple[float, Relates]]:
        pairs = zip(self.weights.tolist(), self.components, strict=True)
        return [(w, c) for w, c in pairs if w > 0 and isinstance(c, Relates)]

    @cached_property
    def _dense(self) -> list[tuple[float, Dense]]:
        return [(w, c) for w, c in self._relating if isinstance(c, Dense)]

    @cached_property
    def _sparse(self) -> list[tuple[float, Sparse]]:
        """Empty where some component is of neither sort or knows other items than the blend: then all are compared."""
        fits = all(isinstance(c, Sparse | Dense) and len(c.items) == len(self.items) for _, c in self._relating)
        return [(w, c) for w, c in self._relating if isinstance(c, Sparse)] if fits else []

    def _related(self, item: int) -> tuple[I32, F32]:
        """(K,), (K,) what any sparse component relates to an item, and the sum of their standardized similarities."""
        size, base = len(self.items), 0.0
        columns, values = [NO_IDS], [np.zeros(0, np.float32)]
        for weight, component in self._sparse:
            at, alike = component.related(item)
            mean = float(alike.sum()) / size
            deviation = math.sqrt(max(float(alike @ alike) / size - mean * mean, 0.0))
            if deviation > 1e-6:
                base -= weight * mean / deviation
                columns.append(at)
                values.append(alike * np.float32(weight / deviation))
        found, place = np.unique(np.concatenate(columns), return_inverse=True)
        total = np.bincount(place, np.concatenate(values), len(found)) + base
        return found, total.astype(np.float32)

    def _add(self, out: F32, component: Scores | Relates, values: F32) -> None:
        """Values (B, M) of a component into a sum (B, N)."""
        if len(component.items) == len(self.items):
            out += values
        else:
            out[:, np.searchsorted(self.items, component.items)] += values

    def save(self, folder: Path) -> None:
        np.save(folder / "items.npy", self.items)
        np.save(folder / "weights.npy", self.weights)
        np.save(folder / "cold.npy", self.cold)
        (folder / "names.json").write_text(json.dumps(self.names) + "\n")
        for name, component in zip(self.names, self.components, strict=True):
            save_model(cast(Model, component), folder / name)

    @classmethod
    def load(cls, folder: Path) -> Self:
        names = tuple(json.loads((folder / "names.json").read_text()))
        items, weights, cold = (mapped(folder / f"{n}.npy") for n in ("items", "weights", "cold"))
        return cls(items, names, tuple(load_model(folder / name) for name in names), weights, cold)


def standardized(scores: F32) -> F32:
    """(B, N) in place: mean 0 and deviation 1 in each row; zeros where all scores of a row are equal."""
    if scores.size == 0:
        return scores
    scores -= scores.mean(axis=1, keepdims=True)
    squares = scores @ scores.T if len(scores) == 1 else np.einsum("bn,bn->b", scores, scores)
    deviation = np.sqrt(squares.reshape(-1) / max(scores.shape[1], 1))
    scores *= np.divide(1, deviation, out=np.zeros_like(deviation), where=deviation > 1e-12)[:, None]
    return scores


plugin = Blend
