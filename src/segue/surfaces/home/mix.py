"""The listener's own mix: how much of what they take is music, talk and books, and of which genres, at this hour and on
this device; and a page's mix held against it, choice by choice.

The hour and the device each shift the overall mix, as if they told independent things: p ∝ p_hour · p_device / p_all.
What they shift is counted in sittings, for one sitting with twelve tracks tells of its hour once and not twelve times;
each of the two starts with STEADY sittings of the overall mix, so that one in which little was heard shifts little.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segue.candidates import Board, Section, Stock, sittings, strengths
from segue.core.types import F32, F64, I32, Bools, Ids, Kind
from segue.policies import Added
from segue.ranking import Balance, Wanted
from segue.surfaces.devices import UNKNOWN, Devices

GENRES = 12
"""Leading genres of a listener that are told apart; the rest is one."""
STEADY = 40.0
"""In the simulated world 5 and 15 foretell a week worse, 100 about as well: `benchmarks/balance.py` tells the gain."""
AROUND = 2
"""Hours of the clock before and after this one that are like it."""
FEW = 10.0
"""Plays after which a mix has half the say it has in the end."""
PLAY = float(np.log(2))  # the strength of one play of today
HOUR_MS = 3_600_000
FAMILIES = np.zeros(1 + max(Kind), np.intp)  # of a kind: 0 music, 1 talk, 2 books
FAMILIES[[Kind.SHOW, Kind.EPISODE]] = 1
FAMILIES[[Kind.AUDIOBOOK, Kind.AUTHOR]] = 2
KINDS = 3
Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Mix:
    """Shares of the C categories: the kinds, then the leading genres and, last, all others. Each of the two adds to 1.

    What has no genre is among the others, in what was heard and in what is shown alike.
    """

    target: F64  # (C,)
    genres: Sequence[int]  # columns of the leading ones
    plays: float  # that it rests on, those of long ago counting less

    @property
    def trust(self) -> float:
        """How much of a say it has: from 0 without plays towards 1."""
        return self.plays / (self.plays + FEW)

    def shares(self, stock: Stock, items: Ids) -> F32:
        """(N, C) of each item; items of any kinds."""
        place, last = _places(stock, self.genres), KINDS + len(self.genres)
        out = np.zeros((len(items), last + 1), np.float32)
        kinds = stock.facts.kind[stock.facts.rows(items)].astype(np.intp)
        out[np.arange(len(items)), FAMILIES[kinds]] = 1
        for kind in np.flatnonzero(np.bincount(kinds)).tolist():
            mine = np.flatnonzero(kinds == kind)
            section = stock.sections[Kind(kind)]
            at, columns, part = _spread(section, section.rows(items[mine]))
            np.add.at(out, (mine[at], place[columns]), part)
        out[:, last] = np.maximum(0, 1 - out[:, KINDS:last].sum(axis=1))
        return out


def mix_of(board: Board, kinds: Iterable[Kind], devices: Devices | None = None) -> Mix | None:
    """The mix of the listener who asks, in the circumstances of the request; None where nothing of them is known.

    `kinds` are those whose histories count: those that are taken themselves, or tracks would count as artists again.
    Past hours are told with the zone's distance from UTC of today. What a listener said tells nothing shifts nothing.
    """
    asked = [(k, board.query(k)) for k in kinds if k in board.queries and k in board.stock.sections]
    asked = [(k, q) for k, q in asked if len(q.history)]
    if not asked or not asked[0][1].listener:
        return None
    query, stock = asked[0][1], board.stock
    at = np.concatenate([q.at for _, q in asked])
    strength = strengths(np.concatenate([q.weights for _, q in asked]), at) / PLAY
    sitting = sittings(at)
    untold = frozenset[str]() if query.tuned is None else query.tuned.untold
    under = [np.ones(len(at), np.bool_), np.ones(len(at), np.bool_)]
    if query.hour >= 0 and "hours" not in untold:
        under.append(_about(at // HOUR_MS + query.hour - query.context.now // HOUR_MS, query.hour))
    if devices is not None and "device" not in untold and (code := devices.code(query.context.device)) != UNKNOWN:
        under.append(devices.of(query.listener, at) == code)
    weights = np.array(under) * strength  # (2 + circumstances, E)
    weights[1:] /= np.bincount(sitting)[sitting]
    event, column, part, family = _read([(stock.sections[k], q.history) for k, q in asked])
    profile = np.bincount(column, part * strength[event], stock.sections[asked[0][0]].genres.shape[1])
    genres = [int(c) for c in np.argsort(-profile, kind="stable")[:GENRES] if profile[c] > 0]
    place = _places(stock, genres)[column]
    counts = np.array([_counted(w, family, event, place, part, KINDS + len(genres) + 1) for w in weights])
    target = np.concatenate([_shifted(counts[:, :KINDS]), _shifted(counts[:, KINDS:])])
    return Mix(target, genres, float(strength.sum()))


def _about(hours: NDArray[np.int64], hour: int) -> Bools:
    """(E,) whether an hour is around this one of the day."""
    apart = (hours - hour) % 24
    return (apart <= AROUND) | (apart >= 24 - AROUND)


def _read(parts: Sequence[tuple[Section, Ids]]) -> tuple[Rows, I32, F32, Rows]:
    """(J,), (J,), (J,) event, genre and share of it in the event's item; and (E,) the family of every event."""
    found, families, before = [], [], 0
    for section, items in parts:
        rows = section.rows(items)
        here = np.flatnonzero(section.holds(items))
        at, columns, part = _spread(section, rows)
        found.append((here[at] + before, columns, part))
        families.append(np.full(len(items), FAMILIES[section.kind]))
        before += len(items)
    events, columns, part = (np.concatenate(column) for column in zip(*found))
    return events, columns, part, np.concatenate(families)


def _spread(section: Section, rows: Rows) -> tuple[Rows, I32, F32]:
    """(J,), (J,), (J,) which of the rows has which genre and how much of it."""
    start, genres = section.genres.indptr[rows], section.genres
    size = genres.indptr[rows + 1] - start
    at = np.repeat(np.arange(len(rows)), size)
    where = np.arange(len(at)) + np.repeat(start - np.cumsum(size) + size, size)
    return at, genres.indices[where], genres.data[where]


def _places(stock: Stock, genres: Sequence[int]) -> Rows:
    """(T,) the category of each genre."""
    out = np.full(len(stock.facts.tag_names), KINDS + len(genres), np.intp)
    out[list(genres)] = KINDS + np.arange(len(genres))
    return out


def _counted(weights: F64, family: Rows, event: Rows, place: Rows, part: F32, n: int) -> F64:
    """(n,) how much of each category events of these weights had."""
    out = np.bincount(place, part * weights[event], n).astype(np.float64)
    out[:KINDS] = np.bincount(family, weights, KINDS)
    out[-1] += max(0.0, float(weights.sum()) - float(out[KINDS:].sum()))
    return out


def _shifted(counts: F64) -> F64:
    """(C,) from (2 + circumstances, C): plays, then sittings, overall and under each circumstance."""
    out, overall = counts[0] / counts[0].sum(), counts[1] / counts[1].sum()
    there = (out > 0) & (overall > 0)
    under = (counts[2:] + STEADY * overall) / (counts[2:].sum(axis=1, keepdims=True) + STEADY)
    out[there] *= (under[:, there] / overall[there]).prod(axis=0)
    return np.asarray(out / out.sum(), np.float64)


@dataclass
class Mixed:
    """A page in the making: what stands on it so far, and what each arm of S shelves would change."""

    wanted: Wanted
    weight: float  # λ
    shares: F32  # (S, M, C)
    smoothed: F64  # (S, M, categories that are wanted)
    above: F64  # (C,)
    held: tuple[F64, float]  # the same, smoothed, and how many cards that is
    best: F32  # (S, C) mean shares of the best cards of each shelf
    counts: F32  # (S,) how many these are, 1 at least
    stale: Bools  # (S,) shelves of which that is no longer so

    @classmethod
    def make(cls, mix: Mix, weight: float, stock: Stock, items: I32, there: Bools) -> Mixed:
        """`items` (S, M), of which those `there` (S, M) are real."""
        s, c, wanted = len(items), len(mix.target), Wanted.of(mix.target)
        shares, above = np.zeros((*items.shape, c), np.float32), np.zeros(c)
        shares[there] = mix.shares(stock, items[there])
        return cls(
            wanted, weight * mix.trust, shares, wanted.smoothed(shares), above, wanted.held(above),
            np.zeros((s, c), np.float32), np.ones(s, np.float32), np.ones(s, np.bool_),
        )  # fmt: skip

    def shelves(self, open_: Rows, left: Bools, scores: F32, cards: int) -> Added:
        """For a choice among shelves (O,): each stands for its best cards that are left, of all cards (S, M)."""
        changed = open_[self.stale[open_]]
        if len(changed):
            k, there = min(cards, scores.shape[1]), left[changed]
            best = np.argsort(np.where(there, -scores[changed], np.inf), axis=1)[:, :k]
            kept = np.take_along_axis(there, best, axis=1).astype(np.float32)
            sums = np.einsum("okc,ok->oc", self.shares[changed[:, None], best], kept)
            self.counts[changed] = np.maximum(kept.sum(axis=1), 1)
            self.best[changed] = sums / self.counts[changed, None]
            self.stale[changed] = False
        arms = self.wanted.smoothed(self.best[open_])
        return Balance.on(self.wanted, arms, self.weight, *self.held, self.counts[open_]).added

    def cards(self, shelf: int, there: Rows) -> Added:
        """For the choices of one shelf's cards."""
        return Balance.on(self.wanted, self.smoothed[shelf, there], self.weight, *self.held).steady

    def take(self, shelf: int, rows: Rows, changed: Bools) -> None:
        """These cards of a shelf stand on the page now, and some shelves (S,) have fewer left."""
        self.above = self.above + self.shares[shelf, rows].sum(axis=0)
        self.held = self.wanted.held(self.above)
        self.stale |= changed
