"""A weighted sum of other models' scores, each put on one scale per query."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self, cast

import numpy as np

from segue.core.protocols import Model, Relates, Scores
from segue.core.types import F32, Ids, Queries
from segue.fitted import load_model, save_model
from segue.fitted._reading import positions

CHUNK = 256  # queries scored at a time, to bound the temporaries


@dataclass(frozen=True, slots=True)
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
            if len(component.items) == len(self.items):
                out += values
            else:
                out[:, np.searchsorted(self.items, component.items)] += values
        return out

    def similar(self, item: int) -> F32:
        """(N,) the components' own similarities, standardized and weighted as the scores are."""
        out = np.zeros(len(self.items), np.float32)
        for weight, component in zip(self.weights, self.components, strict=True):
            if weight > 0 and isinstance(component, Relates):
                at = np.searchsorted(self.items, component.items)
                out[at] += weight * standardized(component.similar(item)[None])[0]
        return out

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
        items, weights, cold = (np.load(folder / f"{n}.npy", mmap_mode="r") for n in ("items", "weights", "cold"))
        return cls(items, names, tuple(load_model(folder / name) for name in names), weights, cold)


def standardized(scores: F32) -> F32:
    """(B, N) in place: mean 0 and deviation 1 in each row; zeros where all scores of a row are equal."""
    if scores.size == 0:
        return scores
    scores -= scores.mean(axis=1, keepdims=True)
    deviation = np.sqrt(np.einsum("bn,bn->b", scores, scores) / max(scores.shape[1], 1))
    scores *= np.divide(1, deviation, out=np.zeros_like(deviation), where=deviation > 1e-12)[:, None]
    return scores


plugin = Blend
