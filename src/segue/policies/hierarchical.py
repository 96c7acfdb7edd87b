"""Thompson sampling in which arms, segments and features lend each other what was learned (empirical Bayes).

The logit of arm a's reward is z · θ_a, z = (1, features, which segment). The weights of the arms come from one
distribution, θ_a ~ N(μ, Σ), and that is learned, too: μ is what holds for every arm (what a policy with one θ for all
would learn), Σ is by how much arms differ and in what directions. So an arm shown a hundred times in one segment is
already known in the others, as far as segments proved to agree; an arm never shown starts where arms usually are; and
an arm with much behind it stands for itself.

Of its lessons an arm keeps a Gaussian likelihood (its precision Λ_a, and Λ_a times where it peaks), taken at the mode
of what is believed after each batch (Laplace). In turns with that, μ and Σ take a few steps of expectation–maximisation
over all arms, with a weak prior: a likelihood taken under a prior that was far off would misstate the arms that had no
reward, since it is curved and they are where it is nearly flat.

A slate takes `draws` samples of what each arm is worth; an arm's chance is how often it is the best of those available
among them, mixed with an even share, and the choice is drawn from these frequencies. So what is logged is exact given
the draws; against endless draws the standard error is at most sqrt(p (1 - p) / draws). Draws are narrower than what is
believed (Chapelle and Li 2011 reshape it alike). Until it was taught, the ranker's scores are added to them.

Lessons are not weighted by their propensities: given arm, segment and features, that an arm was shown says nothing more
about its reward.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from segue.core.protocols import Chances
from segue.core.slates import Arms, Key, Lessons
from segue.core.types import F32, F64, I64
from segue.policies._chances import winners
from segue.policies._grouped import Rows, laplace
from segue.policies._keys import grown, packed, rows, unpacked
from segue.policies._logistic import log_sigmoid


@dataclass(frozen=True, slots=True)
class Prior:
    """N(μ, Σ), where the weights of the arms come from."""

    mean: F64  # (d,)
    covariance: F64  # (d, d)

    def under(self, peaks: F64, precisions: F64) -> tuple[F64, F64]:
        """Means (K, d) and covariances (K, d, d) of arms with these likelihoods."""
        own = np.linalg.inv(self.covariance)
        covariances: F64 = np.linalg.inv(own + precisions).astype(np.float64)
        means = np.einsum("kij,kj->ki", covariances, own @ self.mean + peaks)
        return means, covariances

    def fitted(self, peaks: F64, precisions: F64, first: Prior) -> Prior:
        """A step of expectation–maximisation; `first` weighs as much as d + 2 arms for Σ and as one arm for μ."""
        k, d = peaks.shape
        means, covariances = self.under(peaks, precisions)
        mean = (first.mean + means.sum(axis=0)) / (1 + k)
        away = means - mean
        spread = covariances.sum(axis=0) + away.T @ away + (d + 2) * first.covariance
        return Prior(mean, spread / (k + d + 2))


@dataclass(frozen=True, slots=True)
class Learned:
    """K arms, S segments, D features, d = 1 + D + S."""

    known: Mapping[Key, int]  # the row of each arm
    segments: I64  # (S,) in the order they were first seen
    scale: F64  # (D,) root mean square of each feature in the first lessons
    prior: Prior
    peaks: F64  # (K, d) Λ_a times where arm a's likelihood peaks
    precisions: F64  # (K, d, d) Λ_a
    means: F64  # (K, d) of what is believed of θ_a
    covariances: F64  # (K, d, d)

    def design(self, features: F32, segment: NDArray[Any]) -> F64:
        """(N, d) z of each row; a segment that is new is in none."""
        columns = [np.ones((len(features), 1)), features / self.scale, segment[:, None] == self.segments]
        return np.concatenate(columns, axis=1, dtype=np.float64)

    def believed(self, keys: tuple[Key, ...]) -> tuple[F64, F64]:
        """Means (A, d) and covariances (A, d, d): of an arm that is new, the prior's."""
        row = rows(self.known, keys)
        means = np.where((row >= 0)[:, None], self.means[row], self.prior.mean)
        return means, np.where((row >= 0)[:, None, None], self.covariances[row], self.prior.covariance)


@dataclass(frozen=True, slots=True)
class Hierarchical:
    draws: int = 256
    even: float = 0.05  # share of each choice that is made evenly
    bias: float = -4.6  # logit of the reward of an arm of which nothing is known: 1 in 100
    spread: float = 0.7  # between arms, of that logit; half of it again by features, and by segments
    width: float = 0.7  # of the draws, in deviations: below 1 it explores less than what is believed would ask for
    steps: int = 3  # of expectation–maximisation after each batch
    learned: Learned | None = field(default=None)
    name: ClassVar[str] = "hierarchical"

    def weigh(self, arms: Arms, rng: np.random.Generator) -> Chances:
        known = self.learned
        noise = rng.standard_normal((self.draws, len(arms)), np.float32)
        if known is None or len(known.scale) != arms.features.shape[1]:
            return winners(log_sigmoid(self.bias + self.spread * noise + arms.scores), self.even)
        z = known.design(arms.features, np.full(len(arms), arms.segment))
        means, covariances = known.believed(arms.keys)
        expected, variance = (z * means).sum(1), np.einsum("ai,aij,aj->a", z, covariances, z)
        return winners(log_sigmoid(expected + self.width * np.sqrt(variance) * noise), self.even)

    def learn(self, lessons: Lessons) -> Self:
        if not len(lessons):
            return self
        old = self._room(lessons)
        first = self._first(len(old.scale), len(old.segments))
        row = rows(old.known, lessons.keys)[lessons.arm]
        met, arm = np.unique(row, return_inverse=True)
        alike = np.arange(len(lessons)) if len(old.scale) else lessons.segment
        batch = Rows.of(old.design(lessons.features, lessons.segment), lessons.reward, arm, len(met), alike)
        peaks, precisions = old.peaks.copy(), old.precisions.copy()
        prior, theta = old.prior, old.means[met]
        for step in range(1 + self.steps):
            if step:
                prior = prior.fitted(peaks, precisions, first)
            own = np.linalg.inv(prior.covariance)
            before = own + old.precisions[met]
            natural = own @ prior.mean + old.peaks[met]
            mean = np.einsum("kij,kj->ki", np.linalg.inv(before), natural)
            theta, curvature = laplace(batch, mean, before, theta)
            precisions[met] = old.precisions[met] + curvature
            peaks[met] = np.einsum("kij,kj->ki", before + curvature, theta) - own @ prior.mean
        return self._with(old.known, old.segments, old.scale, prior, peaks, precisions)

    def state(self) -> Mapping[str, NDArray[Any]]:
        if self.learned is None:
            return {}
        s = self.learned
        return packed(s.known) | {
            "segments": s.segments, "scale": s.scale, "mean": s.prior.mean, "covariance": s.prior.covariance,
            "peaks": s.peaks, "precisions": s.precisions,
        }  # fmt: skip

    def restored(self, state: Mapping[str, NDArray[Any]]) -> Self:
        if not state:
            return replace(self, learned=None)
        prior = Prior(state["mean"], state["covariance"])
        return self._with(
            unpacked(state), state["segments"], state["scale"], prior, state["peaks"], state["precisions"]
        )

    def _with(
        self, known: Mapping[Key, int], segments: I64, scale: F64, prior: Prior, peaks: F64, precisions: F64
    ) -> Self:
        return replace(
            self,
            learned=Learned(known, segments, scale, prior, peaks, precisions, *prior.under(peaks, precisions)),
        )

    def _first(self, features: int, segments: int) -> Prior:
        """Before anything is known: arms differ by `spread`, and half as much by features, and by segments."""
        each = np.full(features, 0.25 / max(features, 1))
        variance = np.concatenate([[1.0], each, np.full(segments, 0.25)]) * self.spread**2
        return Prior(np.concatenate([[self.bias], np.zeros(features + segments)]), np.diag(variance))

    def _room(self, lessons: Lessons) -> Learned:
        """What is known, with room for the arms and segments of these lessons; anew where the features are others."""
        old, width = self.learned, lessons.features.shape[1]
        if old is None or len(old.scale) != width:
            scale = np.sqrt(np.square(lessons.features, dtype=np.float64).mean(axis=0))
            empty = self._first(width, 0)
            vectors, squares = np.zeros((0, 1 + width)), np.zeros((0, 1 + width, 1 + width))
            segments, scale = np.zeros(0, np.int64), np.where(scale > 0, scale, 1.0)
            old = Learned({}, segments, scale, empty, vectors, squares, vectors, squares)
        known = grown(old.known, lessons.keys)
        new = np.setdiff1d(lessons.segment, old.segments).astype(np.int64)
        if len(known) == len(old.known) and not len(new):
            return old
        segments = np.concatenate([old.segments, new])
        k, d = old.peaks.shape
        prior = self._first(width, len(segments))
        prior.mean[:d], prior.covariance[:d, :d] = old.prior.mean, old.prior.covariance
        peaks, precisions = np.zeros((len(known), len(prior.mean))), np.zeros((len(known), *prior.covariance.shape))
        peaks[:k, :d], precisions[:k, :d, :d] = old.peaks, old.precisions
        return Learned(known, segments, old.scale, prior, peaks, precisions, *prior.under(peaks, precisions))


plugin = Hierarchical
