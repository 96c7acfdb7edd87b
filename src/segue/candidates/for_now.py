"""The model asked twice: by all that was heard, and by what was heard around this hour on days like this one.

The two scores, each in its own standard deviations, are added; the second counts less the less was heard at this hour.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from segue.candidates._board import Board, pick
from segue.candidates._habits import STEADY
from segue.core.types import F32, Candidates, Query


@dataclass(frozen=True, slots=True)
class ForNow:
    board: Board

    def __call__(self, query: Query, n: int) -> Candidates:
        section = self.board.section(query.kind)
        if section is None or section.model is None or not section.known[section.rows(query.history)].any():
            return Candidates.none()
        scores = _standard(self.board.scores(query))
        here = self.board.habits(query.kind).here
        told = here > 0
        if told.any() and not told.all():
            part = replace(query, history=query.history[told], weights=query.weights[told], at=query.at[told])
            sure = float(here.sum() / (here.sum() + STEADY))
            scores = scores + sure * _standard(section.score(part.batch())[0])
        return pick(section, np.arange(len(section)), scores, n, "for-now")


def _standard(scores: F32) -> F32:
    """(n,) less their mean, in standard deviations; NaN stays."""
    known = scores[np.isfinite(scores)]
    spread = float(known.std()) if len(known) else 0.0
    return np.asarray((scores - known.mean()) / spread if spread > 0 else scores * 0, np.float32)


plugin = ForNow
