"""Who opens the carousel, what they are shown, what they stream: Deezer's playlists, users drawn around nine real ones.

The true weights θ never leave this file: what policies are handed is `Visits` and `Feedback`, and neither holds them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

F32, F64, I64, Bools = NDArray[np.float32], NDArray[np.float64], NDArray[np.int64], NDArray[np.bool_]

SLOTS, VISIBLE = 12, 3


@dataclass(frozen=True, slots=True)
class Visits:
    """A round's users: N rows."""

    features: F32  # (N, 97) the user's vector and a constant
    segment: I64  # (N,)
    group: I64  # (N,) evenly dealt; policies that sample share a draw within a group


@dataclass(frozen=True, slots=True)
class Feedback:
    """What became of slates (N, 12), a round later."""

    seen: Bools  # (N, 12)
    streamed: Bools  # (N, 12) at most one a user: the first


class Users:
    """A population of one seed, and the truth about it.

    The nine real vectors are smoothed: a user is one of them plus Gaussian noise, independent per dimension, of the
    deviation of the nine in that dimension times Scott's factor n^(-1 / (d + 4)) = .978, the usual bandwidth of a
    kernel density estimate. The segment is the vector a user was drawn around, which is always the nearest of the nine.
    """

    def __init__(self, vectors: F32, weights: F32, size: int, seed: int, groups: int = 64) -> None:
        n, d = vectors.shape
        rng = np.random.default_rng([seed, 0])
        spread = (vectors.std(axis=0, ddof=1) * n ** (-1 / (d + 4))).astype(np.float32)
        self._segment = rng.integers(0, n, size)
        around = vectors[self._segment] + spread * rng.standard_normal((size, d), np.float32)
        self._features: F32 = np.concatenate([around, np.ones((size, 1), np.float32)], axis=1)
        self._logits: F32 = self._features @ weights.T
        top = np.partition(self._logits, -SLOTS, axis=1)[:, -SLOTS:]
        self._best: F64 = _any(top)
        self._seed, self._groups = seed, groups
        self.arms, self.segments, self.width = len(weights), n, d + 1

    def round(self, number: int, size: int, all_seen: bool) -> Round:
        """The users of a round and their luck, the same for whatever policy; drawn with replacement."""
        rng = np.random.default_rng([self._seed, 1, number])
        who = rng.integers(0, len(self._features), size)
        group = rng.permutation(size) % self._groups
        visits = Visits(self._features[who], self._segment[who], group)
        return Round(visits, self._logits, who, self._best[who], rng.random((size, SLOTS), np.float32), all_seen)


@dataclass(frozen=True, slots=True)
class Round:
    visits: Visits
    _logits: F32
    _who: I64
    _best: F64
    _luck: F32
    _all_seen: bool

    def regret(self, slates: I64) -> float:
        """Streams expected of the best slate of each user, less those expected of these."""
        return float((self._best - _any(self._logits[self._who[:, None], slates])).sum())

    def feedback(self, slates: I64) -> Feedback:
        """A cascade: a user streams the first that suits, and saw what stands before it. Who streams nothing saw the
        visible slots (or, as in the code released with the paper, all of them)."""
        p = 1 / (1 + np.exp(-self._logits[self._who[:, None], slates]))
        suits = self._luck < p
        first = np.where(suits.any(axis=1), suits.argmax(axis=1), -1)
        places = np.arange(SLOTS)
        last = np.where(first >= 0, first, (SLOTS if self._all_seen else VISIBLE) - 1)
        return Feedback(places <= last[:, None], places == first[:, None])


def _any(logits: F32) -> F64:
    """(N,) probability that at least one of (N, 12) is streamed."""
    out: F64 = 1 - np.exp(-np.logaddexp(0, logits.astype(np.float64)).sum(axis=1))
    return out


def real(folder: Path) -> tuple[F32, F32]:
    """The nine users' vectors (9, 96) and the playlists' weights (862, 97)."""
    vectors = np.loadtxt(folder / "user_features_small.csv", delimiter=",", skiprows=1, dtype=np.float32)[:, 1:]
    return vectors, np.loadtxt(folder / "playlist_features.csv", delimiter=",", skiprows=1, dtype=np.float32)
