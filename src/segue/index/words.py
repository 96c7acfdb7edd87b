"""The words of short texts: which texts hold them, however they are written, and which words were likely meant.

Spelling is forgiven by the optimal string alignment distance (Damerau 1964, "A technique for computer detection and
correction of spelling errors"), to whole words or to their beginnings, worked out for the whole vocabulary at once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from segue.core.types import I32, Bools

LONGEST = 32  # letters of a word that count
FORGIVEN = {4: 1, 8: 2}  # letters of a word: how many of them may be wrong
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
_WORD = re.compile(r"[^\W_]+")
_APOSTROPHES = str.maketrans("", "", "'’ʼ`")


def words_of(text: str) -> list[str]:
    """The words of a text in order: lower case, without accents; what is neither letter nor digit parts them."""
    if not text.isascii():
        apart = unicodedata.normalize("NFKD", text.casefold())
        text = "".join(c for c in apart if not unicodedata.combining(c)).translate(_PLAIN)
    return [word[:LONGEST] for word in _WORD.findall(text.lower().translate(_APOSTROPHES))]


@dataclass(frozen=True)
class Words:
    """W different words of N texts."""

    vocabulary: NDArray[np.str_]  # (W,) sorted
    indptr: I32  # (W+1,)
    texts: I32  # which texts hold each word, sorted
    size: int  # N

    @classmethod
    def of(cls, texts: Iterable[list[str]]) -> Self:
        """From the words of each text."""
        codes: dict[str, int] = {}
        word: list[int] = []
        counts: list[int] = []
        for said in texts:
            distinct = set(said)
            word += [codes.setdefault(w, len(codes)) for w in distinct]
            counts.append(len(distinct))
        vocabulary = np.array(list(codes), dtype=f"U{LONGEST}")
        order = np.argsort(vocabulary)
        place = np.empty(len(order), np.int32)
        place[order] = np.arange(len(order))
        by = place[np.array(word, np.intp)]
        held = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
        indptr = np.concatenate([[0], np.cumsum(np.bincount(by, minlength=len(order)))]).astype(np.int32)
        return cls(vocabulary[order], indptr, held[np.argsort(by, kind="stable")], len(counts))

    def places(self, word: str, beginning: bool = False) -> NDArray[np.intp]:
        """Where a word stands in the vocabulary; all words that begin so, with `beginning`."""
        low = int(self.vocabulary.searchsorted(word))
        if beginning:
            return np.arange(low, int(self.vocabulary.searchsorted(word + "\U0010ffff")))
        there = low < len(self.vocabulary) and self.vocabulary[low] == word
        return np.arange(low, low + there)

    def holding(self, places: NDArray[np.intp]) -> Bools:
        """(N,) which texts hold any of these words of the vocabulary."""
        out = np.zeros(self.size, np.bool_)
        side_by_side = len(places) and places[-1] - places[0] + 1 == len(places)
        for low, high in [(places[0], places[-1] + 1)] if side_by_side else zip(places, places + 1):
            out[self.texts[self.indptr[low] : self.indptr[high]]] = True
        return out

    def likely(self, word: str, beginning: bool = False) -> NDArray[np.intp]:
        """Words of the vocabulary that are nearest to one that is not in it, where they are near enough."""
        most = max((wrong for letters, wrong in FORGIVEN.items() if len(word) >= letters), default=0)
        if not most or not len(self.vocabulary):
            return np.zeros(0, np.intp)
        off = self._distances(word, beginning)
        nearest = int(off.min())
        return np.flatnonzero(off == nearest) if nearest <= most else np.zeros(0, np.intp)

    @cached_property
    def _letters(self) -> NDArray[np.uint32]:
        """(LONGEST, W) code points of the words, 0 after their end."""
        return np.ascontiguousarray(self.vocabulary.view(np.uint32).reshape(len(self.vocabulary), LONGEST).T)

    def _distances(self, word: str, beginning: bool) -> NDArray[np.int16]:
        """(W,) letters that are wrong, too many, missing or swapped with the next."""
        letters, lengths = self._letters, np.char.str_len(self.vocabulary)
        said = [ord(c) for c in word]
        longest = min(LONGEST, len(said) + max(FORGIVEN.values()))  # longer words are farther off anyway
        columns = np.arange(longest + 1, dtype=np.int16)[:, None]
        before = now = np.broadcast_to(columns, (longest + 1, len(lengths))).copy()
        for i, letter in enumerate(said, start=1):
            older, before, now = before, now, np.empty_like(now)
            now[0] = i
            for j in range(1, longest + 1):
                wrong = (letters[j - 1] != letter).astype(np.int16)
                np.minimum(before[j] + 1, now[j - 1] + 1, out=now[j])
                np.minimum(now[j], before[j - 1] + wrong, out=now[j])
                if i > 1 and j > 1:
                    swapped = (letters[j - 1] == said[i - 2]) & (letters[j - 2] == letter)
                    np.minimum(now[j], np.where(swapped, older[j - 2] + 1, now[j]), out=now[j])
        if beginning:
            return np.asarray(now.min(axis=0, initial=LONGEST, where=columns <= lengths[None, :]))
        ends = now[np.minimum(lengths, longest), np.arange(len(lengths))]
        return np.where(lengths <= longest, ends, np.int16(LONGEST))
