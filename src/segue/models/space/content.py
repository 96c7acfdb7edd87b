"""What is foretold of items, and how it is weighed against what is known of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from segue.core.types import F32, I64, Bools, Ids, Kind
from segue.fitted.space import U8
from segue.fitted.space.foretelling import Foretelling
from segue.fitted.space.words import FAMILIES, family_of
from segue.models._compose import unit_rows
from segue.models.space.foretelling import choose

ENOUGH = 50  # items of a family whose place is known, to foretell that of others
TELLS = 0.1  # cosine on held-out groups below which a map tells nothing
SURE = 10.0  # takers at whose number what they say counts as much as what is foretold


@dataclass(frozen=True)
class Known:
    """What is known of N items: how each differs from the mean of all, and how many said so."""

    items: Ids  # (N,)
    kind: U8  # (N,)
    differs: F32  # (N, D) zeros where nothing is known
    takers: F32  # (N,)
    group: I64  # (N,) the artist; itself where there is none

    @property
    def weight(self) -> F32:
        """(N,) in [0, 1)"""
        return np.asarray(self.takers / (self.takers + SURE), np.float32)


def fit_maps(
    known: Known, blocks: Mapping[str, F32], primary: Kind, rng: np.random.Generator, say: Callable[[str], None]
) -> dict[str, Foretelling]:
    """A map for each family of kinds with enough items that something is known of and said of; the primary's first.

    None where the map does not carry over to held-out artists: a point without a reason is worse than none.
    """
    said = np.any([np.any(block != 0, axis=1) for block in blocks.values()], axis=0)
    maps = {}
    for family in sorted(FAMILIES, key=lambda f: f != family_of(primary)):
        rows = np.flatnonzero(np.isin(known.kind, FAMILIES[family]) & (known.takers > 0) & said)
        if len(rows) < ENOUGH:
            continue
        parts = {n: block[rows] for n, block in blocks.items() if np.any(block[rows])}
        found = choose(parts, known.differs[rows], known.weight[rows], known.group[rows], rng)
        say(
            f"  {family} foretold from {' and '.join(parts)}: cosine {found.cosine:.3f} on held-out artists "
            f"(ridge {found.ridge}, keep {found.keep})"
        )
        if found.cosine >= TELLS:
            maps[family] = found.foretelling
    return maps


def foretell(maps: Mapping[str, Foretelling], kind: U8, blocks: Mapping[str, F32]) -> F32:
    """(N, D) not of length 1; zeros for kinds without a map and for items of which nothing is said."""
    out = np.zeros((len(kind), next(iter(next(iter(maps.values())).weights.values())).shape[1]), np.float32)
    for family, found in maps.items():
        rows = np.flatnonzero(np.isin(kind, FAMILIES[family]))
        out[rows] = found({name: block[rows] for name, block in blocks.items()})
    return out


def drawn(differs: F32, takers: F32, foretold: F32, sure: float = SURE) -> F32:
    """(N, D) what is known, drawn to what is foretold as if `sure` more had said that."""
    return np.asarray((takers[:, None] * differs + sure * unit_rows(foretold)) / (takers[:, None] + sure), np.float32)


def differing(vectors: F32, there: Bools, mean: F32) -> F32:
    """(N, D) of length 1: how points differ from the mean of all; zeros where there are none."""
    return unit_rows((vectors - mean) * there[:, None])
