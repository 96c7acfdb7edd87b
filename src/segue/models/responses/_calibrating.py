"""Fitting a form and, on rows held out of it, what its logits mean."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from segue.core.types import F32, F64
from segue.fitted.responses import Beta, Form, Response
from segue.models.responses._descent import lowest
from segue.models.responses._rows import Rows, dealt

PRIOR = 10.0  # rows' worth of trust that a form is calibrated by itself
MANY = 100_000  # rows: with more of them one fold is enough to calibrate on


def calibrated(
    make: Callable[[Rows, np.random.Generator], Form], rows: Rows, folds: int, rng: np.random.Generator
) -> Response:
    """The form of all rows; calibrated by the logits that forms of the other folds give a fold."""
    form = make(rows, rng)
    if len(rows) < 2 * folds or folds < 2:
        return Response(rows.names, form, Beta())
    fold, logit = dealt(len(rows), folds, rng), np.zeros(len(rows), np.float32)
    judged = np.zeros(len(rows), bool)
    for f in range(folds if len(rows) <= MANY else 1):
        rest = rows.where(fold != f)
        if 0 < float(rest.weight @ rest.label) < float(rest.weight.sum()):
            logit[fold == f] = make(rest, rng).logit(rows.features[fold == f])
            judged |= fold == f
    return Response(rows.names, form, beta(logit[judged], rows.label[judged], rows.weight[judged]))


def beta(logit: F32, label: F32, weight: F32) -> Beta:
    """The calibration of least log loss on (n,) rows."""
    if not len(logit):
        return Beta()
    z, y, w = logit.astype(np.float64), label.astype(np.float64), weight.astype(np.float64)
    low = np.logaddexp(0, -z)  # -ln p
    terms = np.stack([-low, low + z, np.ones_like(z)], axis=1)  # (n, 3)
    start, n = np.array([1.0, 1.0, 0.0]), float(w.sum())

    def loss(theta: F64) -> tuple[float, F64]:
        raised = terms @ theta
        p = 1 / (1 + np.exp(-np.clip(raised, -35, 35)))
        away = theta - start
        value = w @ (np.logaddexp(0, raised) - y * raised) + PRIOR / 2 * away @ away
        return float(value) / n, (terms.T @ (w * (p - y)) + PRIOR * away) / n

    a, b, c = lowest(loss, start, 200, bounds=[(0.01, None), (0.01, None), (None, None)]).tolist()
    return Beta(a, b, c)
