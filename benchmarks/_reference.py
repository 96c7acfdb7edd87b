"""gensim's word2vec as a reference: tuned on inner splits, run by the Python of another environment."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from segue.core.types import F32, Interactions
from segue.fitted._reading import Reading
from segue.fitted.taste_points import TastePoints

WORKER = Path(__file__).with_name("_gensim_vectors.py")
START: dict[str, Any] = {"vector_size": 64, "window": 20, "epochs": 40, "ns_exponent": 0.75, "sample": 1e-3,
                         "negative": 5, "alpha": 0.025}  # fmt: skip
AXES: dict[str, tuple[Any, ...]] = {"ns_exponent": (0.0, -0.5), "epochs": (80,)}
DECAYS = (1.0, 0.98, 0.95, 0.9, 0.8)  # of histories: as its query is read, not a parameter of gensim's


@dataclass(frozen=True)
class Word2Vec:
    python: str  # of an environment with gensim
    workers: int = 2

    def vectors(
        self, data: Interactions, settings: Mapping[str, Any], seed: int = 1
    ) -> tuple[F32, tuple[float, float]]:
        """(N, D) of length 1, and seconds by the clock and of processors, from lists of tokens to vectors."""
        with tempfile.TemporaryDirectory() as folder:
            given, found = Path(folder) / "in.npz", Path(folder) / "out.npz"
            np.savez(given, rows=data.rows, indptr=data.indptr, items=len(data.items))
            asked = json.dumps({**settings, "seed": seed, "workers": self.workers})
            subprocess.run([self.python, str(WORKER), str(given), str(found), asked], check=True)
            with np.load(found) as out:
                return out["vectors"], (float(out["seconds"]), float(out["processor"]))

    def tuned(
        self,
        parts: Sequence[Interactions],
        score: Callable[[int, TastePoints], float],
        say: Callable[[str], None],
        start: Mapping[str, Any] = START,
        axes: Mapping[str, tuple[Any, ...]] = AXES,
    ) -> tuple[dict[str, Any], float]:
        """Settings and decay that do best: one pass of coordinate search by the mean of `score(part, model)`."""

        def tried(settings: dict[str, Any]) -> tuple[float, float]:
            made = [self.vectors(data, settings)[0] for data in parts]
            means = {d: float(np.mean([score(p, read(parts[p], v, d)) for p, v in enumerate(made)])) for d in DECAYS}
            decay = max(means, key=lambda d: means[d])
            say(f"  gensim {settings} decay {decay}: {means[decay]:.4f}")
            return means[decay], decay

        best = dict(start)
        top, decay = tried(best)
        for name, values in axes.items():
            for value in values:
                other = {**best, name: value}
                found, its = tried(other)
                if found > top:
                    best, top, decay = other, found, its
        return best, decay


def read(data: Interactions, vectors: F32, decay: float, last: int = 200) -> TastePoints:
    """Vectors as they are usually asked: the cosine of an item and the mean of a history, the newest counting most."""
    return TastePoints(data.items, vectors, np.zeros(len(data.items), np.float32), 0.0, 1, Reading(decay, 0.0, last))
