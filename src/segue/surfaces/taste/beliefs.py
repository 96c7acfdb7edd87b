"""Genres, people, places of the taste space and kinds: each with its share of the taste and the plays it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from segue.candidates import Board
from segue.core.types import Kind, Query
from segue.store.building import REAL_TIME
from segue.store.tuning import Tuning
from segue.surfaces.serving import Serving
from segue.surfaces.taste.views import Belief

MOST, FEWER = 12, 6  # beliefs of the kind that most is taken of, and of each other
BECAUSE = 3  # items named for a belief
ERASED = 400  # items of one taste that are named to take it out


def genres_of(serving: Serving, board: Board, kinds: Sequence[Kind], tuning: Tuning) -> tuple[Belief, ...]:
    out = []
    for n, kind in enumerate(kinds):
        section, query, shares = serving.stock.sections[kind], board.query(kind), board.taste(kind)
        of_play = section.genres[section.rows(query.history)].tocsc()
        for c in np.lexsort((np.arange(len(shares)), -shares))[: FEWER if n else MOST].tolist():
            if shares[c] > 0:
                name = serving.stock.genre_name(c)
                mine = of_play.indices[of_play.indptr[c] : of_play.indptr[c + 1]]
                out.append(_belief(
                    serving, query, mine, name=name, share=round(float(shares[c]), 4), subject=f"genre:{name}",
                    value=tuning.value(("genre", name.casefold(), 0)), erase=(f"plays:genre:{name}",),
                ))  # fmt: skip
    return tuple(out)


def favourites_of(serving: Serving, board: Board, kinds: Sequence[Kind], tuning: Tuning) -> tuple[Belief, ...]:
    """By who made what was taken, or the thing itself where nobody is known to have."""
    out = []
    for n, kind in enumerate(kinds):
        section, query = serving.stock.sections[kind], board.query(kind)
        items, strength = board.distinct(query)
        maker = np.where((by := section.artist[section.rows(items)]) > 0, by, items)
        makers, where = np.unique(maker, return_inverse=True)
        total = np.bincount(where, strength, len(makers))
        of_play = maker[np.searchsorted(items, query.history)]
        for m in np.lexsort((makers, -total))[: FEWER if n else MOST].tolist():
            number, uri = int(makers[m]), serving.cards.person(int(makers[m])).uri
            out.append(_belief(
                serving, query, np.flatnonzero(of_play == number), name=serving.stock.name(number),
                share=round(float(total[m] / total.sum()), 4), subject=f"item:{uri}",
                value=tuning.value(("item", number, 0)), erase=(f"plays:item:{uri}",),
            ))  # fmt: skip
    return tuple(out)


def tastes_of(serving: Serving, board: Board, kind: Kind) -> tuple[Belief, ...]:
    """Each named by the genre of what was heard near it, and by what lies nearest."""
    space, query = serving.stock.space, board.query(kind)
    points, shares = board.points(kind)
    if space is None or not len(points) or not len(query.history):
        return ()
    items, strength = board.distinct(query)
    rows = space.rows(items)
    mine = np.where(rows >= 0, (space.vectors[rows] @ points.T).argmax(axis=1), -1)
    of_play = mine[np.searchsorted(items, query.history)]
    section, out = serving.stock.sections[kind], []
    for p, share in enumerate(shares.tolist()):
        own, near = items[mine == p], serving.stock.nearest(points[p], BECAUSE, kind)[0]
        profile = (section.genres[section.rows(own)].T @ strength[mine == p]) * section.rarity
        best = [int(c) for c in np.argsort(-profile, kind="stable")[:2] if profile[c] > 0]
        names = [serving.stock.genre_name(c) for c in best] or [serving.stock.name(int(i)) for i in near[:2]]
        uris = (serving.cards.person(int(i)).uri for i in own[:ERASED])
        found = _belief(
            serving, query, np.flatnonzero(of_play == p), name=" · ".join(names), share=round(float(share), 4),
            erase=tuple(f"plays:item:{uri}" for uri in uris),
        )  # fmt: skip
        out.append(found)
    return tuple(out)


def kinds_of(board: Board, kinds: Sequence[Kind], tuning: Tuning) -> tuple[Belief, ...]:
    counts = {kind: len(board.query(kind).history) for kind in kinds}
    total = sum(counts.values())
    return tuple(
        Belief(name=kind.label, share=round(n / total, 4), subject=f"kind:{kind.label}", kind=kind.label, plays=n,
               value=tuning.value(("kind", kind.label, 0)))
        for kind, n in counts.items()
    )  # fmt: skip


def _belief(serving: Serving, query: Query, mine: Any, **said: Any) -> Belief:
    """With the plays `mine` (E,) of a query as what it rests on."""
    items, at = query.history[mine], query.at[mine]
    each, where = np.unique(items, return_inverse=True)
    count = np.bincount(where, minlength=len(each))
    best = each[np.lexsort((each, -count))][:BECAUSE]
    real = at[at >= REAL_TIME]
    because = tuple(serving.cards.person(int(i)) for i in best)
    return Belief(
        plays=len(items), since=int(real.min()) if len(real) else 0, because=because, kind=query.kind.label, **said
    )  # fmt: skip
