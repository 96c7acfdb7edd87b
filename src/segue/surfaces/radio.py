"""A radio from any seed: what lies near it, shuffled with care, page after page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from segue.candidates import strengths
from segue.core.types import F32, I64, Candidates, Ids, Kind, Query, among
from segue.fitted._tastes import tastes
from segue.surfaces.home.kitchen import NOT_CAPPED, Kitchen

SOURCES = ("near-seeds", "similar-to-seed", "by-genre")  # the first that has something
POOL = 2_000  # items that a station has, at most
LOOSENESS = 0.05  # of a cosine: how much chance may change the order
OWN = 0.3  # how much the nearest taste of the listener counts beside the seed
BETWEEN = 4  # items between two by one artist, where there are others
AHEAD = 200  # items looked at for one by another artist


def radio(
    kitchen: Kitchen, kind: Kind, seeds: Sequence[int], words: Sequence[str], n: int, page: int, shuffle: int
) -> tuple[Ids, F32]:
    """(K,), (K,) page `page` (from 0) of n items of a station, and how near to its seeds each lies: 1 is nearest.

    A station follows from its seeds, the number of its shuffle, the listener and the release. Pages repeat nothing
    until all that is near was played; then it begins again in another order. Seeds that can be played come first.
    """
    query = kitchen.board.query(kind)
    first = _playable(kitchen, kind, seeds)
    pool = kitchen.allowed(query, _near(kitchen, kind, seeds, words), NOT_CAPPED)
    pool = pool.take(~among(pool.items, first))
    length = len(first) + len(pool)
    items, near = [np.zeros(0, np.int32)], [np.zeros(0, np.float32)]
    start, stop = n * page, n * (page + 1)
    for turn in range(start // length, (stop - 1) // length + 1) if length else ():
        found = _shuffled(kitchen, query, pool, np.random.default_rng([shuffle, turn]))
        whole = np.concatenate([first, found.items]), np.concatenate([np.ones(len(first), np.float32), found.scores])
        part = slice(max(0, start - turn * length), stop - turn * length)
        items.append(whole[0][part])
        near.append(whole[1][part])
    return np.concatenate(items), np.concatenate(near)


def _playable(kitchen: Kitchen, kind: Kind, seeds: Sequence[int]) -> Ids:
    facts = kitchen.stock.facts
    given = np.array(list(dict.fromkeys(seeds)), np.int32)
    playable: Ids = given[facts.kind[facts.rows(given)] == kind]
    return playable


def _near(kitchen: Kitchen, kind: Kind, seeds: Sequence[int], words: Sequence[str]) -> Candidates:
    """At most POOL items near to any of the seeds or words, nearest first: 1 is as near as any is to that seed."""
    query = kitchen.board.query(kind)
    for name in SOURCES:
        source = kitchen.sources[name](kitchen.board)
        asked = [replace(query.context, seeds=(seed,), words="") for seed in seeds]
        asked += [replace(query.context, seeds=(), words=each) for each in words]
        pools = [pool for c in asked if len(pool := source(replace(query, context=c), POOL))]
        if pools:  # each counts by its own nearest, so that one that lies in a crowd does not drown the others
            merged = [Candidates.of(p.items, p.scores / max(float(p.scores[0]), 1e-9), name) for p in pools]
            columns = np.concatenate([p.items for p in merged]), np.concatenate([p.scores for p in merged])
            return Candidates.of(*columns, name).top(len(columns[0])).first_of_each().top(POOL)
    return Candidates.none()


def _shuffled(kitchen: Kitchen, query: Query, pool: Candidates, rng: np.random.Generator) -> Candidates:
    """All of a pool: near ones early, by chance; the listener's own taste counts, and so does their dial."""
    score = pool.scores + OWN * _own(kitchen, query, pool.items)
    score = score + LOOSENESS * rng.gumbel(size=len(pool)).astype(np.float32)  # as drawn one by one, softmax
    ranked = kitchen.leaned(query, kitchen.rankers["dial"](query, pool.rescored(score)).top(len(pool)))
    near = dict(zip(pool.items.tolist(), pool.scores.tolist(), strict=True))
    ranked = ranked.rescored(np.array([near[i] for i in ranked.items.tolist()], np.float32))
    artist = kitchen.stock.facts.artist[kitchen.stock.facts.rows(ranked.items)]
    return ranked.take(spaced(artist, BETWEEN))


def _own(kitchen: Kitchen, query: Query, items: Ids) -> F32:
    """(K,) how near each item is to the nearest of the listener's tastes; 0 where there is none."""
    space = kitchen.stock.space
    if space is None or not len(query.history):
        return np.zeros(len(items), np.float32)
    heard = space.rows(query.history)
    weights = strengths(query.weights, query.at)[heard >= 0]
    points, _ = tastes(np.asarray(space.vectors[heard[heard >= 0]]), weights)
    rows = space.rows(items)
    near = (space.vectors[rows] @ points.T).max(axis=1, initial=0)
    return np.asarray(np.where(rows >= 0, near, 0), np.float32)


def spaced(groups: Ids, between: int) -> I64:
    """(N,) an order of N places, as near to theirs as may be, in which two of a group (N,) above 0 stand apart.

    Where only groups that just stood are left, the one whose turn is longest ago comes.
    """
    waiting, out, last = list(range(len(groups))), list[int](), dict[int, int]()
    while waiting:
        ahead = groups[waiting[:AHEAD]].tolist()
        free = (i for i, g in enumerate(ahead) if g <= 0 or len(out) - last.get(g, -between - 1) > between)
        at = next(free, None)
        if at is None:
            at = min(range(len(ahead)), key=lambda i: last[ahead[i]])
        row = waiting.pop(at)
        last[int(groups[row])] = len(out)
        out.append(row)
    return np.array(out, np.int64)
