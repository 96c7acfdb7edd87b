"""Where a playlist lies by its title and description alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segue.core.types import F32, F64
from segue.fitted.space.foretelling import Foretelling

RIDGES = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)  # in units of the mean square of a text


@dataclass(frozen=True)
class Titles:
    """A map from words to how a playlist differs from the mean of all, and what it says of each without having seen it.

    A place is `mean + foretelling({"text": texts})`; without any words the mean is all there is.
    """

    foretelling: Foretelling
    mean: F32  # (D,)
    ridge: float
    left_out: F32  # (P, D) the place of each by the map that is fitted on all others


def map_titles(texts: F32, points: F32) -> Titles:
    """Ridge regression of points (P, D) on texts (P, E), none of them zeros, with the ridge that does best left out.

    Playlists with words are few, so that it is solved by a system of their number; what each is foretold by all others
    then costs no further fit (Allen 1974, PRESS: a residual over 1 - leverage, the mean fitted with the rest).
    """
    p = len(texts)
    centre, mean = texts.mean(axis=0), points.mean(axis=0)
    x, y = (texts - centre).astype(np.float64), (points - mean).astype(np.float64)
    gram = x @ x.T
    size = max(float(np.trace(gram)) / max(p, 1), 1e-12)
    tried = [(ridge, *_solved(gram, y, ridge * size)) for ridge in RIDGES]
    ridge, dual, residual = max(tried, key=lambda t: _cosine(y - t[2], y))
    foretelling = Foretelling({"text": centre}, {"text": np.asarray(x.T @ dual, np.float32)})
    return Titles(foretelling, mean, ridge, np.asarray(points - residual, np.float32))


def _solved(gram: F64, y: F64, penalty: float) -> tuple[F64, F64]:
    """(P, D) dual weights and (P, D) residuals left out."""
    p = len(gram)
    inverse = np.linalg.inv(gram + penalty * np.eye(p))
    dual = inverse @ y
    leverage = penalty * np.diag(inverse) - 1 / p
    return dual, penalty * dual / np.maximum(leverage, 1e-12)[:, None]


def _cosine(foretold: F64, truth: F64) -> float:
    lengths = np.linalg.norm(foretold, axis=1) * np.linalg.norm(truth, axis=1)
    return float((np.einsum("pd,pd->p", foretold, truth) / np.maximum(lengths, 1e-12)).mean())
