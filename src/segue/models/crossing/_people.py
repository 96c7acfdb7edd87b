"""People known by two kinds of items: who they are, what is known of them, and some of them set aside."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import scipy.sparse as sp

from segue.core.errors import UsageError
from segue.core.types import F32, I64, Bools, Interactions, Queries
from segue.fitted._reading import Reading
from segue.fitted._taste import LEADING, Taste
from segue.models._traits import compact, holding, unit_rows

MARKS = 64  # leading genres, and as many artists
COUNTRIES = 32
DIMENSIONS = 256
OWNERS = 10_000
ROUNDS = 4  # of the power iteration


@dataclass(frozen=True, slots=True)
class Pairs:
    """The B people that both populations know: where they stand in each."""

    of: I64  # (B,)
    by: I64  # (B,)

    @classmethod
    def make(cls, of: Interactions, by: Interactions) -> Self:
        _, mine, theirs = np.intersect1d(_takers(of), _takers(by), return_indices=True)
        places = np.searchsorted(of.owners, _takers(of)[mine]), np.searchsorted(by.owners, _takers(by)[theirs])
        return cls(places[0].astype(np.int64), places[1].astype(np.int64))

    def __len__(self) -> int:
        return len(self.of)


def _takers(data: Interactions) -> I64:
    return np.asarray(data.owners[np.diff(data.indptr) > 0], np.int64)


def without(data: Interactions, owners: Bools) -> Interactions:
    """The same owners and items, but nothing that some of the owners (U,) took."""
    return data.only(~owners[data.owner_rows()])


def histories(data: Interactions, rows: I64) -> Queries:
    """(B,) what some owners took, as queries."""
    counts = data.indptr[rows + 1] - data.indptr[rows]
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    events = np.repeat(data.indptr[rows] - indptr[:-1], counts) + np.arange(indptr[-1])
    items = data.items[data.rows[events]]
    return Queries.of(indptr, items, data.weights[events], data.at[events], country=data.country[rows])


def taken(of: Interactions, rows: I64) -> sp.csr_array:
    """(B, N) float32, 1 where one of some owners took an item."""
    out = sp.csr_array(of.matrix()[rows])
    out.data = np.ones_like(out.data)
    return out


@dataclass(frozen=True, slots=True)
class Points:
    """Items of the kind heard as points: what a taste is the middle of."""

    rarity: F32  # (M,) root of the log of how few took an item
    vectors: F32  # (M, D) orthonormal, the most telling direction first

    @classmethod
    def of(cls, by: Interactions, rng: np.random.Generator) -> Self:
        """Truncated SVD of the histories, each item by its rarity and each history at length 1, of all who have one,
        also of those who took nothing else; of more than OWNERS as many drawn. Randomized, as Halko et al. 2011."""
        rows = Reading().of_data(by)
        rows = rows[np.diff(rows.indptr) > 0]
        takers = np.bincount(rows.indices, minlength=rows.shape[1])
        rarity = np.sqrt(np.log(np.maximum(rows.shape[0], 1) / np.maximum(takers, 1))).astype(np.float32)
        rarity = (np.maximum(rarity, 0.05) * (takers > 0)).astype(np.float32)
        if rows.shape[0] > OWNERS:
            rows = rows[np.sort(rng.choice(rows.shape[0], OWNERS, replace=False))]
        rows = unit_rows(sp.csr_array(rows @ sp.diags_array(rarity)))
        return cls(rarity, directions(rows, DIMENSIONS, rng))


def directions(rows: sp.csr_array, d: int, rng: np.random.Generator) -> F32:
    """(N, D) orthonormal: the right singular vectors of the d largest singular values of rows (B, N), nearly."""
    d = min(d, *rows.shape)
    wide = min(d + 16, *rows.shape)
    columns = sp.csr_array(rows.T)
    basis = np.asarray(columns @ (rows @ rng.standard_normal((rows.shape[1], wide)).astype(np.float32)))
    for _ in range(ROUNDS):
        basis = np.asarray(columns @ (rows @ np.linalg.qr(basis)[0]))
    basis = np.linalg.qr(basis)[0]
    right = np.linalg.svd(np.asarray(rows @ basis), full_matrices=False)[2]
    return np.ascontiguousarray((basis @ right.T)[:, :d], np.float32)


def taste_of(
    by: Interactions, pairs: Pairs, points: Points, leading: float, marks: float, heard: float, doubt: float = 0.0
) -> Taste:
    """Features of whoever took something of `by`, with the strength of each block beside the taste point's: its leading
    part, genres, artists and country, and how much was heard; `doubt` as Taste has it. The centre is that of the people
    shared."""
    takers = np.bincount(by.rows, minlength=len(by.items))
    traits = _marks(by, takers, MARKS if marks else 0)
    seen, counts = np.unique(by.country[pairs.by], return_counts=True)
    named = seen != b""
    countries = np.sort(seen[named][np.argsort(-counts[named], kind="stable")[:COUNTRIES]])
    d = points.vectors.shape[1]
    width = (d, min(LEADING, d), traits.shape[1], 1, len(countries))
    scale = np.repeat(np.array([1.0, leading, marks, heard, marks], np.float32), width)
    none = np.zeros(len(scale), np.float32)
    taste = Taste(by.items, Reading(), points.rarity, points.vectors, traits, countries, none, scale, doubt)
    raw, _ = taste.raw(histories(by, pairs.by))
    return replace(taste, centre=raw.mean(axis=0))


def _marks(by: Interactions, takers: I64, n: int) -> sp.csr_array:
    """(M, T) the n genres and n artists that most is taken of, rows of each summing to 1 or 0."""
    blocks = []
    for traits in (compact(by.attributes.tags), holding(by.attributes.artist)):
        weight = np.asarray(traits.T @ takers.astype(np.float32)).ravel()
        traits = sp.csr_array(traits[:, np.sort(np.argsort(-weight, kind="stable")[:n])])
        sums = np.asarray(traits.sum(axis=1)).ravel()
        blocks.append(sp.csr_array(sp.diags_array((1 / np.maximum(sums, 1e-9)).astype(np.float32)) @ traits))
    out: sp.csr_array = sp.csr_array(sp.hstack(blocks)).astype(np.float32)
    return out


def shared(of: Interactions, by: Interactions) -> Pairs:
    """The people of both; UsageError where there is none."""
    pairs = Pairs.make(of, by)
    if not len(pairs):
        raise UsageError(f"nobody took both {by.kind.label}s and {of.kind.label}s: nothing to cross by")
    return pairs


def common(of: Interactions, pairs: Pairs) -> F32:
    """(N,) share of the shared people who took each item, with a little of what the others took."""
    mine = np.asarray(taken(of, pairs.of).mean(axis=0)).ravel()
    everybody = np.asarray(taken(of, np.arange(len(of.owners), dtype=np.int64)).sum(axis=0)).ravel()
    return np.asarray(mine + 1e-3 * everybody / max(float(everybody.max(initial=0)), 1.0), np.float32)


def together(of: Interactions, rank: int, rng: np.random.Generator) -> F32:
    """(N, R) orthonormal: how items go together among all who took any."""
    rows = taken(of, np.flatnonzero(np.diff(of.indptr) > 0))
    length = np.sqrt(np.maximum(np.diff(rows.indptr), 1)).astype(np.float32)
    return directions(sp.csr_array(sp.diags_array(1 / length) @ rows), rank, rng)
