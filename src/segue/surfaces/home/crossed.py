"""Cards of a kind that a listener has hardly tried, from what they took of another, and what speaks for each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from segue.core.protocols import Scores
from segue.core.slates import Reason
from segue.core.types import F32, Candidates, Ids, Queries, Query
from segue.fitted.crossing import FEW
from segue.surfaces.home.kitchen import Kitchen

GENRES = 3  # leading genres that a reason may name


def hardly_tried(kitchen: Kitchen, query: Query) -> bool:
    """Whether the model of the kind has less to go by than the one that crosses to it, and there is one."""
    return query.kind in kitchen.stock.crossings and len(np.unique(query.history)) < FEW


def why_crossed(kitchen: Kitchen, query: Query, found: Candidates) -> list[tuple[Reason, ...]]:
    """Of each item what weighs most in it: a genre of the other kind, and something of it that was heard.

    The model is asked with the part of the history that is of one leading genre, and with single items. What raises an
    item most above where an empty history puts it, speaks for it.
    """
    stock, (main, model) = kitchen.stock, kitchen.stock.crossings[query.kind]
    section, heard = stock.sections[main], kitchen.board.query(main).history
    columns = kitchen.board.top_genres(main, GENRES)
    anchors = kitchen.anchors(main)
    inside = heard[section.holds(heard)]
    leading = section.leading_genres[:, columns].toarray()[section.rows(inside)] > 0
    parts = [inside[leading[:, c]] for c in range(len(columns))] + [a[None] for a in anchors]
    lifts = _lifts(model, query, found.items, parts)
    out = []
    for each in lifts.T:
        reasons = []
        genre, item = each[: len(columns)], each[len(columns) :]
        if genre.max(initial=0) > 0:
            reasons.append(Reason("same_taste", words=(stock.genre_name(columns[int(np.argmax(genre))]),)))
        if item.max(initial=0) > 0:
            reasons.append(Reason("crossed", (int(anchors[np.argmax(item)]),)))
        out.append(tuple(reasons) or (Reason("suits"),))
    return out


def _lifts(model: Scores, query: Query, items: Ids, parts: Sequence[Ids]) -> F32:
    """(P, K) how far each part of a history raises each item above where an empty one has it."""
    indptr = np.cumsum([0, 0, *map(len, parts)])  # the first is empty
    country = np.full(len(parts) + 1, query.context.country.encode()[:2], "S2")
    scores = model.score(Queries.of(indptr, np.concatenate([np.zeros(0, np.int32), *parts]), country=country))
    at = np.searchsorted(model.items, items)
    return np.asarray(scores[1:, at] - scores[:1, at], np.float32)
