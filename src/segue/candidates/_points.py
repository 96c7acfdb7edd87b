"""Where the seeds and the words of a request lie in the taste space."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from segue.candidates._stock import Stock
from segue.core.errors import InputError
from segue.core.types import F32, Ids, Kind

EXAMPLES = 50  # items of a genre that stand for it, the most popular first


def points_of(stock: Stock, seeds: Sequence[int], words: str, kind: Kind | None = None) -> F32:
    """(P, D) one unit point for every seed and for the words, where they can be placed.

    A seed without a point stands for what belongs to it: an artist or album for their tracks, a genre for its items.
    Words are a genre's name; others are placed where the space can read, for items of a kind.
    """
    space = stock.space
    if space is None:
        return np.zeros((0, 1), np.float32)
    found = [_of_item(stock, seed) for seed in seeds] + ([_of_words(stock, words, kind)] if words else [])
    points = [p / np.linalg.norm(p) for p in found if p is not None and np.linalg.norm(p) > 1e-9]
    return np.array(points, np.float32).reshape(-1, space.dimensions)


def _of_item(stock: Stock, number: int) -> F32 | None:
    assert stock.space is not None
    point = stock.space.point(number)
    if point is not None:
        return point
    facts = stock.facts
    row = int(facts.rows(np.array([number], np.int32))[0])
    if row < 0:
        return None
    if facts.kind[row] == Kind.GENRE:
        return _of_words(stock, stock.name(number), None)
    return _middle(stock, facts.items[(facts.artist == number) | (facts.album == number)])


def _of_words(stock: Stock, words: str, kind: Kind | None) -> F32 | None:
    """A genre's middle; else where the space puts the words, if it can read."""
    assert stock.space is not None
    columns = stock.genre_columns(words)
    section = stock.sections[stock.primary]
    leading = section.leading_genres
    rows = [leading.indices[leading.indptr[c] : leading.indptr[c + 1]] for c in columns]
    of_genre = _middle(stock, section.items[np.unique(np.concatenate(rows))]) if rows else None
    if of_genre is not None or stock.space.words is None:
        return of_genre
    try:
        return stock.space.place(words, kind)
    except InputError:  # they say nothing
        return None


def _middle(stock: Stock, items: Ids) -> F32 | None:
    """The mean of the best known of some items."""
    assert stock.space is not None
    rows = stock.space.rows(items)
    items, rows = items[rows >= 0], rows[rows >= 0]
    if not len(rows):
        return None
    best = np.lexsort((items, -stock.popularity(items)))[:EXAMPLES]
    return np.asarray(stock.space.vectors[rows[best]].mean(axis=0), np.float32)
