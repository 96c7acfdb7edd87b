"""What the catalogue says of its items in words, as vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from segue.core.types import F32, Kind
from segue.models._compose import unit_rows
from segue.signals.text.cache import TextCache
from segue.signals.text.document import document
from segue.store.catalogue_view import CatalogueView

TEXTS = Path("signals") / "text"  # where a workspace keeps what was encoded
TAGGED = 5_000  # different tags that are read: those on most items
NAMED_ONLY = (Kind.TRACK, Kind.ALBUM, Kind.ARTIST)
"""Whose titles are read only where there is neither a tag nor a description: they say little of how something sounds,
and are as many as there are items."""


def text_vectors(facts: CatalogueView, tags: sp.csr_array, cache: TextCache, say: Callable[[str], None]) -> F32:
    """(N, E) of every item, of length 1; zeros where nothing is said of it.

    The mean of what its passages are, and of its tags (N, T) together: each tag counts by the logarithm of how often it
    was applied, and the rarer the more.
    """
    said, words = passages_of(facts, tags), _telling(tags)
    names = [facts.tag_names[t] for t in words]
    distinct = sorted(set(chain.from_iterable(said)).union(names))
    vectors = cache.encode(distinct, lambda done, of: say(f"  words: {done} of {of} texts"))
    place = {text: i for i, text in enumerate(distinct)}
    of_tags = unit_rows(np.asarray(tag_weights(tags)[:, words] @ vectors[[place[n] for n in names]], np.float32))
    return unit_rows(of_tags + _means(said, place, vectors))


def tag_weights(tags: sp.csr_array) -> sp.csr_array:
    """(N, T) log(1 + times applied) * log(N / items with it), each item's adding up to 1."""
    there = np.bincount(tags.indices[tags.data > 0], minlength=tags.shape[1])
    rare = np.log(tags.shape[0] / np.maximum(there, 1)).astype(np.float32)
    out = sp.csr_array((np.log1p(tags.data) * rare[tags.indices], tags.indices, tags.indptr), tags.shape)
    total = np.asarray(out.sum(axis=1)).ravel()
    out.data = (out.data / np.repeat(np.maximum(total, 1e-9), np.diff(out.indptr))).astype(np.float32)
    return out


def passages_of(facts: CatalogueView, tags: sp.csr_array) -> list[list[str]]:
    """Of every item what is said of it, and of who made it."""
    about = [facts.description(n) for n in facts.items.tolist()]
    artist = np.where(facts.artist > 0, facts.rows(facts.artist), -1).tolist()
    tagged = (np.diff(tags.indptr) > 0).tolist()
    out = []
    for row, number in enumerate(facts.items.tolist()):
        plain = (tagged[row] or about[row]) and int(facts.kind[row]) in NAMED_ONLY
        who = about[artist[row]] if artist[row] not in (-1, row) else ""
        out.append(document("" if plain else title_of(facts, number), about[row], who))
    return out


def title_of(facts: CatalogueView, number: int) -> str:
    """The title of an item; "" where it is but the id that a source knows it by, and says nothing."""
    title = facts.title(number)
    bare = any(c.isdigit() for c in title) and any(title == id for _, id in facts.sources(number))
    return "" if bare else title


def _telling(tags: sp.csr_array) -> list[int]:
    """Columns of the tags on most items, in order."""
    there = np.bincount(tags.indices[tags.data > 0], minlength=tags.shape[1])
    most = np.lexsort((np.arange(len(there)), -there))[:TAGGED]
    return sorted(most[there[most] > 0].tolist())


def _means(said: Sequence[Sequence[str]], place: dict[str, int], vectors: F32) -> F32:
    """(N, E) sums of the vectors of the passages of each item."""
    columns = np.array([place[text] for text in chain.from_iterable(said)], np.int64)
    indptr = np.concatenate([[0], np.cumsum([len(texts) for texts in said])])
    ones = np.ones(len(columns), np.float32)
    return np.asarray(sp.csr_array((ones, columns, indptr), (len(said), len(vectors))) @ vectors, np.float32)
