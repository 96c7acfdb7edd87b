"""Moods and activities that a text names: tags, titles, captions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

import numpy as np

from segue.core.types import F32
from segue.signals.moods.suiting import NAMES, VOCABULARY

_ENGLISH, _OTHERS = (
    "no not non never without less nothing",
    "nicht kein keine ohne pas sans sin nunca senza sem inte ej",
)
NOT = frozenset(f"{_ENGLISH} {_OTHERS}".split())
"""Words that take back the one after them."""
LONGEST = 100_000  # characters of a text that are read
WORD = re.compile(r"[^\W_]+")
Columns = tuple[int, ...]


def words_of(text: str) -> list[str]:
    """Lower case, without accents; marks, underscores and hyphens part words."""
    plain = unicodedata.normalize("NFKD", text[:LONGEST].casefold())
    return WORD.findall(unicodedata.normalize("NFC", "".join(c for c in plain if not _accent(c))))


def _accent(character: str) -> bool:
    """Of a Latin or Cyrillic letter; a Japanese voicing mark is none, it makes another letter."""
    return "\u0300" <= character <= "\u036f"


def read(text: str) -> F32:
    """(M,) 1 for each of NAMES that the text says and does not deny, else 0."""
    out = np.zeros(len(NAMES), np.float32)
    words, lexicon = words_of(text), _lexicon()
    at = 0
    while at < len(words):
        size, columns = lexicon.at(words, at)
        if columns and not (at and words[at - 1] in NOT):
            out[list(columns)] = 1
        at += size
    return out


def read_all(texts: Iterable[str]) -> F32:
    """(T, M) what each text says; equal texts are read once."""
    known: dict[str, F32] = {}
    rows = [known[t] if t in known else known.setdefault(t, read(t)) for t in texts]
    return np.stack(rows) if rows else np.zeros((0, len(NAMES)), np.float32)


class _Lexicon:
    """Entries of the vocabulary by their first word, and by the beginning of it where that is enough."""

    def __init__(self) -> None:
        self.entries: dict[str, list[tuple[tuple[str, ...], set[int]]]] = {}
        for column, kind in enumerate(VOCABULARY):
            for entry in (*kind.words.split(","), kind.name):
                self._add(entry, column)

    def _add(self, entry: str, column: int) -> None:
        star = entry.rstrip().endswith("*")
        words = words_of(entry)
        pattern = (*words[:-1], words[-1] + "*" * star)
        known = self.entries.setdefault(words[0] if len(words) > 1 or not star else pattern[0], [])
        same = next((columns for other, columns in known if other == pattern), None)
        if same is None:
            known.append((pattern, {column}))
        else:
            same.add(column)

    def at(self, words: list[str], start: int) -> tuple[int, Columns]:
        """How many words the longest entry at a place takes, and what it says; 1 and nothing where none fits."""
        first, best, columns = words[start], (1, 0), set[int]()
        for key in (first, *(first[:n] + "*" for n in range(1, len(first) + 1))):
            for pattern, found in self.entries.get(key, ()):
                length = (len(pattern), sum(map(len, pattern)) - pattern[-1].endswith("*"))
                if length >= best and _fits(pattern, words[start : start + len(pattern)]):
                    columns = columns | found if length == best else found
                    best = length
        return best[0], tuple(sorted(columns))


def _fits(pattern: tuple[str, ...], words: list[str]) -> bool:
    last = pattern[-1]
    if len(words) < len(pattern) or list(pattern[:-1]) != words[:-1]:
        return False
    return words[-1].startswith(last[:-1]) if last.endswith("*") else words[-1] == last


@cache
def _lexicon() -> _Lexicon:
    return _Lexicon()
