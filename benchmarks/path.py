"""How even and how small the steps of a sonic path are: python benchmarks/path.py [--pairs 200]

Over random pairs of tracks in the space of the playlist archive, ten tracks with both ends, one an artist. Beside the
path: the tracks nearest to even places on the straight way (what interpolation gives), and random tracks. Prints one
JSON object each: the mean step and the largest step of a path as angles in degrees, how much larger the largest is than
the mean, and the share of steps that go forward.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from segue.core.types import F32, Ids, Kind
from segue.fitted.space import Origin, Space
from segue.fitted.space.path import AROUND, places, progress, walk
from segue.importers import IMPORTERS
from segue.jobs.ingest import ingest
from segue.jobs.space import make_space
from segue.store import snapshot
from segue.store.workspace import Workspace

ARCHIVE = Path(os.environ.get("SEGUE_DATA", "../shared/data")) / "playlist-archive"
BETWEEN = 8


def archive() -> tuple[F32, Ids]:
    """Tracks of the space of the playlist archive, and their artists."""
    with tempfile.TemporaryDirectory() as folder, Workspace.create(Path(folder) / "ws") as workspace:
        ingest(workspace, "playlist-archive", IMPORTERS["playlist-archive"](), ARCHIVE, "default")
        taken = snapshot.take(workspace, "default")
        made = make_space(Path(folder) / "ws" / "runs", taken, 0, lambda _: None)
        assert made is not None
        space = Space.load(made)
        rows = np.flatnonzero((space.kind == Kind.TRACK) & (space.origin == Origin.HEARD))
        facts = taken.catalogue
        return np.array(space.vectors[rows]), np.array(facts.artist[facts.rows(space.items[rows])])


def judge(vectors: F32, pairs: np.ndarray, way: Callable[[int, int], np.ndarray]) -> dict[str, float]:
    mean, most, forward = [], [], []
    started = time.perf_counter()
    for a, b in pairs.tolist():
        points = vectors[[a, *way(a, b).tolist(), b]]
        steps = np.degrees(np.arccos(np.clip((points[1:] * points[:-1]).sum(axis=1), -1, 1)))
        mean.append(steps.mean())
        most.append(steps.max())
        forward.append((np.diff(progress(vectors[a], vectors[b], points)) > 0).mean())
    return {
        "mean_step": float(np.mean(mean)), "largest_step": float(np.mean(most)),
        "uneven": float(np.mean(np.array(most) / np.array(mean))), "forward": float(np.mean(forward)),
        "ms": (time.perf_counter() - started) / len(pairs) * 1000,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=200)
    args = parser.parse_args()
    vectors, artist = archive()
    rng = np.random.default_rng(0)
    pairs = rng.integers(0, len(vectors), (args.pairs, 2))

    def path(a: int, b: int) -> np.ndarray:
        near = [np.argpartition(-(vectors @ p), AROUND)[:AROUND] for p in places(vectors[a], vectors[b], BETWEEN)]
        pool = np.setdiff1d(np.concatenate(near), [a, b])
        return pool[walk(vectors[a], vectors[b], vectors[pool], artist[pool], BETWEEN)]

    def straight(a: int, b: int) -> np.ndarray:
        out: list[int] = []
        for p in places(vectors[a], vectors[b], BETWEEN):
            near = np.argpartition(-(vectors @ p), AROUND)[:AROUND]
            near = near[np.argsort(-(vectors[near] @ p))]
            used = {a, b, *out}
            out.append(next(int(r) for r in near if r not in used and artist[r] not in {int(artist[u]) for u in used}))
        return np.array(out)

    def chance(*_ends: int) -> np.ndarray:
        return rng.integers(0, len(vectors), BETWEEN)

    for name, way in (("path", path), ("interpolation", straight), ("random", chance)):
        found = judge(vectors, pairs, way)
        json.dump({"way": name} | {k: round(v, 3) for k, v in found.items()}, sys.stdout)
        print(flush=True)


if __name__ == "__main__":
    main()
