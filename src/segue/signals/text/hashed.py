"""Words as vectors without a model: what is spelled alike lies close together, whatever it means."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b

import numpy as np

from segue.core.types import F32, F64, I32

WORD = re.compile(r"\w+")
GRAMS = (3, 4)  # letters; of a word between its bounds
BUCKETS = 1 << 16
SIGNS = 8  # coordinates that a feature touches
_COMMON = (
    "a an and are as at by das de der des die du e el en et for from i il in is la le les los of on or que the to u un "
    "una und une with y"
)
COMMON = frozenset(_COMMON.split())


class Hashed:
    """Words and their letter n-grams, hashed, weighted log(1 + count), projected at random to 512 dimensions.

    The projection is sparse (Li, Hastie and Church 2006) and follows from a fixed seed: the same text has the same
    vector everywhere. A word counts like all of its n-grams together; the commonest words of a few languages do not.
    """

    name = "hashed-ngrams/1"
    dimensions = 512

    def __init__(self) -> None:
        rng = np.random.default_rng(512)
        self._place: I32 = rng.integers(0, self.dimensions, (BUCKETS, SIGNS)).astype(np.int32)
        self._sign: F32 = rng.choice(np.array([-1, 1], np.float32), (BUCKETS, SIGNS))

    def encode(self, texts: Sequence[str]) -> F32:
        """(n, 512)."""
        out = np.zeros((len(texts), self.dimensions), np.float32)
        for i, text in enumerate(texts):
            out[i] = self._one(text)
        return out

    def _one(self, text: str) -> F32:
        sums: F64 = np.zeros(self.dimensions)
        for word, count in Counter(words(text)).items():
            buckets, weights = features(word)
            value = np.log1p(count) * weights[:, None] * self._sign[buckets]
            sums += np.bincount(self._place[buckets].ravel(), value.ravel(), self.dimensions)
        length = float(np.linalg.norm(sums))
        return np.asarray(sums / length if length > 0 else sums, np.float32)


def words(text: str) -> list[str]:
    """Words in small letters without accents, less the commonest."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    found = WORD.findall("".join(c for c in plain if not unicodedata.combining(c)))
    return [w for w in found if w not in COMMON]


@lru_cache(100_000)
def features(word: str) -> tuple[I32, F32]:
    """(F,) buckets of a word and its n-grams, and (F,) how much each counts."""
    bound = f"<{word}>"
    grams = [bound[i : i + n] for n in GRAMS for i in range(len(bound) - n + 1)]
    texts = [word, *(f"#{g}" for g in grams)]
    buckets = [int.from_bytes(blake2b(t.encode(), digest_size=4).digest()) % BUCKETS for t in texts]
    weights = np.full(len(texts), 1 / np.sqrt(max(1, len(grams))), np.float32)
    weights[0] = 1
    return np.array(buckets, np.int32), weights
