"""The policies of Bendada, Salha and Bontempelli (RecSys 2020) and ours, a round's users at a time.

A policy is made from the numbers of arms, segments and dimensions; all else it knows it was told as feedback. Users of
one segment and group who would be dealt a slate from the same distribution share a draw of it (576 slates a round where
segments sample), which leaves each user's own chances as they were.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from _carousel_users import F32, F64, I64, SLOTS, VISIBLE, Feedback, Visits

from segue.core.slates import Lessons
from segue.policies.hierarchical import Hierarchical, Learned

GROUPS = 64


class Player(Protocol):
    def slates(self, visits: Visits, rng: np.random.Generator) -> I64:
        """(N, 12) arms, best first."""
        ...

    def learn(self, visits: Visits, slates: I64, feedback: Feedback, rng: np.random.Generator) -> None: ...


def top(scores: F32 | F64) -> I64:
    """(..., 12) the arms of the largest scores (..., A), best first; the scores are all different."""
    last = scores.shape[-1] - SLOTS
    bound = np.partition(scores, last, axis=-1)[..., last : last + 1]
    chosen = np.nonzero((scores >= bound).reshape(-1, scores.shape[-1]))
    if len(chosen[1]) == SLOTS * (scores.size // scores.shape[-1]):
        arms = chosen[1].reshape(*scores.shape[:-1], SLOTS)
    else:  # equals at the bound
        arms = np.argpartition(-scores, SLOTS - 1, axis=-1)[..., :SLOTS]
    order = np.argsort(-np.take_along_axis(scores, arms, axis=-1), axis=-1)
    return np.take_along_axis(arms, order, axis=-1)


def shuffled(n: int, arms: int, rng: np.random.Generator) -> I64:
    """(n, 12) different arms, evenly."""
    out = rng.integers(0, arms, (n, SLOTS))
    while True:
        ordered = np.sort(out, axis=1)
        twice = (ordered[:, 1:] == ordered[:, :-1]).any(axis=1)
        if not twice.any():
            return out
        out[twice] = rng.integers(0, arms, (int(twice.sum()), SLOTS))


class Even:
    """Twelve playlists at random."""

    def __init__(self, arms: int) -> None:
        self._arms = arms

    def slates(self, visits: Visits, rng: np.random.Generator) -> I64:
        return shuffled(len(visits.segment), self._arms, rng)

    def learn(self, visits: Visits, slates: I64, feedback: Feedback, rng: np.random.Generator) -> None:
        """Nothing."""


class Counting:
    """Displays and streams of each arm in each segment, and what the subclass of a policy makes of them."""

    def __init__(self, arms: int, segments: int) -> None:
        self._shown, self._streams = np.zeros((segments, arms)), np.zeros((segments, arms))

    def learn(self, visits: Visits, slates: I64, feedback: Feedback, rng: np.random.Generator) -> None:
        segments, arms = self._shown.shape
        cell = (visits.segment % segments)[:, None] * arms + slates
        for table, of in ((self._shown, feedback.seen), (self._streams, feedback.streamed)):
            table += np.bincount(cell[of], minlength=table.size).reshape(table.shape)

    def _dealt(self, scores: F64, visits: Visits, rng: np.random.Generator) -> I64:
        """The best twelve of each (segment, arm), equals in an order that differs from group to group."""
        places = top(scores[:, None, :] + 1e-9 * rng.random((scores.shape[0], GROUPS, scores.shape[1])))
        return places[visits.segment % scores.shape[0], visits.group]

    def _means(self) -> F64:
        """(S, A) streams a display; 1 where there was none."""
        return np.where(self._shown > 0, self._streams / np.maximum(self._shown, 1), 1.0)


class EpsilonGreedy(Counting):
    """The best so far; for a share of the users, twelve at random."""

    def __init__(self, arms: int, segments: int, epsilon: float = 0.1) -> None:
        super().__init__(arms, segments)
        self._epsilon = epsilon

    def slates(self, visits: Visits, rng: np.random.Generator) -> I64:
        out = self._dealt(self._means(), visits, rng)
        some = rng.random(len(out)) < self._epsilon
        out[some] = shuffled(int(some.sum()), self._shown.shape[1], rng)
        return out


class ExploreThenCommit(Counting):
    """Whatever was displayed fewer than `least` times, the least displayed first; then the best."""

    def __init__(self, arms: int, segments: int, least: int = 20) -> None:
        super().__init__(arms, segments)
        self._least = least

    def slates(self, visits: Visits, rng: np.random.Generator) -> I64:
        return self._dealt(2 * np.maximum(self._least - self._shown, 0) + self._means(), visits, rng)


class KLUCB(Counting):
    """The largest q with shown · KL(mean, q) ≤ log(all displays) (Garivier and Cappé 2011)."""

    def slates(self, visits: Visits, rng: np.random.Generator) -> I64:
        return self._dealt(self._bounds(), visits, rng)

    def _bounds(self) -> F64:
        mean = np.clip(self._means(), 1e-15, 1 - 1e-15)
        room = np.log(max(self._shown.sum(), 1)) / np.maximum(self._shown, 1)
        low, high = mean, np.ones_like(mean)
        for _ in range(30):
            q = (low + high) / 2
            far = mean * np.log(mean / q) + (1 - mean) * np.log((1 - mean) / np.maximum(1 - q, 1e-15)) > room
            low, high = np.where(far, low, q), np.where(far, q, high)
        return np.where(self._shown > 0, (low + high) / 2, 1.0)


class Looks:
    """How many of those who stream nothing look beyond the visible slots: a view model with one number, learned.

    Told that they saw the visible slots only, a policy meets what stands beyond them always in the company of a stream,
    and takes it for better than it is. Of users who stream nothing visible, the share that streams beyond, over the
    share that would if all of them looked (by what the policy believes), is the share that looks; it is kept over the
    rounds, older ones at .8 a round. Of a user who streams nothing it follows how likely they looked (Bayes), and as
    often the rest of the slate counts as seen.
    """

    def __init__(self) -> None:
        self._streams, self._expected = 1.0, 2.0

    def seen(self, slates: I64, chances: F64, feedback: Feedback, rng: np.random.Generator) -> Feedback:
        """chances: (N, 12) believed of each display."""
        beyond = ~feedback.streamed[:, :VISIBLE].any(axis=1)
        streamed = feedback.streamed[:, VISIBLE:].any(axis=1)
        nothing = np.prod(1 - chances[:, VISIBLE:], axis=1)
        self._streams = 0.8 * self._streams + streamed.sum()
        self._expected = 0.8 * self._expected + (1 - nothing)[beyond].sum()
        share = min(1.0, self._streams / self._expected)
        looked = rng.random(len(slates)) < share * nothing / (1 - share + share * nothing)
        return Feedback(feedback.seen | (beyond & ~streamed & looked)[:, None], feedback.streamed)


class SegmentThompson(Counting):
    """Beta beliefs per segment and arm; pessimistic is Beta(1, 99), naive Beta(1, 1)."""

    def __init__(self, arms: int, segments: int, rest: float = 99.0, looks: Looks | None = None) -> None:
        super().__init__(arms, segments)
        self._rest, self._looks = rest, looks

    def learn(self, visits: Visits, slates: I64, feedback: Feedback, rng: np.random.Generator) -> None:
        if self._looks is not None:
            cell = visits.segment[:, None], slates
            chances = (1 + self._streams[cell]) / (1 + self._rest + self._shown[cell])
            feedback = self._looks.seen(slates, chances, feedback, rng)
        super().learn(visits, slates, feedback, rng)

    def slates(self, visits: Visits, rng: np.random.Generator) -> I64:
        a, b = 1 + self._streams, self._rest + self._shown - self._streams
        segments, arms = a.shape
        drawn = rng.beta(a[:, None], b[:, None], (segments, GROUPS, arms))
        return top(drawn)[visits.segment, visits.group]


class LinearThompson:
    """A logistic model of the user's 97 numbers, each arm by itself; diagonal Gaussians (Chapelle and Li 2011).

    Prior as published: weights N(0, 1), the constant's N(bias, 1); the mode moves by Newton's steps from the last one.
    """

    def __init__(self, arms: int, width: int, bias: float = -5.0, steps: int = 2) -> None:
        self._mean, self._precision = np.zeros((arms, width), np.float32), np.ones((arms, width), np.float32)
        self._mean[:, -1] = bias
        self._steps = steps

    def slates(self, visits: Visits, rng: np.random.Generator) -> I64:
        out = np.empty((len(visits.group), SLOTS), np.int64)
        order = np.argsort(visits.group, kind="stable")
        spread = 1 / np.sqrt(self._precision)
        noise = np.empty_like(self._mean)
        for rows in np.split(order, np.flatnonzero(np.diff(visits.group[order])) + 1):
            rng.standard_normal(out=noise, dtype=np.float32)
            noise *= spread
            noise += self._mean
            scores = visits.features[rows] @ noise.T
            likely = np.argsort(-scores.mean(axis=0))[: 4 * SLOTS]
            bound = np.partition(scores[:, likely], -SLOTS, axis=1)[:, -SLOTS, None]  # no higher than the twelfth best
            some = np.flatnonzero((scores >= bound).any(axis=0))
            out[rows] = some[top(scores[:, some])]
        return out

    def learn(self, visits: Visits, slates: I64, feedback: Feedback, rng: np.random.Generator) -> None:
        user, slot = np.nonzero(feedback.seen)
        arm, reward = slates[user, slot], feedback.streamed[user, slot]
        order = np.argsort(arm, kind="stable")
        x, y, arm = visits.features[user[order]], reward[order].astype(np.float32), arm[order]
        ends = np.flatnonzero(np.diff(arm, append=-1)) + 1
        for start, end in zip([0, *ends[:-1].tolist()], ends.tolist()):
            a = int(arm[start])
            self._mean[a], more = self._fitted(x[start:end], y[start:end], self._mean[a], self._precision[a])
            self._precision[a] += more

    def _fitted(self, x: F32, y: F32, mean: F32, precision: F32) -> tuple[F32, F32]:
        """The mode and what the lessons add to the diagonal there; a step that is too long is halved."""
        w = mean
        logits = x @ w
        loss = _loss(logits, y, w - mean, precision)
        for _ in range(self._steps):
            p = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
            gradient = (p - y) @ x + precision * (w - mean)
            weights = p * (1 - p)
            step = _solved(x, weights, precision, gradient)
            for _ in range(8):
                tried = w - step
                logits = x @ tried
                new = _loss(logits, y, tried - mean, precision)
                if new <= loss:
                    break
                step = step / 2
            else:
                logits = x @ w
                break
            w, loss = tried, new
        p = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
        return w, (p * (1 - p)) @ (x * x)


def _solved(x: F32, weights: F32, precision: F32, gradient: F32) -> F32:
    """(diag(precision) + xᵀ diag(weights) x)⁻¹ gradient, over lessons where they are fewer than weights (Woodbury)."""
    if len(x) >= x.shape[1]:
        hessian = (x * weights[:, None]).T @ x
        hessian.flat[:: len(precision) + 1] += precision
        return np.linalg.solve(hessian, gradient)
    root = np.sqrt(weights)[:, None] * x
    over = root / precision
    inner = over @ root.T
    inner.flat[:: len(x) + 1] += 1
    plain = gradient / precision
    return plain - over.T @ np.linalg.solve(inner, root @ plain)


def _loss(logits: F32, y: F32, away: F32, precision: F32) -> float:
    return float(np.logaddexp(0, logits).sum() - y @ logits + (precision * away * away).sum() / 2)


class Ours:
    """The policy `hierarchical`, as it is served: arms and segments, no features.

    It learns by the policy's own code. Slates are dealt from its beliefs as the others' are, the twelve best of a draw
    for each segment and group, instead of choice by choice with an even share.
    """

    def __init__(self, arms: int, segments: int, looks: Looks | None = None) -> None:
        self._policy, self._keys, self._looks = Hierarchical(), tuple(range(arms)), looks
        self._nothing, self._each = np.zeros((segments, 0), np.float32), np.arange(segments)

    def slates(self, visits: Visits, rng: np.random.Generator) -> I64:
        known = self._policy.learned
        if known is None:
            return shuffled(len(visits.segment), len(self._keys), rng)
        z = known.design(self._nothing, self._each)
        root = np.linalg.cholesky(known.covariances)
        noise = rng.standard_normal((len(root), root.shape[1], GROUPS))
        theta = known.means[:, :, None] + self._policy.width * (root @ noise)
        drawn = np.moveaxis(z @ theta, 0, 2)  # (S, G, A)
        return top(drawn)[visits.segment, visits.group]

    def learn(self, visits: Visits, slates: I64, feedback: Feedback, rng: np.random.Generator) -> None:
        if self._looks is not None and self._policy.learned is not None:
            chances = self._chances(self._policy.learned)[visits.segment[:, None], slates]
            feedback = self._looks.seen(slates, chances, feedback, rng)
        user, slot = np.nonzero(feedback.seen)
        n = len(user)
        self._policy = self._policy.learn(
            Lessons(
                self._keys, slates[user, slot].astype(np.int32), visits.segment[user].astype(np.int32),
                np.zeros((n, 0), np.float32), np.ones(n), feedback.streamed[user, slot].astype(np.float32),
            )
        )  # fmt: skip

    def _chances(self, known: Learned) -> F64:
        """(S, A) expected of each, the logit's variance allowed for (MacKay 1992)."""
        z = known.design(self._nothing, self._each)
        variance = np.einsum("si,kij,sj->sk", z, known.covariances, z)
        out: F64 = 1 / (1 + np.exp(-(z @ known.means.T) / np.sqrt(1 + np.pi / 8 * variance)))
        return out
