"""The linear map from words and sound to the space, fitted on the items whose place is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np

from segue.core.types import F32, F64, I64
from segue.fitted.space.foretelling import Foretelling, centred

RIDGES = (0.03, 0.1, 0.3, 1.0, 3.0)
KEEPS = (1.0, 0.7, 0.4)
HELD = 5  # one group of so many is held out to choose


@dataclass(frozen=True)
class Chosen:
    """A map and how it did on groups it was not fitted on."""

    foretelling: Foretelling
    ridge: float
    keep: float
    cosine: float  # weighted mean of foretold and true, both less the mean of all


def choose(blocks: Mapping[str, F32], points: F32, weight: F32, group: I64, rng: np.random.Generator) -> Chosen:
    """The map that does best on groups held out, fitted again on all.

    `points` (N, D) are what is to be foretold, `weight` (N,) how surely each is known, and `group` (N,) what may not be
    torn apart: an artist's tracks are alike in a way that says nothing about an artist nobody knows.
    """
    names = np.unique(group)
    held = np.isin(group, rng.permutation(names)[: max(1, len(names) // HELD)])
    best = (-np.inf, RIDGES[-1], KEEPS[0])
    if 0 < held.sum() < len(held):
        inner = {n: b[~held] for n, b in blocks.items()}
        outer = {n: b[held] for n, b in blocks.items()}
        sums = _Sums.of(inner, points[~held], weight[~held])
        truth = points[held] - sums.mean
        for ridge, keep in product(RIDGES, KEEPS if len(blocks) > 1 else KEEPS[:1]):
            found = _cosine(sums.solve(ridge, keep)(outer), truth, weight[held])
            best = max(best, (found, ridge, keep))
    cosine, ridge, keep = best
    return Chosen(_Sums.of(blocks, points, weight).solve(ridge, keep), ridge, keep, cosine)


def fit(blocks: Mapping[str, F32], points: F32, weight: F32, ridge: float, keep: float = 1.0) -> Foretelling:
    """Ridge regression of points (N, D) on blocks (N, F) that may be missing (rows of zeros), with modality dropout.

    Each block is kept with a chance of its own, and the loss is the expected one, as for marginalized corruption (van
    der Maaten et al. 2013): all that changes is that products of two different blocks count `keep` times. At 1 blocks
    rely on each other, at 0 each would stand alone. `ridge` is in units of the mean square of a block's columns.
    """
    return _Sums.of(blocks, points, weight).solve(ridge, keep)


@dataclass(frozen=True)
class _Sums:
    """All that the fit needs to know of the items: normal equations."""

    centre: dict[str, F32]
    mean: F32  # (D,) of the points
    gram: F64  # (F, F) over all blocks
    right: F64  # (F, D)

    @classmethod
    def of(cls, blocks: Mapping[str, F32], points: F32, weight: F32) -> _Sums:
        mean = np.asarray(weight @ points / max(float(weight.sum()), 1e-9), np.float32)
        centre = {name: _mean_there(block, weight) for name, block in blocks.items()}
        x = np.hstack([centred(block, centre[name]) for name, block in blocks.items()])
        weighted = (x * weight[:, None]).T
        return cls(centre, mean, (weighted @ x).astype(np.float64), (weighted @ (points - mean)).astype(np.float64))

    def solve(self, ridge: float, keep: float) -> Foretelling:
        gram = self.gram * keep
        for _, part in self._parts():
            own = self.gram[part, part]
            gram[part, part] = own + ridge * max(float(np.trace(own)), 1e-9) / len(own) * np.eye(len(own))
        solved = np.linalg.solve(gram, self.right).astype(np.float32)
        return Foretelling(self.centre, {name: solved[part] for name, part in self._parts()})

    def _parts(self) -> Iterator[tuple[str, slice]]:
        start = 0
        for name, centre in self.centre.items():
            yield name, slice(start, start + len(centre))
            start += len(centre)


def _mean_there(block: F32, weight: F32) -> F32:
    there = weight * (np.einsum("nf,nf->n", block, block) > 0)
    return np.asarray(there @ block / max(float(there.sum()), 1e-9), np.float32)


def _cosine(foretold: F32, truth: F32, weight: F32) -> float:
    lengths = np.linalg.norm(foretold, axis=1) * np.linalg.norm(truth, axis=1)
    return float(weight @ (np.einsum("nd,nd->n", foretold, truth) / np.maximum(lengths, 1e-9)) / weight.sum())
