"""People of four tastes: what they hear says which shows they take, and nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
import scipy.sparse as sp

from segue.core.types import I64, Attributes, Interactions, Kind

TASTES, TRACKS, SHOWS = 4, 120, 60


@dataclass(frozen=True)
class Planted:
    of: Interactions  # shows
    by: Interactions  # tracks
    taste: I64  # (U,) of each person


@pytest.fixture
def planted() -> Callable[..., Planted]:
    """`people` of TASTES tastes; with `shuffled` the tracks of one are those of another."""

    def make(people: int = 240, seed: int = 0, shuffled: bool = False) -> Planted:
        rng = np.random.default_rng(seed)
        taste = rng.integers(0, TASTES, people)
        shows = _taken(taste, SHOWS, 5, rng)
        heard = _taken(rng.permutation(taste) if shuffled else taste, TRACKS, 12, rng)
        return Planted(_data(shows, SHOWS, Kind.SHOW, 1001), _data(heard, TRACKS, Kind.TRACK, 1), taste)

    return make


def _taken(taste: I64, n: int, each: int, rng: np.random.Generator) -> list[list[int]]:
    """Items of one's own taste nine times as often as others, some more popular than others."""
    pull = 1 / np.arange(1, n + 1) ** 0.3
    out = []
    for t in taste:
        chance = pull * np.where(np.arange(n) % TASTES == t, 9.0, 1.0)
        out.append(rng.choice(n, each, replace=False, p=chance / chance.sum()).tolist())
    return out


def _data(rows: list[list[int]], n: int, kind: Kind, first: int) -> Interactions:
    flat = np.array([i for row in rows for i in row], np.int32)
    none, zeros = sp.csr_array((n, 1), dtype=bool), np.zeros(n, np.int64)
    tags = sp.csr_array(np.eye(TASTES, dtype=np.float32)[np.arange(n) % TASTES])
    empty = np.zeros(n, np.int32)
    return Interactions(
        id=f"planted-{kind.label}", kind=kind, owners=np.arange(1, len(rows) + 1, dtype=np.int32),
        items=np.arange(first, first + n, dtype=np.int32), indptr=np.cumsum([0, *map(len, rows)]).astype(np.int64),
        rows=flat, at=np.arange(len(flat), dtype=np.int64), weights=np.ones(len(flat), np.float32),
        country=np.zeros(len(rows), "S2"), ordered=False, timed=False,
        attributes=Attributes(empty, empty, none, tags, zeros, zeros, np.zeros(n, np.bool_)),
    )  # fmt: skip
