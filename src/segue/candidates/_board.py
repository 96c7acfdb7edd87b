"""What one request works out once and all of its sources and shelves share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from segue.candidates._habits import Habits
from segue.candidates._section import Rows, Section, best
from segue.candidates._stock import Stock
from segue.core.types import F32, I32, I64, Bools, Candidates, Ids, Kind, Query
from segue.fitted._tastes import tastes
from segue.store.building import REAL_TIME

LEADING = 2_000
RECENT_DAYS = 60.0  # after which a play counts half as much for a taste
SHARES = 8.0  # a taste with half the share counts like one that lies log(2) / 8 = .09 of a cosine farther
DAY_MS = 86_400_000


@dataclass
class Board:
    """One request. `queries` holds the listener's history by kind; a kind that is missing has none."""

    stock: Stock
    queries: Mapping[Kind, Query]
    _scores: dict[tuple[Kind, int], tuple[Query, F32]] = field(default_factory=dict)
    _orders: dict[tuple[Kind, int], I32] = field(default_factory=dict)
    _distinct: dict[int, tuple[Query, Ids, F32]] = field(default_factory=dict)
    _tastes: dict[Kind, F32] = field(default_factory=dict)
    _points: dict[Kind, tuple[F32, F32]] = field(default_factory=dict)
    _habits: dict[Kind, Habits] = field(default_factory=dict)
    _familiar: Bools | None = None

    @property
    def primary(self) -> Query:
        return self.query(self.stock.primary)

    def query(self, kind: Kind) -> Query:
        """The request for one kind, with the history of that kind."""
        found = self.queries.get(kind)
        if found is not None:
            return found
        some = next(iter(self.queries.values()))
        none = Query(some.tenant, some.listener)
        return replace(
            some, kind=kind, history=none.history, weights=none.weights, at=none.at,
            skipped=none.skipped, skipped_at=none.skipped_at,
        )  # fmt: skip

    def section(self, kind: Kind) -> Section | None:
        return self.stock.sections.get(kind)

    def scores(self, query: Query) -> F32:
        """(n,) the model's scores of a whole section, NaN where it knows nothing. One scoring a kind and history."""
        key = (query.kind, id(query.history))
        if key not in self._scores:
            section = self.stock.sections[query.kind]
            self._scores[key] = (
                query,
                section.score(query.batch())[0],
            )  # the query is kept so that its id stays its own
        return self._scores[key][1]

    def leading(self, query: Query) -> I32:
        """(at most LEADING,) rows with the best scores, best first, but none of those scored lowest of all."""
        key = (query.kind, id(query.history))
        if key not in self._orders:
            section = self.stock.sections[query.kind]
            scores = self.scores(query)
            above = scores - np.nanmin(scores, initial=np.float32(np.inf))
            self._orders[key] = best(above, min(LEADING, len(section)))
        return self._orders[key]

    def distinct(self, query: Query) -> tuple[Ids, F32]:
        """The different items of a history, and how strongly each counts: see `strengths`."""
        key = id(query.history)
        if key not in self._distinct:
            items, where = np.unique(query.history, return_inverse=True)
            strength = np.bincount(where, strengths(query.weights, query.at), len(items)).astype(np.float32)
            self._distinct[key] = (query, items, strength)
        return self._distinct[key][1:]

    def taste(self, kind: Kind) -> F32:
        """(T,) the share of each genre in what the listener heard of a kind, recent plays counting more."""
        if kind not in self._tastes:
            section, query = self.stock.sections[kind], self.query(kind)
            items, weights = self.distinct(query)
            inside = section.holds(items)
            profile = section.genres[section.rows(items)].T @ weights[inside]
            total = float(profile.sum())
            self._tastes[kind] = np.asarray(profile / total if total > 0 else profile, np.float32)
        return self._tastes[kind]

    def points(self, kind: Kind) -> tuple[F32, F32]:
        """(P, D) where the listener's tastes lie in the taste space, (P,) the share of each.

        From what was heard of a kind, and of the kind that most is taken of. P is 0 where there is nothing to go by.
        """
        if kind not in self._points:
            space, kinds = self.stock.space, {kind, self.stock.primary}
            heard = [self.distinct(q) for k, q in self.queries.items() if k in kinds and len(q.history)]
            if space is None or not heard:
                return np.zeros((0, 1), np.float32), np.zeros(0, np.float32)
            rows = space.rows(np.concatenate([items for items, _ in heard]))
            weights = np.concatenate([strength for _, strength in heard])[rows >= 0]
            self._points[kind] = tastes(np.asarray(space.vectors[rows[rows >= 0]]), weights)
        return self._points[kind]

    def habits(self, kind: Kind) -> Habits:
        """When the listener plays a kind, and what of it at this hour."""
        if kind not in self._habits:
            self._habits[kind] = Habits(self.query(kind), self.stock.sections[kind], self.stock.moods)
        return self._habits[kind]

    def top_genres(self, kind: Kind, n: int) -> list[int]:
        """Columns of the genres that tell most about the listener, most telling first."""
        strength = self.taste(kind) * self.stock.sections[kind].rarity
        order = np.lexsort((np.arange(len(strength)), -strength))[:n]
        return [int(c) for c in order if strength[c] > 0]

    @property
    def familiar(self) -> Bools:
        """(largest number + 1,) true for every heard item and for every artist of one, of any kind."""
        if self._familiar is None:
            facts = self.stock.facts
            top = int(facts.items[-1]) if len(facts.items) else 0
            out = np.zeros(top + 1, np.bool_)
            for query in self.queries.values():
                if len(query.history):
                    out[query.history] = True
                    out[np.minimum(facts.artist[facts.rows(query.history)], top)] = True
            out[0] = False
            self._familiar = out
        return self._familiar


def strengths(weights: F32, at: I64) -> F32:
    """(E,) log(1 + weight), halved every RECENT_DAYS before the newest; running orders are not aged."""
    if not len(at):
        return weights
    newest = at.max()
    age = np.where(at >= REAL_TIME, (newest - at) / (RECENT_DAYS * DAY_MS), 0.0) if newest >= REAL_TIME else 0.0
    return np.asarray(np.log1p(weights) * 0.5**age, np.float32)


def pick(section: Section, rows: I32 | Rows, scores: F32, n: int, source: str) -> Candidates:
    """The best n of some rows by score, ties by number; NaN never."""
    scores = np.asarray(scores, np.float32)
    sound = np.isfinite(scores)
    if not sound.all():
        rows, scores = rows[sound], scores[sound]
    if len(scores) > 4 * n > 0:  # a cut before the sort
        keep = scores >= np.partition(scores, len(scores) - n)[len(scores) - n]
        rows, scores = rows[keep], scores[keep]
    items = section.items[rows]
    order = np.lexsort((items, -scores))[: max(0, n)]
    return Candidates.of(items[order], scores[order], source)
