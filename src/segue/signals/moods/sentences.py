"""What a text encoder says of moods: how near a text lies to what each mood says of itself.

Zero-shot: nothing is learned. It tells what no word of the vocabulary names ("rain on a tin roof"), and less surely.
"""

from __future__ import annotations

import numpy as np

from segue.core.types import F32
from segue.signals.moods.suiting import VOCABULARY

SENTENCES = tuple(kind.says for kind in VOCABULARY)
"""One of each mood and activity, in the order of the columns."""
NEAR = (-0.05, 0.2)
"""The cosine with a mood, less the mean over moods, that counts nothing and that counts fully: of a hundred captions
some twenty lie below the first and one above the second."""
SHARE = 0.3
"""What the encoder counts beside the words of the vocabulary: nothing it says is surer than a word."""


def near(texts: F32, sentences: F32) -> F32:
    """(N, M) cosine of texts (N, E) with the SENTENCES (M, E), less each text's mean; zeros where there is no text."""
    told = texts @ sentences.T
    return np.asarray(told - told.mean(axis=1, keepdims=True), np.float32)


def with_sentences(said: F32, texts: F32, sentences: F32) -> F32:
    """(N, M) in [0, 1] what the vocabulary said (N, M), and for the smaller SHARE what the encoder says."""
    least, most = NEAR
    told = np.clip((near(texts, sentences) - least) / (most - least), 0, 1) * np.any(texts != 0, axis=1)[:, None]
    return np.asarray((1 - SHARE) * said + SHARE * told, np.float32)
