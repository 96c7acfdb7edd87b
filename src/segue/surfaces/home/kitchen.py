"""What shelves are made in: one request's board, and the way from a source over the rules and a ranker to cards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from segue.candidates import Board, Section, Stock
from segue.core.protocols import Ranker, Rule, Source
from segue.core.settings import Settings
from segue.core.slates import Reason
from segue.core.tracing import span
from segue.core.types import NO_IDS, Candidates, Ids, Kind, Query, among
from segue.ranking import leaned
from segue.rules import CAPS, run

POOL = 120  # candidates that are asked for at first
NOT_CAPPED = ("artist-cap", "album-cap", "heard-lately")
"""Rules that a plain list does without: it is the source's own order, less what was asked to be left out."""
ANCHORS = 6  # items of a history that reasons may rest on

Reasons = Callable[[Ids], Sequence[tuple[Reason, ...]]]
"""Of each of some items all reasons that fit, dearest first."""


@dataclass
class Kitchen:
    """One request. Nothing here is shared between requests but the stock behind the board."""

    board: Board
    sources: Mapping[str, Callable[[Board], Source]]
    rules: Mapping[str, Rule]
    rankers: Mapping[str, Ranker]
    settings: Settings
    main: Kind  # what most shelves are made of
    kinds: Collection[Kind] | None = None  # only these; None: all
    fell: Counter[str] = field(default_factory=Counter)  # how many candidates fell to each rule
    got: Counter[str] = field(default_factory=Counter)  # how many came from each source
    empty: list[str] = field(default_factory=list)  # shelves that had too little to show
    _anchors: dict[Kind, Ids] = field(default_factory=dict)
    _links: dict[Kind, dict[int, int]] = field(default_factory=dict)
    _verdicts: dict[tuple[Kind, frozenset[str]], NDArray[np.int8]] = field(default_factory=dict)

    @property
    def stock(self) -> Stock:
        return self.board.stock

    @property
    def query(self) -> Query:
        """The request for the main kind."""
        return self.board.query(self.main)

    @property
    def section(self) -> Section | None:
        return self.board.section(self.main)

    @cached_property
    def segment(self) -> int:
        """The group of listeners that asks: those of the same leading genre; 0 where nothing is known."""
        leading = self.board.top_genres(self.main, 1) if self.section is not None else []
        return leading[0] + 1 if leading else 0

    def wants(self, kind: Kind) -> bool:
        return (self.kinds is None or kind in self.kinds) and kind in self.stock.sections

    def name(self, number: int) -> str:
        return self.stock.name(number)

    def serve(
        self,
        sources: str | Sequence[str],
        query: Query,
        n: int = 0,
        *,
        ranker: str = "by-model",
        without: Collection[str] = (),
        drop: Callable[[Candidates], Candidates] | None = None,
    ) -> Candidates:
        """The best n of some sources that all rules but `without` leave, best first; if too few, it asks for more."""
        n = n or self.settings.shelf_arms
        names = [sources] if isinstance(sources, str) else sources
        makers = [self.sources[name](self.board) for name in names]
        ask = max(POOL, 4 * n)
        while True:
            fell: Counter[str] = Counter()
            with span("candidates", source=", ".join(names), asked=ask):
                pools = [make(query, ask) for make in makers]
            left = self._filtered(query, together(pools), fell, frozenset(without))
            if drop is not None:
                left = drop(left)
            with span("ranking", ranker=ranker, candidates=len(left)):
                ranked = self.leaned(query, self.rankers[ranker](query, left).top(len(left)))
            kept = self.capped(query, ranked, fell, without)
            if len(kept) >= n or max(map(len, pools)) < ask:
                self.fell += fell
                for name, pool in zip(names, pools):
                    self.got[name] += len(pool)
                return kept.take(np.arange(min(n, len(kept))))
            ask *= 4

    def leaned(self, query: Query, ranked: Candidates) -> Candidates:
        """The same, best first, by how much more or less of each the listener asked for."""
        if query.tuned is None:
            return ranked
        return leaned(ranked, query.tuned.leaning[self.stock.facts.rows(ranked.items)])

    def allowed(self, query: Query, pool: Candidates, without: Collection[str] = ()) -> Candidates:
        """What the rules that judge an item by itself leave of a pool, in order."""
        return self._filtered(query, pool, self.fell, frozenset(without)) if len(pool) else pool

    def _filtered(self, query: Query, pool: Candidates, fell: Counter[str], without: frozenset[str]) -> Candidates:
        """What the rules that judge an item by itself leave; each item is judged once a request."""
        facts, key = self.stock.facts, (query.kind, without)
        if key not in self._verdicts:
            self._verdicts[key] = np.zeros(len(facts.items), np.int8)
        verdicts = self._verdicts[key]  # (N,) 0 not judged, -1 kept, else 1 + the position of the rule it fell to
        rows = facts.rows(pool.items)
        unknown = verdicts[rows] == 0
        if unknown.any():
            candidates = pool.take(unknown)
            verdicts[rows[unknown]] = -1
            for i, (name, rule) in enumerate(self.rules.items()):
                if name in CAPS or name in without:
                    continue
                left = rule(query, candidates)
                if len(left) < len(candidates):
                    gone = candidates.items[~among(candidates.items, left.items)]
                    verdicts[facts.rows(gone)] = 1 + i
                    candidates = left
        judged = verdicts[rows]
        if (judged < 0).all():
            return pool
        for i, n in enumerate(np.bincount(judged[judged > 0])[1:].tolist()):
            if n:
                fell[list(self.rules)[i]] += n
        return pool.take(judged < 0)

    def capped(
        self, query: Query, candidates: Candidates, fell: Counter[str], without: Collection[str] = ()
    ) -> Candidates:
        """What the caps leave of items that stand best first."""
        return run({k: r for k, r in self.rules.items() if k in CAPS}, query, candidates, fell, without)

    def unfamiliar(self, kind: Kind) -> Callable[[Candidates], Candidates]:
        """Drops from a pool what the listener heard, and what is by somebody they heard."""
        section, familiar = self.stock.sections[kind], self.board.familiar

        def drop(pool: Candidates) -> Candidates:
            return pool.take(~familiar[pool.items] & ~familiar[section.artist[section.rows(pool.items)]])

        return drop

    def like(self, seeds: Sequence[int], kind: Kind | None = None) -> Query:
        """The request for items like some seeds."""
        query = self.board.query(kind or self.main)
        return replace(query, context=replace(query.context, seeds=tuple(seeds)))

    def anchors(self, kind: Kind) -> Ids:
        """The listener's newest item, then the strongest others, one an artist: what shelves and reasons rest on."""
        if kind not in self._anchors:
            self._anchors[kind] = self._choose_anchors(kind)
        return self._anchors[kind]

    def _choose_anchors(self, kind: Kind) -> Ids:
        query, section = self.board.query(kind), self.board.section(kind)
        if section is None or not len(query.history):
            return NO_IDS
        strong = self.sources["recent"](self.board)(query, 4 * ANCHORS).items
        newest = query.history[-1:] if query.at[-1] > query.at[0] else NO_IDS  # where the order means something
        skips = {"skipped-lately": self.rules["skipped-lately"]}
        items = run(skips, query, _plain(newest, strong), Counter())
        chosen: dict[int, int] = {}
        for item in items.items.tolist():
            rows = section.rows(np.array([item], np.int32))
            artist = int(section.artist[rows[0]]) if len(rows) else 0
            chosen.setdefault(artist or -item, item)
        return np.array(list(chosen.values())[:ANCHORS], np.int32)

    def _linked(self, kind: Kind) -> dict[int, int]:
        """Row of an item → the first anchor it is near to."""
        if kind not in self._links:
            links: dict[int, int] = {}
            for anchor in self.anchors(kind)[::-1].tolist():
                links.update(dict.fromkeys(self.stock.sections[kind].near(anchor)[0].tolist(), anchor))
            self._links[kind] = links
        return self._links[kind]

    def reasons(self, query: Query) -> Reasons:
        """What fits items of a kind, dearest first: by an artist known, like something heard, in a genre played; where
        none of these does, that the model chose it."""

        def fitting(items: Ids) -> list[tuple[Reason, ...]]:
            section = self.stock.sections[query.kind]
            rows = section.rows(items)
            links = self._linked(query.kind)
            artists, known = section.artist[rows], self.board.familiar[section.artist[rows]]
            genres, taste = section.genres, self.board.taste(query.kind)
            out = []
            for item, row, artist, familiar in zip(items.tolist(), rows.tolist(), artists.tolist(), known.tolist()):
                fit = [Reason("artist_known", (artist,))] if familiar and artist != item else []
                if seed := links.get(row, 0):
                    fit.append(Reason("similar_to", (seed,)))
                columns = genres.indices[genres.indptr[row] : genres.indptr[row + 1]]
                mine = taste[columns]
                if mine.max(initial=0) > 0:
                    fit.append(Reason("in_genre", words=(self.stock.genre_name(int(columns[np.argmax(mine)])),)))
                out.append(tuple(fit) or (Reason("suits"),))
            return out

        return fitting

    def why(self, query: Query, items: Ids) -> list[Reason]:
        """The dearest reason of each item."""
        return [fit[0] for fit in self.reasons(query)(items)]


def always(reason: Reason) -> Reasons:
    """One reason for every item."""
    return lambda items: [(reason,)] * len(items)


def each(reasons: Mapping[int, tuple[Reason, ...]]) -> Reasons:
    """The reasons of each item by its number."""
    return lambda items: [reasons[i] for i in items.tolist()]


def leaving_out(items: Ids) -> Callable[[Candidates], Candidates]:
    """Drops some items from a pool."""
    return lambda c: c.take(~among(c.items, items))


def together(pools: Sequence[Candidates]) -> Candidates:
    """One pool of several, each item where it stands first."""
    if len(pools) == 1:
        return pools[0]
    sources = tuple(dict.fromkeys(name for p in pools for name in p.sources))
    codes = [np.array([sources.index(s) for s in p.sources], np.int16)[p.source] for p in pools if len(p)]
    if not codes:
        return Candidates.none()
    full = [p for p in pools if len(p)]
    items, scores = np.concatenate([p.items for p in full]), np.concatenate([p.scores for p in full])
    return Candidates(items, scores, np.concatenate(codes), sources).first_of_each()


def _plain(*items: Ids) -> Candidates:
    all_items = np.concatenate(items)
    return Candidates.of(all_items, np.zeros(len(all_items), np.float32), "anchors").first_of_each()
